// What a condition compares a field with, and whether it holds.
//
//   structure NAME attachments > 10          {kGreater, number 10}
//   envelope  NAME origin != script          {kNotEqual, text "script"}
//   envelope  NAME recipient =~ /^x-/        {kMatches, a pattern}
//
// Tests:    tests/rules/facts/fact_field_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/facts/fact_field.h"
#include "rules/patterns/exact_matcher.h"

namespace sluice::rules {

enum class FactOp : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kMatches,
  kMatchesNot,
};

// The right side of a condition. `numeric`: its number counts, else its text.
struct FactTest {
  FactOp op = FactOp::kEqual;
  bool numeric = false;
  int64_t number = 0;
  std::string text = {};  // letter case does not matter

  bool operator==(const FactTest&) const = default;
};

// The left side, read once for all rules that ask for it.
struct FactValue {
  std::optional<int64_t> number = {};
  FactTexts texts = {};
};

void read_fact(const FactField& field, const FactRequest& request, FactValue& out);

// The value as a test of a rule writes it.
void given_fact(const FactField& field, std::string_view text, FactValue& out);

// kGaveUp: the pattern's share of work was spent. `matcher` is that of kMatches and kMatchesNot.
MatchOutcome holds(const FactTest& test, const FactValue& value, const ExactMatcher* matcher,
                   MatchWork& work);

// "12", "-3": a whole number that 64 bits hold.
std::optional<int64_t> whole_number(std::string_view text);

}  // namespace sluice::rules
