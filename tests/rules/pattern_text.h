// Texts made from a pattern: what it matches, and what it almost matches.
//
//   const auto tree = parse_regex({.pattern = "fre+ (?:money|cash)"});
//   matching_text(*tree, random)   "freee cash"
//   spoilt("freee cash", random)   "freee c h"
//
// What the tree leaves out (assertions, look-around, back references) the text does not heed, so
// not every text matches.
//
// Bounds:   a text has at most kPatternTextBytesMax bytes and a few.

#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "rules/patterns/regex_tree.h"

namespace sluice::rules::test {

using Random = std::mt19937;

inline constexpr std::size_t kPatternTextBytesMax = 4'096;

inline std::size_t below(Random& random, std::size_t n) {
  return random() % n;
}

std::string matching_text(const RegexTree& tree, Random& random);

// A byte is gone, another, or once more; at times the text ends early.
std::string spoilt(std::string text, Random& random);

}  // namespace sluice::rules::test
