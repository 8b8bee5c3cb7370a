// Claim:   parse_meta and JudgePart::evaluate compute what the text of a meta says, with Perl's
//          precedence; validate() refuses every malformed part; scores add up.
// Oracle:  slow_value below: a recursive descent over the text, one function a level (random
//          expressions, seed 1).

#include "rules/judge_part.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/language/meta_expression.h"

namespace sluice::rules {
namespace {

using Counts = std::vector<uint16_t>;  // of rules R0, R1, ...

int64_t clamped(int64_t v) {
  return std::clamp<int64_t>(v, std::numeric_limits<int32_t>::min(),
                             std::numeric_limits<int32_t>::max());
}

// Thousandths throughout. The text has no blanks.
class SlowValue {
 public:
  SlowValue(std::string_view text, const Counts& counts) : text_(text), counts_(counts) {}

  int64_t choice() {
    const int64_t condition = either();
    if (!take("?")) return condition;
    const int64_t yes = choice();
    EXPECT_TRUE(take(":"));
    const int64_t no = choice();
    return condition != 0 ? clamped(yes) : clamped(no);
  }

 private:
  bool take(std::string_view sign) {
    if (!text_.starts_with(sign)) return false;
    text_.remove_prefix(sign.size());
    return true;
  }

  int64_t either() {
    int64_t value = both();
    while (take("||")) {
      const int64_t other = both();
      value = value != 0 ? value : other;
    }
    return value;
  }

  int64_t both() {
    int64_t value = one_of_two();
    while (take("&&")) {
      const int64_t other = one_of_two();
      value = value == 0 ? 0 : other;
    }
    return value;
  }

  int64_t one_of_two() {
    int64_t value = equality();
    while (take("^")) value = (equality() == 0) != (value == 0) ? 1000 : 0;
    return value;
  }

  int64_t equality() {
    int64_t value = relation();
    for (;;) {
      if (take("==")) {
        value = value == relation() ? 1000 : 0;
      } else if (take("!=")) {
        value = value != relation() ? 1000 : 0;
      } else {
        return value;
      }
    }
  }

  int64_t relation() {
    int64_t value = sum();
    for (;;) {
      if (take("<=")) {
        value = value <= sum() ? 1000 : 0;
      } else if (take(">=")) {
        value = value >= sum() ? 1000 : 0;
      } else if (take("<")) {
        value = value < sum() ? 1000 : 0;
      } else if (take(">")) {
        value = value > sum() ? 1000 : 0;
      } else {
        return value;
      }
    }
  }

  int64_t sum() {
    int64_t value = product();
    for (;;) {
      if (take("+")) {
        value = clamped(value) + clamped(product());
      } else if (take("-")) {
        value = clamped(value) - clamped(product());
      } else {
        return value;
      }
    }
  }

  int64_t product() {
    int64_t value = single();
    for (;;) {
      if (take("*")) {
        value = clamped(value) * clamped(single()) / 1000;
      } else if (take("/")) {
        const int64_t by = clamped(single());
        value = by == 0 ? 0 : clamped(value) * 1000 / by;
      } else {
        return value;
      }
    }
  }

  int64_t single() {
    if (take("!")) return single() == 0 ? 1000 : 0;
    if (take("-")) return -clamped(single());
    if (take("(")) {
      const int64_t value = choice();
      EXPECT_TRUE(take(")"));
      return value;
    }
    const bool rule = take("R");
    std::string digits;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      digits += text_.front();
      text_.remove_prefix(1);
    }
    const int64_t number = std::stoll(digits);
    return rule ? counts_[static_cast<std::size_t>(number)] * 1000 : number * 1000;
  }

