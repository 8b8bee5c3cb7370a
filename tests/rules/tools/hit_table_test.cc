// Claim:   hit frequencies, ranks and overlaps are those of the messages counted.
// Oracle:  numbers by hand, from the formulas of SpamAssassin's masses/hit-frequencies; for
//          overlaps a slow count over all messages (random hits, seed 1).

#include "rules/tools/hit_table.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

std::vector<RuleInfo> three_rules() {
  return {{.name = "SPAMMY", .weight = 1'000, .file = "b.cf", .line = 1},
          {.name = "NICE", .weight = -500, .file = "a.cf", .line = 9},
          {.name = "__SUB", .counted = false, .file = "a.cf", .line = 2}};
}

std::vector<WeightedHit> hits_of(const std::vector<RuleIndex>& rules) {
  std::vector<WeightedHit> hits;
  for (const RuleIndex rule : rules) hits.push_back({.rule = rule});
  return hits;
}

// 4 ham and 2 spam; SPAMMY hits both spam and one ham, NICE two ham, __SUB everything.
HitTally six_messages() {
  HitTally tally(3, {.overlaps = true});
  tally.add(MailClass::kHam, hits_of({0, 2}));
  tally.add(MailClass::kHam, hits_of({1, 2}));
  tally.add(MailClass::kHam, hits_of({1, 2}));
  tally.add(MailClass::kHam, hits_of({2}));
  tally.add(MailClass::kSpam, hits_of({0, 2}));
  tally.add(MailClass::kSpam, hits_of({0, 2}));
  return tally;
}

std::vector<std::string> names(const std::vector<HitRow>& rows,
                               const std::vector<RuleInfo>& rules) {
  std::vector<std::string> all;
  for (const HitRow& row : rows) all.push_back(rules[row.rule].name);
  return all;
}

TEST(HitTable, GivesPercentagesOfEachClass) {
  const auto rules = three_rules();
  const auto rows = hit_table(six_messages(), rules, {.order = HitOrder::kName});
  ASSERT_EQ(names(rows, rules), (std::vector<std::string>{"NICE", "SPAMMY"}));
  EXPECT_DOUBLE_EQ(rows[1].overall_percent, 50);
  EXPECT_DOUBLE_EQ(rows[1].spam_percent, 100);
  EXPECT_DOUBLE_EQ(rows[1].ham_percent, 25);
  EXPECT_DOUBLE_EQ(rows[1].spam_ratio, 0.8);
  EXPECT_DOUBLE_EQ(rows[0].spam_ratio, 0);
}

// SPAMMY: 0.8^3 * 2000 + 100 * 3 = 1324. NICE, by ham: 1 * 2000 + 50 * 3 = 2150.
// __SUB, 100 % of both: 0.5^3 * 2000 + 300 = 550.
TEST(HitTable, RanksByPurityAndReach) {
  const auto rules = three_rules();
  const auto rows = hit_table(six_messages(), rules, {.sub_rules = true});
  ASSERT_EQ(names(rows, rules), (std::vector<std::string>{"NICE", "SPAMMY", "__SUB"}));
  EXPECT_DOUBLE_EQ(rows[0].rank, 1);
  EXPECT_DOUBLE_EQ(rows[1].rank, (1'324.0 - 550) / (2'150 - 550));
  EXPECT_DOUBLE_EQ(rows[2].rank, 0);
}

TEST(HitTable, SortsAndLeavesOut) {
  const auto rules = three_rules();
  const HitTally tally = six_messages();
  using Names = std::vector<std::string>;
  const auto sorted = [&](HitOrder order) {
    return names(hit_table(tally, rules, {.sub_rules = true, .order = order}), rules);
  };
  EXPECT_EQ(sorted(HitOrder::kHam), (Names{"__SUB", "NICE", "SPAMMY"}));
  EXPECT_EQ(sorted(HitOrder::kScore), (Names{"SPAMMY", "__SUB", "NICE"}));
  EXPECT_EQ(sorted(HitOrder::kPlace), (Names{"__SUB", "NICE", "SPAMMY"}));
  EXPECT_EQ(names(hit_table(tally, rules, {.hits_min = 3}), rules), Names{"SPAMMY"});
}

TEST(HitTable, OfNothingIsEmptyOrNeutral) {
  const auto rules = three_rules();
  const HitTally tally(3, {});
  EXPECT_TRUE(hit_table(tally, rules, {}).empty());
  for (const HitRow& row : hit_table(tally, rules, {.hits_min = 0})) {
    EXPECT_DOUBLE_EQ(row.spam_ratio, 0.5);
    EXPECT_DOUBLE_EQ(row.overall_percent, 0);
  }
}

TEST(HitTally, LeavesUnknownMailOut) {
  HitTally tally(3, {});
  tally.add(MailClass::kUnknown, hits_of({0}));
  EXPECT_EQ(tally.messages().all(), 0U);
  EXPECT_EQ(tally.of(0).all(), 0U);
}

TEST(Overlaps, AreThoseOfASlowCount) {
  constexpr std::size_t kRules = 20;
  std::mt19937 random(1);
  std::vector<std::set<RuleIndex>> messages(300);
  HitTally tally(kRules, {.overlaps = true});
  for (auto& message : messages) {
    for (int i = 0; i < 6; ++i) message.insert(static_cast<RuleIndex>(random() % kRules));
    tally.add(MailClass::kSpam, hits_of({message.begin(), message.end()}));
  }
  std::vector<RuleInfo> rules(kRules);
  const auto found = overlaps(tally, rules, {.percent_min = 0});
  EXPECT_EQ(found.size(), kRules * (kRules - 1) / 2);
  for (const Overlap& overlap : found) {
    uint64_t both = 0;
    uint64_t a = 0;
    for (const auto& message : messages) {
      a += message.count(overlap.a);
      both += message.count(overlap.a) * message.count(overlap.b);
    }
    EXPECT_EQ(overlap.both, both);
    EXPECT_DOUBLE_EQ(overlap.percent_of_a,
                     100.0 * static_cast<double>(both) / static_cast<double>(a));
  }
}

TEST(Overlaps, KeepThoseThatMatter) {
  const auto rules = three_rules();
  const HitTally tally = six_messages();
  EXPECT_TRUE(overlaps(tally, rules, {}).empty()) << "SPAMMY and NICE never meet";
  const auto found = overlaps(tally, rules, {.percent_min = 100, .sub_rules = true});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].a, 0U);
  EXPECT_DOUBLE_EQ(found[0].percent_of_a, 100);
  EXPECT_DOUBLE_EQ(found[0].percent_of_b, 50);
}

}  // namespace
}  // namespace sluice::rules
