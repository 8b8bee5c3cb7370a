// Claim:   parse_meta and JudgePart::evaluate compute what the text of a meta says, with Perl's
//          precedence; validate() refuses every malformed part; scores add up, groups to their
//          caps; the strictest action wins.
// Oracle:  SlowValue below: a recursive descent over the text, one function a level; SlowPart: each
//          step of each program, rule by rule (random expressions and parts, seed 1).

#include "rules/judge_part.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
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
    return rule ? int64_t{counts_[static_cast<std::size_t>(number)]} * 1000 : number * 1000;
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
    JudgePart part = part_with(*meta);
    ASSERT_TRUE(part.validate().ok()) << text;
    part.prepare();
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
  part.prepare();
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
  part.prepare();
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
  EXPECT_FALSE(refused({{.op = MetaOp::kSender, .operand = kSenderTerms - 1}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kSender, .operand = kSenderTerms}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kSender, .operand = -1}}, {1}));
  EXPECT_TRUE(refused({{.op = MetaOp::kConstant, .operand = int64_t{1} << 40U}}, {1}));
  EXPECT_TRUE(refused(std::vector<MetaStep>(limits::kMetaStackMax + 1, one), {1}));
}

TEST(JudgePart, RefusesUnknownGroupsAndActions) {
  JudgePart part;
  part.rules = {{.name = "A", .action = RuleAction::kReject, .group = 1}};
  EXPECT_FALSE(part.validate().ok());
  part.groups = {{.name = "G", .cap = 0}};
  EXPECT_TRUE(part.validate().ok());
  part.groups[0].cap = -1;
  EXPECT_FALSE(part.validate().ok());
  part.groups[0].cap = 0;
  part.rules[0].action = static_cast<RuleAction>(6);
  EXPECT_FALSE(part.validate().ok());
}

// Several metas that name one another, sender rules, groups and actions, evaluated step by step.
class SlowPart {
 public:
  SlowPart(const JudgePart& part, std::span<const Hit> hits, const SenderView& sender)
      : part_(part), sender_(sender), values_(part.rules.size()) {
    for (const Hit& hit : hits) values_[hit.rule] = int64_t{hit.count} * 1000;
    for (const RuleIndex meta : part.metas) values_[meta] = value(part.rules[meta].program);
  }

  Evaluation evaluation() const {
    Evaluation out;
    std::vector<int64_t> groups(part_.groups.size());
    for (RuleIndex i = 0; i < values_.size(); ++i) {
      const JudgeRule& rule = part_.rules[i];
      if (values_[i] == 0 || !rule.counted) continue;
      out.hits.push_back({i, rule.weight});
      if (rule.shadow) continue;
      const bool grouped = rule.group != 0 && rule.weight > 0;
      (grouped ? groups[rule.group - 1] : total_) += rule.weight;
      if (rule.action == RuleAction::kAccept) out.accepts = true;
      if (rule.action != RuleAction::kAccept) out.action = std::max(out.action, rule.action);
    }
    for (uint32_t i = 0; i < groups.size(); ++i) {
      total_ += std::min<int64_t>(groups[i], part_.groups[i].cap);
      if (groups[i] > part_.groups[i].cap) out.capped.push_back({i, groups[i]});
    }
    out.score = static_cast<int32_t>(total_);
    return out;
  }

  const std::vector<int64_t>& values() const { return values_; }

 private:
  int64_t value(const std::vector<MetaStep>& program) const {
    std::vector<int64_t> stack;
    for (const MetaStep& step : program) {
      if (step.op == MetaOp::kRule) {
        stack.push_back(values_[static_cast<std::size_t>(step.operand)]);
      } else if (step.op == MetaOp::kSender) {
        stack.push_back(sender_[static_cast<SenderTerm>(step.operand)]);
      } else if (step.op == MetaOp::kConstant) {
        stack.push_back(step.operand);
      } else if (step.op == MetaOp::kNot) {
        stack.back() = stack.back() == 0 ? 1000 : 0;
      } else {
        const int64_t right = stack.back();
        stack.pop_back();
        int64_t& left = stack.back();
        if (step.op == MetaOp::kAnd) left = left == 0 ? 0 : right;
        if (step.op == MetaOp::kOr) left = left != 0 ? left : right;
        if (step.op == MetaOp::kGreater) left = left > right ? 1000 : 0;
        if (step.op == MetaOp::kAdd) left = left + right;
      }
    }
    return stack.back();
  }

