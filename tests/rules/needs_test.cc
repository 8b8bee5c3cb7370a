// Claim:   a rule that is not needed changes no verdict, whatever it comes to, whatever the sender
//          did, and whatever else is left out; what no verdict can depend on is not needed. A scan
//          for verdicts gives those of a scan of all rules, new texts or remembered ones, alone or
//          some messages together, and it does leave rules out.
// Oracle:  JudgePart::evaluate() with the true counts of all rules (random parts, seeds 1 to 400);
// a
//          scan of all rules.

#include "rules/needs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/judge_part.h"
#include "rules/rule_set.h"
#include "tests/rules/test_mail.h"
#include "tests/rules/text_set.h"

namespace sluice::rules {
namespace {

using test::compile_text;
using test::kLargeSet;
using test::kSmallSet;
using test::TestMail;

constexpr std::array<int64_t, 3> kRates = {1'000, 7'000, 501'000};

// ---- of a part by itself

// Rules whose counts become known one after the other.
class Known final : public RuleCounts {
 public:
  explicit Known(std::size_t rules) : ranges_(rules) {}

  void set(RuleIndex rule, uint16_t least, uint16_t most) {
    ranges_[rule] = counted_times(least, most);
  }

  [[nodiscard]] ValueRange count_of(RuleIndex rule) const override { return ranges_[rule]; }

 private:
  std::vector<ValueRange> ranges_;
};

struct Words {
  MetaOp op;
  int operands;
};

// Scan rules first, then metas of them, of earlier metas, and of the sender.
class Parts {
 public:
  static constexpr RuleIndex kScanned = 9;
  static constexpr RuleIndex kMetas = 14;

  explicit Parts(uint32_t seed) : random_(seed) {}

  JudgePart make() {
    JudgePart part;
    for (RuleIndex i = 0; i < kScanned + kMetas; ++i) {
      const bool meta = i >= kScanned;
      part.rules.push_back({.name = "R" + std::to_string(i),
                            .weight = static_cast<int32_t>(below(7)) - 2,
                            .counted = below(meta ? 3 : 5) == 0});
      if (!meta) continue;
      write(below(4), i, part.rules.back().program);
      part.metas.push_back(i);
    }
    EXPECT_TRUE(part.validate().ok());
    part.prepare();
    return part;
  }

  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

 private:
  void write(uint32_t depth, RuleIndex before, std::vector<MetaStep>& out) {
    static constexpr std::array<Words, 15> kWords = {{{MetaOp::kNot, 1},
                                                      {MetaOp::kNegate, 1},
                                                      {MetaOp::kAnd, 2},
                                                      {MetaOp::kAnd, 2},
                                                      {MetaOp::kOr, 2},
                                                      {MetaOp::kOr, 2},
                                                      {MetaOp::kAdd, 2},
                                                      {MetaOp::kSubtract, 2},
                                                      {MetaOp::kMultiply, 2},
                                                      {MetaOp::kDivide, 2},
                                                      {MetaOp::kLess, 2},
                                                      {MetaOp::kLessEqual, 2},
                                                      {MetaOp::kGreater, 2},
                                                      {MetaOp::kGreaterEqual, 2},
                                                      {MetaOp::kEqual, 2}}};
    if (depth == 0) return out.push_back(leaf(before));
    const Words& words = kWords[below(kWords.size())];
    for (int i = 0; i < words.operands; ++i) write(depth - 1, before, out);
    out.push_back({.op = words.op});
  }

  MetaStep leaf(RuleIndex before) {
    switch (below(8)) {
      case 0:
        return {.op = MetaOp::kConstant, .operand = int64_t{1'000} * below(4)};
      case 1:
        return {.op = MetaOp::kSender, .operand = static_cast<int64_t>(SenderTerm::kRate1h)};
      default:
        return {.op = MetaOp::kRule, .operand = below(before)};
    }
  }

  std::mt19937 random_;
};

std::vector<Hit> hits_of(const std::vector<uint16_t>& counts) {
  std::vector<Hit> out;
  for (RuleIndex i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) out.push_back({.rule = i, .count = counts[i]});
  }
  return out;
}

void expect_the_same_verdict(const JudgePart& part, const std::vector<uint16_t>& all,
                             const std::vector<uint16_t>& found) {
  for (const int64_t rate : kRates) {
    SenderView sender;
    sender.set(SenderTerm::kRate1h, rate);
    Evaluation of_all;
    part.evaluate(hits_of(all), sender, of_all);
    Evaluation of_found;
    part.evaluate(hits_of(found), sender, of_found);
    ASSERT_EQ(of_found.hits, of_all.hits);
    ASSERT_EQ(of_found.score, of_all.score);
  }
}

// Decides rules in some order, as a scan does: some for sure, of others first whether they are
// needed. Returns how many were left out.
std::size_t decide_by_needs(const JudgePart& part, Parts& random, NeedMemo& memo) {
  const Needs needs(part);
  std::vector<uint16_t> counts(part.rules.size());
  std::vector<RuleIndex> order;
  Known known(part.rules.size());
  for (RuleIndex i = 0; i < Parts::kScanned; ++i) {
    counts[i] = static_cast<uint16_t>(random.below(3));
    order.push_back(i);
    known.set(i, 0, 2);
  }
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(static_cast<uint32_t>(i))]);
  }
  std::vector<uint16_t> found(counts.size());
  std::size_t left_out = 0;
  memo.begin(part.rules.size());
  for (const RuleIndex rule : order) {
    const bool sure = random.below(3) == 0;
    if (sure || needs.needed(rule, known, memo)) {
      needs.forget_users(rule, memo);
      found[rule] = counts[rule];
    } else {
      ++left_out;
    }
    known.set(rule, found[rule], found[rule]);
    if (random.below(4) == 0) memo.begin_round();
  }
  expect_the_same_verdict(part, counts, found);
  return left_out;
}

TEST(Needs, WhatIsLeftOutChangesNoVerdict) {
  std::size_t left_out = 0;
  NeedMemo memo;  // one after the other, as a scratch has it
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    Parts parts(seed);
    const JudgePart part = parts.make();
    for (int message = 0; message < 25; ++message) {
      left_out += decide_by_needs(part, parts, memo);
      if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
    }
  }
  EXPECT_GT(left_out, 5'000U);
}

MetaStep rule(RuleIndex index) {
  return {.op = MetaOp::kRule, .operand = index};
}

// Rules 0 and 1 are sub-rules; the others are metas, of which the last is reported.
JudgePart part_of(std::vector<std::vector<MetaStep>> metas) {
  JudgePart part;
  part.rules.assign(2, {.counted = false});
  for (std::vector<MetaStep>& program : metas) {
    part.metas.push_back(static_cast<RuleIndex>(part.rules.size()));
    part.rules.push_back({.counted = false, .program = std::move(program)});
  }
  part.rules.back().counted = true;
  EXPECT_TRUE(part.validate().ok());
  return part;
}

// Whether rule 1 is needed where rule 0 was found so often.
bool needed_beside(uint16_t count, const JudgePart& part) {
  Known known(part.rules.size());
  known.set(0, count, count);
  known.set(1, 0, 9);
  NeedMemo memo;
  memo.begin(part.rules.size());
  return Needs(part).needed(1, known, memo);
}

TEST(Needs, AreKnownOfEachOperation) {
  const MetaStep sub = {.op = MetaOp::kSubtract};
  const MetaStep five = {.op = MetaOp::kConstant, .operand = 5'000};
  const JudgePart both = part_of({{rule(0), rule(1), {.op = MetaOp::kAnd}}});
  EXPECT_FALSE(needed_beside(0, both));
  EXPECT_TRUE(needed_beside(1, both));
  const JudgePart either = part_of({{rule(0), rule(1), {.op = MetaOp::kOr}}});
  EXPECT_TRUE(needed_beside(0, either));
  EXPECT_FALSE(needed_beside(1, either));
  const JudgePart neither =
      part_of({{rule(0), rule(1), {.op = MetaOp::kOr}, {.op = MetaOp::kNot}}});
  EXPECT_TRUE(needed_beside(0, neither));
  EXPECT_FALSE(needed_beside(1, neither));
  const JudgePart sum =
      part_of({{rule(0), rule(1), {.op = MetaOp::kAdd}, five, {.op = MetaOp::kGreater}}});
  EXPECT_TRUE(needed_beside(5, sum));
  EXPECT_FALSE(needed_beside(6, sum));
  const JudgePart difference = part_of({{rule(0), rule(1), sub, five, {.op = MetaOp::kLessEqual}}});
  EXPECT_FALSE(needed_beside(5, difference));
  EXPECT_TRUE(needed_beside(6, difference));
  const JudgePart equal = part_of({{rule(0), rule(1), {.op = MetaOp::kEqual}}});
  EXPECT_TRUE(needed_beside(9, equal));
  EXPECT_FALSE(needed_beside(10, equal));
}

TEST(Needs, ReachThroughMetas) {
  const JudgePart part = part_of({{rule(1)}, {rule(2)}, {rule(3), rule(0), {.op = MetaOp::kAnd}}});
  EXPECT_FALSE(needed_beside(0, part));
  EXPECT_TRUE(needed_beside(1, part));
}

TEST(Needs, OfReportedRulesAreNotAsked) {
  JudgePart part = part_of({{rule(0)}});
  EXPECT_FALSE(needed_beside(1, part));  // no meta names it
  part.rules[1].counted = true;
  EXPECT_TRUE(needed_beside(1, part));
}

TEST(Needs, DoNotTrustTheSender) {
  const MetaStep rate = {.op = MetaOp::kSender, .operand = 0};
  EXPECT_TRUE(needed_beside(0, part_of({{rate, rule(1), {.op = MetaOp::kAnd}}})));
  EXPECT_TRUE(needed_beside(0, part_of({{rate, rule(0), {.op = MetaOp::kAnd}},
                                        {rule(2), rule(1), {.op = MetaOp::kOr}}})));
}

// A chain of metas longer than the steps allowed: not to know is to need.
TEST(Needs, AreBounded) {
  std::vector<std::vector<MetaStep>> metas = {{rule(1)}};
  for (RuleIndex i = 2; i < 20'000; ++i) metas.push_back({rule(i)});
  metas.push_back({rule(static_cast<RuleIndex>(metas.size()) + 1), rule(0), {.op = MetaOp::kAnd}});
  EXPECT_TRUE(needed_beside(0, part_of(std::move(metas))));
}

// ---- of a scan

// Dear sub-rules, of all views, in metas that seldom hold.
constexpr std::string_view kRules =
    "body __ZEBRA /zebra.*quagga/\n"
    "body __HORSE /horse.*quagga/\n"
    "body __OFTEN /quagga.*[1-9]/\n"
    "tflags __OFTEN multiple maxhits=3\n"
    "body __AGAIN /(horse|zebra).*\\1/\n"
    "body __PLAIN /horse/\n"
    "rawbody __RAW /zebra.*horse/s\n"
    "full __FULL /(zebra).*\\1/s\n"
    "header __ALL ALL =~ /\\nSubject: .*(horse|zebra).*(?:\\n.*)*\\nX-Animal: \\1/\n"
    "header __NEVER Subject !~ /horse.*zebra/\n"
    "uri __LINK /horse.*zebra/\n"
    "meta BOTH __ZEBRA && __HORSE\n"
    "meta PLAIN_FIRST __PLAIN && __ZEBRA && !__RAW\n"
    "meta __MANY __OFTEN + __AGAIN + __FULL > 2\n"
    "meta MANY __MANY && !__NEVER\n"
    "meta HEADER __ALL && (__LINK || __PLAIN)\n"
    "meta ANYTHING __RAW || __FULL\n"
    "sender BURST rate_1h > 5\n"
    "meta WITH_SENDER BURST && __AGAIN\n";

class Animals {
 public:
  explicit Animals(uint32_t seed) : random_(seed) {}

  void make(TestMail& mail) {
    mail.header("From", "a@example.com");
    if (random_() % 2 == 0) mail.header("Subject", text());
    if (random_() % 2 == 0) mail.header("X-Animal", text());
    std::string body;
    for (auto i = random_() % 4; i > 0; --i) body += text() + "\n";
    mail.body(body).full(text());
    if (random_() % 2 == 0) mail.rawbody(text() + "\n" + text());
    if (random_() % 2 == 0) mail.url("http://example.com/" + text());
  }

 private:
  std::string text() {
    static constexpr std::array<const char*, 6> kWords = {"zebra", "horse",  "quagga",
                                                          "9",     "zebras", "a"};
    std::string out;
    for (auto i = random_() % 6; i > 0; --i) out += std::string(kWords[random_() % 6]) + " ";
    return out;
  }

  std::mt19937 random_;
};

void expect_the_same_verdicts(std::size_t many, std::size_t together, std::size_t remembered) {
  const auto set = compile_text(std::string(kRules), many);
  ASSERT_NE(set, nullptr);
  Scratch for_all(*set);
  Scratch for_verdicts(*set, Scratch::Wanted::kVerdicts);
  for_verdicts.remember(remembered);
  Animals animals(static_cast<uint32_t>(together));
  std::size_t left_out = 0;
  for (int round = 0; round < 200; ++round) {
    std::deque<TestMail> batch(together);
    std::vector<ScanInput> inputs;
    for (TestMail& mail : batch) {
      animals.make(mail);
      inputs.push_back(mail.input());
    }
    std::vector<std::vector<Hit>> all(together);
    std::vector<std::vector<Hit>> wanted(together);
    set->scan(inputs, for_all, all);
    set->scan(inputs, for_verdicts, wanted);
    for (std::size_t i = 0; i < together; ++i) {
      left_out += all[i].size() - wanted[i].size();
      for (const int64_t rate : kRates) {
        SenderView sender;
        sender.set(SenderTerm::kRate1h, rate);
        Evaluation of_all;
        set->judge_part().evaluate(all[i], sender, of_all);
        Evaluation of_wanted;
        set->judge_part().evaluate(wanted[i], sender, of_wanted);
        ASSERT_EQ(of_wanted.hits, of_all.hits) << "round " << round << ", message " << i;
        ASSERT_EQ(of_wanted.score, of_all.score);
      }
    }
  }
  EXPECT_GT(left_out, 10U * together);
}

TEST(Needs, OfAScanInSmallSets) {
  expect_the_same_verdicts(kSmallSet, 1, 0);
  expect_the_same_verdicts(kSmallSet, 7, 0);
}

TEST(Needs, OfAScanInLargeSets) {
  expect_the_same_verdicts(kLargeSet, 1, 0);
  expect_the_same_verdicts(kLargeSet, limits::kScanBatch, 0);
}

TEST(Needs, OfAScanThatRemembers) {
  expect_the_same_verdicts(kLargeSet, 9, 1U << 20U);
}

}  // namespace
}  // namespace sluice::rules
