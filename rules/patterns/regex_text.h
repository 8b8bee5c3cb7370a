// A regular expression as a rule writes it, and what its text says about how it may match.
//
//   split_regex("/free\\s+money/i")  pattern "free\s+money", flags {caseless}
//   split_regex("m{^http://}")       pattern "^http://"
//
// Source:   perlre; delimiters and flags as SpamAssassin's compile_regexp takes them.
// Bounds:   limits::kRulePatternBytesMax.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::rules {

struct RegexText {
  std::string pattern = {};
  bool caseless = false;   // i
  bool multiline = false;  // m
  bool dotall = false;     // s
  bool extended = false;   // x

  bool operator==(const RegexText&) const = default;
};

struct RegexFault {
  std::size_t offset = 0;  // into the text given
  std::string message = {};
};

// Takes the delimiters and flags off `text`, which has no blanks around it. On a fault the result
// is empty and `fault` says what and where.
std::optional<RegexText> split_regex(std::string_view text, RegexFault& fault);

// Where the pattern begins inside `text`: after `/` or `m{`. REQUIRES: split_regex accepted it.
std::size_t pattern_offset(std::string_view text);

// What can be known of a pattern from its text alone. In doubt each flag is true.
struct PatternShape {
  bool newline = false;  // it may consume a newline
  bool anchors = false;  // it asks for the begin or end of its text
  bool exotic = false;   // it looks around, or in other ways at more than what it consumes
  bool opaque = false;   // its text was not understood; nothing below is usable

  // The pattern for Hyperscan over many units at once, separated by newlines and scanned with
  // HS_FLAG_MULTILINE: it matches wherever the pattern matches inside a unit, and perhaps
  // elsewhere.
  std::string joined = {};

  // The pattern as RE2 must be given it to mean the same; nullopt if that is not sure.
  std::optional<std::string> re2 = {};
};

PatternShape shape_of(const RegexText& regex);

}  // namespace sluice::rules
