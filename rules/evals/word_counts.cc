#include "rules/evals/word_counts.h"

#include <bit>
#include <cstring>
#include <new>

namespace sluice::rules {

namespace {

constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;

uint64_t mix(uint64_t hash, uint64_t bits) {
  hash = (hash ^ bits) * kMultiplier;
  return hash ^ (hash >> 32U);
}

uint32_t hash_of(std::string_view word) {
  uint64_t hash = word.size();
  std::size_t at = 0;
  for (; at + 8 <= word.size(); at += 8) {
    uint64_t bits = 0;
    std::memcpy(&bits, word.data() + at, 8);
    hash = mix(hash, bits);
  }
  uint64_t bits = 0;
  for (; at < word.size(); ++at) bits = bits << 8U | static_cast<uint8_t>(word[at]);
  return static_cast<uint32_t>(mix(hash, bits));
}

}  // namespace

WordCounts::WordCounts(Arena& arena, std::size_t words) {
  const std::size_t count = std::bit_ceil(words * 2 + 8);
  void* memory = arena.allocate(count * sizeof(Slot), alignof(Slot));
  slots_ = {static_cast<Slot*>(std::memset(memory, 0, count * sizeof(Slot))), count};
}

void WordCounts::add(std::string_view word, std::size_t text) {
  const uint32_t hash = hash_of(word);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_[(hash + probe) & mask];
    if (slot.word == nullptr) {
      slot = {.word = word.data(),
              .bytes = static_cast<uint32_t>(word.size()),
              .hash = hash,
              .counts = {}};
    } else if (slot.hash != hash || std::string_view(slot.word, slot.bytes) != word) {
      continue;
    }
    if (slot.counts[text]++ == 0) ++distinct_[text];
    return;
  }
}

std::size_t WordCounts::more_in(std::size_t text) const {
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.counts[text] > slot.counts[1 - text] ? 1U : 0U;
  return count;
}

}  // namespace sluice::rules