  std::string_view text_;
  const Counts& counts_;
};

std::string random_expression(std::mt19937& random, int depth) {
  if (depth == 0 || random() % 4 == 0) {
    return random() % 3 == 0 ? std::to_string(random() % 4) : "R" + std::to_string(random() % 4);
  }
  const std::string left = random_expression(random, depth - 1);
  const std::string right = random_expression(random, depth - 1);
  static const char* const kSigns[] = {"&&", "||", "+",  "-",  "*",  "/", "<",
                                       "<=", ">",  ">=", "==", "!=", "^"};
  switch (random() % 8) {
    case 0:
      return "!" + left;
    case 1:
      return "-" + left;
    case 2:
      return "(" + left + ")";
    case 3:
      return "(" + left + "?" + right + ":" + random_expression(random, depth - 1) + ")";
    default:
      return left + kSigns[random() % std::size(kSigns)] + right;
  }
}

// Rules R0 to R3, and the meta under test as rule 4.
JudgePart part_with(const MetaExpression& meta) {
  JudgePart part;
  for (int i = 0; i < 4; ++i) part.rules.push_back({.name = "R" + std::to_string(i)});
  part.rules.push_back({.name = "META", .weight = 1'500, .program = meta.program});
  for (MetaStep& step : part.rules.back().program) {
    if (step.op == MetaOp::kRule) {
      step.operand = meta.names[static_cast<std::size_t>(step.operand)].name[1] - '0';
    }
  }
  part.metas = {4};
  return part;
}

std::vector<Hit> hits_of(const Counts& counts) {
  std::vector<Hit> hits;
  for (RuleIndex i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) hits.push_back({.rule = i, .count = counts[i]});
  }
  return hits;
}

TEST(JudgePart, EvaluatesRandomMetasAsTheirTextSays) {
  std::mt19937 random(1);
  std::size_t true_ones = 0;
  std::size_t tried = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_expression(random, 5);
    RegexFault fault;
    const auto meta = parse_meta(text, fault);
    if (!meta.has_value()) continue;  // too deep; counted below
    ++tried;
    const JudgePart part = part_with(*meta);
    ASSERT_TRUE(part.validate().ok()) << text;
    Counts counts(4);
    for (uint16_t& count : counts) count = static_cast<uint16_t>(random() % 3);
    Evaluation evaluation;
    part.evaluate(hits_of(counts), evaluation);
    const bool hit = !evaluation.hits.empty() && evaluation.hits.back().rule == 4;
    ASSERT_EQ(hit, SlowValue(text, counts).choice() != 0) << text;
    true_ones += hit ? 1 : 0;
  }
  EXPECT_GT(tried, 19'000U);
  EXPECT_GT(true_ones * 4, tried);
  EXPECT_LT(true_ones * 4, tried * 3);
}

TEST(JudgePart, AddsWeightsButNotThoseOfSubRulesAndShadows) {
  JudgePart part;
  part.rules = {{.name = "A", .weight = 1'000},
                {.name = "__B", .weight = 9'000, .counted = false},
                {.name = "C", .weight = 4'000, .shadow = true},
                {.name = "D", .weight = -250}};
  Evaluation evaluation;
  part.evaluate(std::vector<Hit>{{0, 1}, {1, 1}, {2, 7}, {3, 2}}, evaluation);
  EXPECT_EQ(evaluation.score, 750);
  EXPECT_EQ(evaluation.hits, (std::vector<WeightedHit>{{0, 1'000}, {2, 4'000}, {3, -250}}));
}

TEST(JudgePart, ClampsTheScore) {
  JudgePart part;
  part.rules.assign(50, {.name = "A", .weight = 100'000'000});
  std::vector<Hit> hits;
  for (RuleIndex i = 0; i < 50; ++i) hits.push_back({.rule = i});
  Evaluation evaluation;
  part.evaluate(hits, evaluation);
  EXPECT_EQ(evaluation.score, std::numeric_limits<int32_t>::max());
}

TEST(JudgePart, RefusesWhatCannotBeEvaluated) {
  const MetaStep one{.op = MetaOp::kConstant, .operand = 1'000};
  const auto refused = [](std::vector<MetaStep> program, std::vector<RuleIndex> metas) {
    JudgePart part;
    part.rules = {{.name = "A"}, {.name = "M", .program = std::move(program)}};
    part.metas = std::move(metas);
    return !part.validate().ok();
  };
  EXPECT_FALSE(refused({one}, {1}));
  EXPECT_TRUE(refused({one}, {}));
  EXPECT_TRUE(refused({one}, {1, 1}));
  EXPECT_TRUE(refused({one}, {0, 1}));
  EXPECT_TRUE(refused({one}, {2}));
  EXPECT_TRUE(refused({one, one}, {1}));
  EXPECT_TRUE(refused({one, {.op = MetaOp::kAnd}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kNot}, one}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kRule, .operand = 2}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kRule, .operand = -1}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kRule, .operand = 1}}, {1}));
  EXPECT_TRUE(refused({{.op = static_cast<MetaOp>(200)}}, {1}));
  EXPECT_TRUE(refused(std::vector<MetaStep>(limits::kMetaStackMax + 1, one), {1}));
}

TEST(MetaExpression, SaysWhereItIsWrong) {
  const auto offset = [](std::string_view text) {
    RegexFault fault;
    EXPECT_FALSE(parse_meta(text, fault).has_value()) << text;
    return fault.offset;
  };
  EXPECT_EQ(offset("A && "), 5U);
  EXPECT_EQ(offset("A B"), 2U);
  EXPECT_EQ(offset("(A || B"), 0U);
  EXPECT_EQ(offset("A || B)"), 6U);
  EXPECT_EQ(offset("A ? B"), 2U);
  EXPECT_EQ(offset("A : B"), 2U);
  EXPECT_EQ(offset("1.2.3"), 3U);
  EXPECT_EQ(offset("A @ B"), 2U);
  EXPECT_EQ(offset(""), 0U);
}

}  // namespace
}  // namespace sluice::rules
