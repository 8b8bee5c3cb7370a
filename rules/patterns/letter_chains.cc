#include "rules/patterns/letter_chains.h"

#include <algorithm>
#include <cstring>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/assert.h"

namespace sluice::rules {
namespace {

// A bit for each of 64 numbers.
uint64_t not_zero(const uint16_t* numbers) {
  uint64_t zero = 0;
#if defined(__SSE2__)
  for (std::size_t at = 0; at < 64; at += 16) {
    const auto* const sixteen = reinterpret_cast<const __m128i*>(numbers + at);
    const __m128i low = _mm_cmpeq_epi16(_mm_loadu_si128(sixteen), _mm_setzero_si128());
    const __m128i high = _mm_cmpeq_epi16(_mm_loadu_si128(sixteen + 1), _mm_setzero_si128());
    zero |= static_cast<uint64_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) << at;
  }
#else
  for (std::size_t i = 0; i < 64; ++i) zero |= static_cast<uint64_t>(numbers[i] == 0) << i;
#endif
  return ~zero;
}

}  // namespace

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

// Notes which bytes the chain may hold, so many after its begin.
void LetterChains::add_bytes(const Chain& chain, std::size_t index) {
  const uint64_t bit = uint64_t{1} << index % 64;
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
    for (std::size_t byte = 0; byte < 256; ++byte) {
      if (bytes[byte]) rows_[row(byte, place) + index / 64] |= bit;
    }
    if (bytes.all()) rows_[row(kNoByte, place) + index / 64] |= bit;
  }
}

// Of chains that may hold `byte` so many bytes after their begin, and `next` after it.
uint16_t LetterChains::groups_of(std::size_t byte, std::size_t next, std::size_t place) const {
  unsigned out = 0;
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    uint64_t chains = rows_[row(byte, place) + lane] & rows_[row(next, place + 1) + lane];
    for (; chains != 0; chains &= chains - 1) {
      const std::size_t chain = lane * 64 + static_cast<std::size_t>(std::countr_zero(chains));
      out |= 1U << chain * kGroups / chains_.size();
    }
  }
  return static_cast<uint16_t>(out);
}

void LetterChains::prepare_quick_look() {
  for (std::size_t half = 0; half < quick_.size(); ++half) {
    quick_[half].resize(std::size_t{1} << 16U);
    for (uint32_t pair = 0; pair < quick_[half].size(); ++pair) {
      const auto both = static_cast<uint16_t>(pair);
      std::array<unsigned char, 2> bytes;
      std::memcpy(bytes.data(), &both, bytes.size());  // as look_quickly() reads them
      quick_[half][pair] = groups_of(bytes[0], bytes[1], 2 * half);
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
  // Chains that begin alike share words and groups, so that few are touched at a time.
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
  ends_.assign(width_, 0);
  ids_.assign(width_ * 64, 0);
  steps_.assign(width_ * 256, {});
  lanes_ = (chains_.size() + 63) / 64;
  rows_.assign((kNoByte + 1) * kSeen * lanes_, 0);
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    place(chains_[i], places[i]);
    add_bytes(chains_[i].chain, i);
    starts_.push_back({.word = places[i] / 64, .letter = uint64_t{1} << places[i] % 64});
  }
  prepare_quick_look();
}

void LetterChains::look_quickly(std::string_view text, std::size_t from, Begins& out) const {
  const std::size_t size = std::min(kChunk, text.size() - from);
  const std::size_t left = text.size() - from;
  const std::size_t seen = left < kSeen ? 0 : std::min(size, left - kSeen + 1);
  const char* const here = text.data() + from;
  const uint16_t* const first = quick_[0].data();
  const uint16_t* const second = quick_[1].data();
  for (std::size_t i = 0; i < seen; ++i) {
    std::array<uint16_t, 2> pairs;
    std::memcpy(pairs.data(), here + i, kSeen);
    out.groups[i] = first[pairs[0]] & second[pairs[1]];
  }
  const auto at = [&out](std::size_t i) {
    return out.groups.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::fill(at(seen), at(size), 1);  // too near to the end for a quick look
  std::fill(at(size), at((size + 63) / 64 * 64), 0);
  for (std::size_t word = 0; word * 64 < size; ++word) {
    out.any[word] = not_zero(out.groups.data() + word * 64);
  }
}

}  // namespace sluice::rules
