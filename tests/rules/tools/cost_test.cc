// Claim:   each rule with a pattern gets its engine, what it waits for, memory, compile time; a
//          pattern that runs often is dearer than one that hardly runs; measuring changes no hit.
// Oracle:  by hand; times only where they differ by orders of magnitude.

#include "rules/tools/cost.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

// A large rule set, as far as the choice of engines goes.
constexpr std::string_view kRules =
    "body RARE /zanzibar lottery (?!office)/\nbody PLAIN /[a-z]{4} [a-z]{5}/\n"
    "body NUMBER /[0-9]{3}-[0-9]{4}/\n"
    "body OFTEN /any apples (?!and)/\nuri LINK /paypa1/\n"
    "body HTML eval:html_tag_exists('form')\n"
    "meta BOTH RARE && PLAIN\n";

constexpr std::string_view kMail =
    "From: a@example.org\nSubject: hello\n\ncall 555-1234 about all of that\n";

RuleCost cost_of(const RuleSet& set, const std::vector<RuleCost>& costs, std::string_view name) {
  for (const RuleCost& cost : costs) {
    if (cost.rule == index_of(set, name)) return cost;
  }
  ADD_FAILURE() << name << " has no cost";
  return {};
}

std::shared_ptr<const RuleSet> large_set() {
  Diagnostics diagnostics;
  auto set = compile_rules(std::vector<RuleFile>{{"a.cf", std::string(kRules)}},
                           {.many_patterns = 1}, diagnostics);
  SLUICE_ASSERT(set != nullptr);
  return set;
}

TEST(CostMeter, SaysWhatIsFixed) {
  const auto set = large_set();
  const std::vector<RuleCost> costs = CostMeter(*set).costs();
  ASSERT_EQ(costs.size(), 6U);  // a meta has no pattern

  const RuleCost rare = cost_of(*set, costs, "RARE");
  EXPECT_EQ(rare.engine, "literals");
  EXPECT_EQ(rare.view, "body");
  EXPECT_EQ(rare.literals, 1U);
  EXPECT_GT(rare.bytes, 0U);
  EXPECT_GT(rare.compile_us, 0);
  EXPECT_EQ(rare.us(), 0);  // no message yet

  const RuleCost plain = cost_of(*set, costs, "PLAIN");
  EXPECT_EQ(plain.engine, "hyperscan");
  EXPECT_EQ(plain.literals, 0U);
  EXPECT_GT(plain.bytes, 0U);
  EXPECT_EQ(cost_of(*set, costs, "NUMBER").engine, "chains");
  EXPECT_EQ(cost_of(*set, costs, "NUMBER").chains, 1U);
  EXPECT_EQ(cost_of(*set, costs, "LINK").view, "uri");
  EXPECT_EQ(cost_of(*set, costs, "HTML").engine, "eval");
  EXPECT_EQ(cost_of(*set, costs, "HTML").view, "html_tag_exists");
  for (std::size_t i = 1; i < costs.size(); ++i) {
    EXPECT_GE(costs[i - 1].compile_us, costs[i].compile_us);
  }
}

TEST(CostMeter, MeasuresWhatRuns) {
  const auto set = large_set();
  std::string mail(kMail);
  for (int i = 0; i < 200; ++i) mail += "\nalso add any apples and\n";
  Arena arena;
  const mime::Message message = mime::read_message(mail, arena);
  CostMeter meter(*set);
  for (int i = 0; i < 5; ++i) meter.add({.message = message});
  EXPECT_EQ(meter.messages(), 5U);

  const std::vector<RuleCost> costs = meter.costs();
  const RuleCost often = cost_of(*set, costs, "OFTEN");
  EXPECT_EQ(costs.front().rule, often.rule);
  EXPECT_EQ(often.runs, 200);
  EXPECT_GT(often.own_us, 1);
  const RuleCost rare = cost_of(*set, costs, "RARE");
  EXPECT_EQ(rare.runs, 0);
  EXPECT_EQ(rare.own_us, 0);
  EXPECT_GT(rare.share_us, 0);
  EXPECT_GT(cost_of(*set, costs, "HTML").own_us, 0);
  EXPECT_EQ(rare.share_us, often.share_us);  // they share the view
}

TEST(CostMeter, ChangesNoHit) {
  const auto set = large_set();
  Arena arena;
  const mime::Message message = mime::read_message(kMail, arena);
  Scratch scratch(*set);
  std::vector<Hit> before;
  std::vector<Hit> after;
  set->scan({.message = message}, scratch, before);
  CostMeter meter(*set);
  meter.add({.message = message});
  set->scan({.message = message}, scratch, after);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace sluice::rules::test
