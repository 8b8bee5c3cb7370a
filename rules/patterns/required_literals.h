// What every match of a pattern holds: literals to look for first.
//
//   /\b(?:claim|collect) your (?:prize|winnings)/i   {"claim your ", "collect your "}
//   /\d+ dollars/                                    {" dollars"}
//   /<A><P><P><L><E>/ (look-alikes)                  none
//
// A scan for literals is far cheaper than one for patterns, and the exact matcher then only looks
// where one stands between bytes that fit. Of the literals that would do, those are taken that
// ordinary mail holds seldom.
//
// Bounds:   limits::kLiteralsOfPatternMax literals of a pattern.
// Tests:    tests/rules/regex_tree_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/patterns/lead.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

// What may stand right before a literal and right after it, where anything does.
struct Neighbours {
  ByteSet256 before = ByteSet256().set();
  ByteSet256 after = ByteSet256().set();

  bool operator==(const Neighbours&) const = default;

  [[nodiscard]] bool fit(std::string_view text, std::size_t from, std::size_t to) const {
    return (from == 0 || before[static_cast<unsigned char>(text[from - 1])]) &&
           (to == text.size() || after[static_cast<unsigned char>(text[to])]);
  }
};

struct RequiredLiteral {
  std::string text = {};  // lower case; stands in any letter case
  Neighbours neighbours = {};

  bool operator==(const RequiredLiteral&) const = default;
};

struct RequiredLiterals {
  std::vector<RequiredLiteral> literals = {};       // each match holds one; none holds another
  double frequency = 1.0;                           // of all of them: expected per byte of mail
  uint32_t finds = 1;                               // each match holds so many, none inside another
  Lead lead = {};                                   // up to the first of them
  std::vector<std::vector<std::string>> also = {};  // each match holds one of each of these, too
};

// No literals: nothing is required that is worth looking for.
RequiredLiterals required_literals(const RegexTree& tree);

// How often a text stands in ordinary mail, per byte.
double literal_frequency(std::string_view literal);

// How often a letter, in either case, stands in ordinary mail, per byte.
double letter_share(unsigned char c);

}  // namespace sluice::rules