  const JudgePart& part_;
  const SenderView& sender_;
  mutable int64_t total_ = 0;
  std::vector<int64_t> values_;
};

uint32_t below(std::mt19937& random, uint32_t end) {
  return static_cast<uint32_t>(random()) % end;
}

void append_random(std::mt19937& random, RuleIndex rules, int depth,
                   std::vector<MetaStep>& program) {
  const uint32_t kind = below(random, depth == 0 ? 3 : 8);
  if (kind == 0) return program.push_back({MetaOp::kRule, below(random, rules)});
  if (kind == 1) return program.push_back({MetaOp::kSender, below(random, kSenderTerms)});
  if (kind == 2) return program.push_back({MetaOp::kConstant, int64_t{below(random, 4)} * 1000});
  append_random(random, rules, depth - 1, program);
  if (kind == 3) return program.push_back({.op = MetaOp::kNot});
  append_random(random, rules, depth - 1, program);
  static constexpr MetaOp kOps[] = {MetaOp::kAnd, MetaOp::kOr, MetaOp::kGreater, MetaOp::kAdd};
  program.push_back({.op = kOps[kind - 4]});
}

JudgePart random_part(std::mt19937& random) {
  JudgePart part;
  part.groups = {{"G", 2'000}, {"H", 3'500}};
  for (RuleIndex i = 0; i < 100; ++i) {
    JudgeRule rule{.name = "R", .weight = static_cast<int32_t>(random() % 3'000) - 500};
    rule.counted = random() % 4 != 0;
    rule.shadow = random() % 8 == 0;
    rule.action = random() % 4 == 0 ? static_cast<RuleAction>(below(random, 6)) : RuleAction::kNone;
    rule.group = below(random, 3);
    if (i >= 60) append_random(random, i, 4, rule.program);
    if (i >= 60) part.metas.push_back(i);
    part.rules.push_back(std::move(rule));
  }
  return part;
}

TEST(JudgePart, EvaluatesAsStepByStep) {
  std::mt19937 random(1);
  std::size_t capped = 0;
  Evaluation found;
  for (int i = 0; i < 300; ++i) {
    JudgePart part = random_part(random);
    ASSERT_TRUE(part.validate().ok());
    part.prepare();
    for (int message = 0; message < 10; ++message) {
      std::vector<Hit> hits;
      for (RuleIndex rule = 0; rule < 60; ++rule) {
        if (random() % 10 == 0) hits.push_back({rule, static_cast<uint16_t>(1 + random() % 3)});
      }
      SenderView sender;
      sender.set(static_cast<SenderTerm>(below(random, kSenderTerms)), below(random, 5'000));
      const SlowPart slow(part, hits, sender);
      const Evaluation wanted = slow.evaluation();
      part.evaluate(hits, sender, found);
      ASSERT_EQ(found.hits, wanted.hits);
      ASSERT_EQ(found.capped, wanted.capped);
      ASSERT_EQ(found.score, wanted.score);
      ASSERT_EQ(found.action, wanted.action);
      ASSERT_EQ(found.accepts, wanted.accepts);
      std::vector<RuleIndex> touched;
      for (const Hit& hit : part.all_hits(hits, sender)) touched.push_back(hit.rule);
      std::vector<RuleIndex> not_zero;
      for (RuleIndex rule = 0; rule < slow.values().size(); ++rule) {
        if (slow.values()[rule] != 0) not_zero.push_back(rule);
      }
      ASSERT_EQ(touched, not_zero);
      capped += found.capped.size();
    }
  }
  EXPECT_GT(capped, 500U);
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
