#include "rules/patterns/letter_chains.h"

#include <algorithm>
#include <string>

#include "base/assert.h"

namespace sluice::rules {

bool LetterChains::add(const std::vector<Chain>& chains, uint32_t id) {
  std::size_t letters = letters_;
  for (const Chain& chain : chains) {
    SLUICE_ASSERT(!chain.empty() && chain.size() <= 64);
    letters += chain.size() + 8;  // what packing may lose
  }
  if (letters > kWordsMax * 64) return false;
  letters_ = letters;
  for (const Chain& chain : chains) chains_.push_back({chain, id});
  return true;
}

LetterChains::Share LetterChains::share_of(uint32_t id) const {
  constexpr std::size_t kLetterBytes = 2 * 256 / 8;  // a bit in each row of two tables
  Share share;
  for (const Placed& placed : chains_) {
    if (placed.id != id) continue;
    ++share.chains;
    share.bytes += placed.chain.size() * kLetterBytes;
  }
  return share;
}

// A row of the filter has the chain's bit if the byte may stand so many bytes after its begin.
void LetterChains::filter(const Chain& chain, std::size_t bit) {
  uint64_t reached = 0;  // letters
  for (std::size_t place = 0; place < kSeen; ++place) {
    ByteSet256 bytes;
    uint64_t next = 0;
    if (place == 0) {
      bytes = chain.front().first;
      next = 1;
    }
    for (std::size_t k = 0; k < chain.size(); ++k) {
      if ((reached >> k & 1U) == 0) continue;
      const bool last = k + 1 == chain.size();  // it has ended: any byte may follow
      bytes |= last ? ByteSet256().set() : chain[k].gap | chain[k + 1].first;
      next |= uint64_t{1} << k;
      if (!last) next |= uint64_t{2} << k;
    }
    reached = next;
    uint64_t* const rows = filter_.data() + place * kRows * lanes_ + bit / 64;
    const uint64_t mask = uint64_t{1} << bit % 64;
    for (std::size_t row = 0; row < 256; ++row) {
      if (bytes[row]) rows[row * lanes_] |= mask;
    }
    if (bytes.all()) rows[kNoByte * lanes_] |= mask;
  }
}

uint8_t LetterChains::groups_at(std::size_t place, unsigned char byte, unsigned char next) const {
  const uint64_t* const a = filter_.data() + (place * kRows + byte) * lanes_;
  const uint64_t* const b = filter_.data() + ((place + 1) * kRows + next) * lanes_;
  const std::size_t width = lanes_ * 64 / kGroups;
  const uint64_t group = (uint64_t{1} << width) - 1;
  uint8_t out = 0;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const std::size_t bit = i * width;
    const uint64_t bits = (a[bit / 64] & b[bit / 64]) >> bit % 64;
    if ((bits & group) != 0) out |= static_cast<uint8_t>(1U << i);
  }
  return out;
}

void LetterChains::group_pairs() {
  for (std::size_t half = 0; half < pairs_.size(); ++half) {
    pairs_[half].resize(kPairs);
    for (uint32_t pair = 0; pair < kPairs; ++pair) {
      const auto both = static_cast<uint16_t>(pair);
      std::array<unsigned char, 2> bytes;
      std::memcpy(bytes.data(), &both, bytes.size());  // as may_begin() reads them
      pairs_[half][pair] = groups_at(2 * half, bytes[0], bytes[1]);
    }
  }
}

void LetterChains::place(const Placed& placed, std::size_t at) {
  const std::size_t word = at / 64;
  for (std::size_t k = 0; k < placed.chain.size(); ++k) {
    const uint64_t mask = uint64_t{1} << (at % 64 + k);
    ids_[at + k] = placed.id;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      Step& step = steps_[byte * width_ + word];
      if (placed.chain[k].first[byte]) step.advance |= mask;
      if (placed.chain[k].gap[byte]) step.stay |= mask;
    }
  }
  ends_[word] |= uint64_t{1} << (at % 64 + placed.chain.size() - 1);
}

void LetterChains::build() {
  if (chains_.empty()) return;
  // Chains that begin alike share words and bits of the filter, so that few are touched at a time.
  const auto key = [](const Placed& p) { return p.chain.front().first.to_string(); };
  std::stable_sort(chains_.begin(), chains_.end(),
                   [&key](const Placed& a, const Placed& b) { return key(a) < key(b); });
  std::vector<std::size_t> places;
  std::size_t next = 0;
  for (const Placed& placed : chains_) {
    const std::size_t length = placed.chain.size();
    if (next / 64 != (next + length - 1) / 64) next = (next / 64 + 1) * 64;
    places.push_back(next);
    next += length;
  }
  width_ = (next + 63) / 64;
  SLUICE_ASSERT(width_ <= kWordsMax);
  lanes_ = std::min(kLanesMax, std::bit_ceil((chains_.size() + 63) / 64));
  ends_.assign(width_, 0);
  ids_.assign(width_ * 64, 0);
  steps_.assign(width_ * 256, {});
  filter_.assign(kSeen * kRows * lanes_, 0);
  starts_.assign(lanes_ * 64, {});
  const std::size_t bits = std::min(chains_.size(), starts_.size());
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    const std::size_t bit = i * bits / chains_.size();
    place(chains_[i], places[i]);
    filter(chains_[i].chain, bit);
    starts_[bit].push_back({.word = places[i] / 64, .letters = uint64_t{1} << places[i] % 64});
  }
  group_pairs();
}

}  // namespace sluice::rules
