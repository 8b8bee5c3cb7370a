// How often each word stands in two texts: what the plain part of a message says and its HTML part
// does not, and the other way round.
//
//   WordCounts counts(arena, 64);
//   counts.add("hello", 0); counts.add("hello", 1); counts.add("world", 1);
//   counts.distinct(1) == 2      counts.more_in(1) == 1
//
// Borrows:  the words and the arena.
// Bounds:   a look-up takes at most kProbesMax steps; a word that finds no place in them, which
//           takes words made to collide, is not counted.
// Threads:  one at a time.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

class WordCounts {
 public:
  static constexpr std::size_t kProbesMax = 64;

  // Room for `words` different words.
  WordCounts(Arena& arena, std::size_t words);

  // `text` is 0 or 1.
  void add(std::string_view word, std::size_t text);

  // How many different words text 0 or 1 has.
  [[nodiscard]] std::size_t distinct(std::size_t text) const { return distinct_[text]; }

  // How many different words stand more often in `text` than in the other.
  [[nodiscard]] std::size_t more_in(std::size_t text) const;

 private:
  struct Slot {
    const char* word;
    uint32_t bytes;
    uint32_t hash;
    uint32_t counts[2];
  };

  std::span<Slot> slots_;  // a power of two of them; word null: free
  std::size_t distinct_[2] = {};
};

}  // namespace sluice::rules
