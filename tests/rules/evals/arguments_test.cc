// Claim:   arguments are numbers as Perl reads them; html_eval's expressions as Perl evaluates
// them. Oracle:  perl -e for each.

#include "rules/evals/arguments.h"

#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "rules/evals/number_expression.h"

namespace sluice::rules {
namespace {

TEST(Numbers, AreReadFromTheFront) {
  EXPECT_EQ(perl_number("0400"), 400);
  EXPECT_EQ(perl_number(" .05"), 0.05);
  EXPECT_EQ(perl_number("+3x"), 3);
  EXPECT_EQ(perl_number("-1.5e1"), -15);
  EXPECT_EQ(perl_number("0x10"), 0);
  EXPECT_EQ(perl_number("undef"), 0);
  EXPECT_EQ(perl_number(""), 0);
  EXPECT_TRUE(std::isinf(perl_number("inf")));
}

TEST(Numbers, KnowWhichAreGiven) {
  const std::array<std::string, 2> arguments = {"gif", "2"};
  std::string fault;
  const auto prepared = prepare_numbers(arguments, fault);
  const auto& numbers = static_cast<const NumberArguments&>(*prepared);
  EXPECT_EQ(numbers.at(1), 2);
  EXPECT_TRUE(numbers.has(1));
  EXPECT_FALSE(numbers.has(2));
  EXPECT_EQ(numbers.at(2), 0);
}

bool holds(std::string_view expression, double value) {
  const auto parsed = NumberExpression::parse(expression);
  EXPECT_TRUE(parsed.has_value()) << expression;
  return parsed && parsed->holds(value);
}

TEST(NumberExpressions, CompareAndAdd) {
  EXPECT_TRUE(holds("< 384", 383));
  EXPECT_FALSE(holds("< 384", 384));
  EXPECT_TRUE(holds("!= 0", -1));
  EXPECT_TRUE(holds(">=-1", -1));
  EXPECT_FALSE(holds("- 2 < 1", 4));
  EXPECT_TRUE(holds("- 2 < 1", 2));
  EXPECT_TRUE(holds("- 2", 3));
  EXPECT_FALSE(holds("- 2", 2));
  EXPECT_TRUE(holds("< 1 + 2", 2));
  EXPECT_TRUE(holds("< 010", 7));  // octal
  EXPECT_FALSE(holds("< 010", 8));
  EXPECT_TRUE(holds("> 5 == 1", 6));
  EXPECT_FALSE(holds("> 5 == 1", 5));
}

TEST(NumberExpressions, RefuseOthers) {
  for (const char* text : {"", "384", "= 3", "< x", "<", "< 1 1", "< 09"}) {
    EXPECT_FALSE(NumberExpression::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace sluice::rules
