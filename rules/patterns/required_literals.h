// What every match of a pattern holds: literals to look for first.
//
//   /\b(?:claim|collect) your (?:prize|winnings)/i   {"claim your ", "collect your "}
//   /\d+ dollars/                                    {" dollars"}
//   /<A><P><P><L><E>/ (look-alikes)                  none
//
// A scan for literals is far cheaper than one for patterns, and the exact matcher then only looks
// where one stands. Of the literals that would do, those are taken that ordinary mail holds
// seldom.
//
// Bounds:   limits::kLiteralsOfPatternMax literals of a pattern.
// Tests:    tests/rules/regex_tree_test.cc

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

struct RequiredLiterals {
  std::vector<std::string> literals = {};  // lower case; each match holds one, in any letter case
  double frequency = 1.0;                  // of all of them together: expected per byte of mail
  uint32_t finds = 1;                      // each match holds so many, none inside another
  uint32_t lead_max = kUnboundedWidth;     // bytes of a match up to the end of the first of them
  std::vector<std::vector<std::string>> also = {};  // each match holds one of each of these, too
};

// No literals: nothing is required that is worth looking for.
RequiredLiterals required_literals(const RegexTree& tree);

// How often a text stands in ordinary mail, per byte.
double literal_frequency(std::string_view literal);

// How often a letter, in either case, stands in ordinary mail, per byte.
double letter_share(unsigned char c);

}  // namespace sluice::rules
