#include "rules/facts/fact_condition.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace sluice::rules {
namespace {

bool compares(int64_t left, FactOp op, int64_t right) {
  switch (op) {
    case FactOp::kEqual:
      return left == right;
    case FactOp::kNotEqual:
      return left != right;
    case FactOp::kLess:
      return left < right;
    case FactOp::kLessOrEqual:
      return left <= right;
    case FactOp::kGreater:
      return left > right;
    case FactOp::kGreaterOrEqual:
      return left >= right;
    default:
      return false;
  }
}

std::optional<int64_t> number_of(const FactValue& value) {
  if (value.number.has_value() || value.texts.empty()) return value.number;
  return whole_number(value.texts.front());
}

MatchOutcome outcome(bool holds) {
  return holds ? MatchOutcome::kMatch : MatchOutcome::kNoMatch;
}

// Of several texts one that matches decides.
MatchOutcome any_matches(const FactTexts& texts, const ExactMatcher& matcher, MatchWork& work) {
  bool gave_up = false;
  for (const std::string_view text : texts) {
    const MatchOutcome found = matcher.find(text, 0, work).outcome;
    if (found == MatchOutcome::kMatch) return found;
    gave_up = gave_up || found == MatchOutcome::kGaveUp;
  }
  return gave_up ? MatchOutcome::kGaveUp : MatchOutcome::kNoMatch;
}

}  // namespace

void read_fact(const FactField& field, const FactRequest& request, FactValue& out) {
  out.number.reset();
  out.texts.clear();
  if (field.number != nullptr) out.number = field.number(request);
  if (field.texts != nullptr) field.texts(request, out.texts);
}

void given_fact(const FactField& field, std::string_view text, FactValue& out) {
  out.number.reset();
  out.texts.clear();
  if (field.number != nullptr) out.number = whole_number(text);
  if (field.texts != nullptr) out.texts.push_back(text == "<>" ? std::string_view() : text);
}

MatchOutcome holds(const FactTest& test, const FactValue& value, const ExactMatcher* matcher,
                   MatchWork& work) {
  if (test.numeric) {
    const std::optional<int64_t> number = number_of(value);
    return outcome(number.has_value() && compares(*number, test.op, test.number));
  }
  if (value.texts.empty()) return MatchOutcome::kNoMatch;
  if (matcher != nullptr) {
    const MatchOutcome found = any_matches(value.texts, *matcher, work);
    if (test.op == FactOp::kMatches || found == MatchOutcome::kGaveUp) return found;
    return outcome(found == MatchOutcome::kNoMatch);
  }
  const bool found =
      std::any_of(value.texts.begin(), value.texts.end(),
                  [&test](std::string_view text) { return iequals(text, test.text); });
  return outcome(found == (test.op == FactOp::kEqual));
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
  if (failed != std::errc() || end != text.end()) return std::nullopt;
  return number;
}

}  // namespace sluice::rules
