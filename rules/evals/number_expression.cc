#include "rules/evals/number_expression.h"

#include <charconv>

#include "base/text.h"

namespace sluice::rules {

namespace {

std::string_view after_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// A number without a point, perhaps with signs before it: octal if it begins with 0, as in Perl.
std::optional<double> take_number(std::string_view& text) {
  double sign = 1;
  for (text = after_blanks(text); text.starts_with('-') || text.starts_with('+');
       text = after_blanks(text.substr(1))) {
    if (text.front() == '-') sign = -sign;
  }
  const int base = text.starts_with('0') ? 8 : 10;
  uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return sign * static_cast<double>(number);
}

}  // namespace

std::optional<NumberExpression::Operator> NumberExpression::take_operator(std::string_view& text) {
  struct Sign {
    std::string_view text;
    Operator sign;
  };

  static constexpr std::array kSigns = {
      Sign{"<=", Operator::kLessEqual}, Sign{">=", Operator::kMoreEqual},
      Sign{"==", Operator::kEqual},     Sign{"!=", Operator::kUnequal},
      Sign{"<", Operator::kLess},       Sign{">", Operator::kMore},
      Sign{"+", Operator::kAdd},        Sign{"-", Operator::kSubtract}};
  text = after_blanks(text);
  for (const Sign& sign : kSigns) {
    if (!text.starts_with(sign.text)) continue;
    text.remove_prefix(sign.text.size());
    return sign.sign;
  }
  return std::nullopt;
}

int NumberExpression::strength(Operator sign) {
  switch (sign) {
    case Operator::kAdd:
    case Operator::kSubtract:
      return 3;
    case Operator::kLess:
    case Operator::kMore:
    case Operator::kLessEqual:
    case Operator::kMoreEqual:
      return 2;
    case Operator::kEqual:
    case Operator::kUnequal:
      break;
  }
  return 1;
}

double NumberExpression::apply(double left, Operator sign, double right) {
  switch (sign) {
    case Operator::kAdd:
      return left + right;
    case Operator::kSubtract:
      return left - right;
    case Operator::kLess:
      return left < right ? 1 : 0;
    case Operator::kMore:
      return left > right ? 1 : 0;
    case Operator::kLessEqual:
      return left <= right ? 1 : 0;
    case Operator::kMoreEqual:
      return left >= right ? 1 : 0;
    case Operator::kEqual:
      return left == right ? 1 : 0;
    case Operator::kUnequal:
      break;
  }
  return left != right ? 1 : 0;
}

std::optional<NumberExpression> NumberExpression::parse(std::string_view text) {
  NumberExpression out;
  for (; !after_blanks(text).empty(); ++out.count_) {
    const auto sign = take_operator(text);
    const auto number = sign ? take_number(text) : std::nullopt;
    if (!number || out.count_ == kStepsMax) return std::nullopt;
    out.steps_[out.count_] = {.sign = *sign, .number = *number};
  }
  if (out.count_ == 0) return std::nullopt;
  return out;
}

double NumberExpression::evaluate(double left, std::size_t& at, int strength_min) const {
  while (at < count_ && strength(steps_[at].sign) >= strength_min) {
    const Step& step = steps_[at++];
    const double right = evaluate(step.number, at, strength(step.sign) + 1);
    left = apply(left, step.sign, right);
  }
  return left;
}

bool NumberExpression::holds(double value) const {
  std::size_t at = 0;
  return evaluate(value, at, 1) != 0;
}

}  // namespace sluice::rules
