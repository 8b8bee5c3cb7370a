// What stands behind a number in html_eval() and html_tag_balance(), and is true or not.
//
//   NumberExpression::parse("!= 0")->holds(2)       true
//   NumberExpression::parse("- 2 < 1")->holds(4)    false: 4 - 2 < 1
//
// Source:   perlop: + and - bind stronger than < > <= >=, these stronger than == and !=.
// Bounds:   kStepsMax operators.
// Threads:  immutable once parsed.
// Tests:    tests/rules/evals/

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::rules {

class NumberExpression {
 public:
  static constexpr std::size_t kStepsMax = 8;

  // nullopt: it is none.
  static std::optional<NumberExpression> parse(std::string_view text);

  [[nodiscard]] bool holds(double value) const;

 private:
  enum class Operator : uint8_t {
    kAdd,
    kSubtract,
    kLess,
    kMore,
    kLessEqual,
    kMoreEqual,
    kEqual,
    kUnequal
  };

  struct Step {
    Operator sign = Operator::kAdd;
    double number = 0;
  };

  static std::optional<Operator> take_operator(std::string_view& text);
  static int strength(Operator sign);
  static double apply(double left, Operator sign, double right);
  [[nodiscard]] double evaluate(double left, std::size_t& at, int strength_min) const;

  std::array<Step, kStepsMax> steps_ = {};
  std::size_t count_ = 0;
};

}  // namespace sluice::rules
