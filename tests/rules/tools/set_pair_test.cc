// Claim:   a comparison names every rule that one set has hit and the other has not, or that adds
//          or demands something else now, and every group whose cap takes off something else; sums
//          of changes are the change of the score; the tally counts each message and rule once.
// Oracle:  by hand; the invariant over random hits (seed 1).

#include "rules/tools/set_pair.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/language/rule_groups.h"
#include "rules/tools/diff_tally.h"
#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

Evaluation evaluate(const RuleSet& set, const std::vector<std::string_view>& names) {
  std::vector<Hit> hits;
  for (RuleIndex rule = 0; rule < set.rules().size(); ++rule) {
    for (const std::string_view name : names) {
      if (set.rules()[rule].name == name) hits.push_back({.rule = rule});
    }
  }
  Evaluation evaluation;
  set.judge_part().evaluate(hits, evaluation);
  return evaluation;
}

std::string text_of(const SetPair& pair, const SetPair::Comparison& comparison) {
  std::string text = fmt::format("{}>{}", comparison.score_before, comparison.score_after);
  for (const HitChange& change : comparison.changes) {
    text += fmt::format(" {}{}:{}>{}", "+-~"[static_cast<int>(change.kind)],
                        pair.rules()[change.rule].name, change.before, change.after);
  }
  for (const GroupChange& change : comparison.groups) {
    text += fmt::format(" {}:{}>{}", pair.groups()[change.group].name, change.before, change.after);
  }
  for (const ActionChange& change : comparison.actions) {
    text += fmt::format(" {}:{}>{}", pair.rules()[change.rule].name,
                        rule_action_name(change.before), rule_action_name(change.after));
  }
  return text;
}

constexpr const char* kBefore =
    "body KEPT /a/\nbody OLD /b/\nscore OLD 2\nbody DEARER /c/\nbody SHADE /d/\nbody __SUB /e/\n"
    "tflags SHADE shadow\nscore SHADE 4\n";
constexpr const char* kAfter =
    "body NEW /n/\nscore NEW 2.5\nbody SHADE /d/\nscore SHADE 4\nbody DEARER /c/\n"
    "score DEARER 1.5\nbody KEPT /a/\nbody __OTHER /e/\n";

TEST(SetPair, NamesWhatChanged) {
  const auto before = small_set(kBefore);
  const auto after = small_set(kAfter);
  const SetPair pair(*before, *after);
  SetPair::Comparison comparison;
  const auto compare = [&](const std::vector<std::string_view>& names) {
    pair.compare(evaluate(*before, names), evaluate(*after, names), comparison);
    return text_of(pair, comparison);
  };
  EXPECT_EQ(compare({"KEPT", "__SUB", "__OTHER"}), "1000>1000");
  EXPECT_TRUE(comparison.same());
  EXPECT_EQ(compare({"OLD", "NEW"}), "2000>2500 -OLD:2000>0 +NEW:0>2500");
  EXPECT_EQ(compare({"DEARER"}), "1000>1500 ~DEARER:1000>1500");
  EXPECT_EQ(compare({"SHADE"}), "0>4000 ~SHADE:0>4000");
  EXPECT_EQ(compare({}), "0>0");
}

TEST(SetPair, NamesRulesThatDemandSomethingElse) {
  const std::string rules = "body KEPT /a/\nbody HELD /b/\nbody SHADE /c/\naction KEPT hold\n";
  const auto before =
      small_set(rules + "action HELD hold\naction SHADE reject\ntflags SHADE shadow\n");
  const auto after = small_set("body NEW /d/\naction NEW throttle\n" + rules +
                               "action HELD accept\naction SHADE reject\n");
  const SetPair pair(*before, *after);
  SetPair::Comparison comparison;
  const auto compare = [&](const std::vector<std::string_view>& names) {
    pair.compare(evaluate(*before, names), evaluate(*after, names), comparison);
    return text_of(pair, comparison);
  };
  EXPECT_EQ(compare({"KEPT", "HELD"}), "2000>2000 HELD:hold>accept");
  EXPECT_TRUE(comparison.same());
  EXPECT_EQ(compare({"SHADE"}), "0>1000 ~SHADE:0>1000 SHADE:none>reject");
  EXPECT_EQ(compare({"NEW"}), "0>1000 +NEW:0>1000 NEW:none>throttle");
  pair.compare(evaluate(*before, {"HELD"}), evaluate(*after, {}), comparison);
  EXPECT_EQ(text_of(pair, comparison), "1000>0 -HELD:1000>0 HELD:hold>none");
}

// Groups change their places, caps and rules.
constexpr const char* kGroupsBefore =
    "body A /a/\nscore A 2\nbody B /b/\nscore B 2\nbody C /c/\nscore C 2\n"
    "groupcap SMALL 1\ngroup SMALL A B\ngroupcap GONE 1.5\ngroup GONE C\n";
constexpr const char* kGroupsAfter =
    "body A /a/\nscore A 2\nbody B /b/\nscore B 2\nbody C /c/\nscore C 2\n"
    "groupcap NEW 0.5\ngroup NEW C\ngroupcap SMALL 1.5\ngroup SMALL A B\n";

TEST(SetPair, NamesGroupsThatTakeOffSomethingElse) {
  const auto before = small_set(kGroupsBefore);
  const auto after = small_set(kGroupsAfter);
  const SetPair pair(*before, *after);
  SetPair::Comparison comparison;
  const auto compare = [&](const std::vector<std::string_view>& names) {
    pair.compare(evaluate(*before, names), evaluate(*after, names), comparison);
    return text_of(pair, comparison);
  };
  EXPECT_EQ(compare({"A", "B"}), "1000>1500 SMALL:-3000>-2500");
  EXPECT_EQ(compare({"A", "C"}), "2500>2000 SMALL:-1000>-500 GONE:-500>0 NEW:0>-1500");
  EXPECT_EQ(pair.groups()[0].before->cap, 1'000);
  EXPECT_EQ(pair.groups()[0].after->cap, 1'500);
  EXPECT_EQ(pair.groups()[1].after, nullptr);
  EXPECT_EQ(pair.groups()[2].before, nullptr);
}

TEST(SetPair, ChangesAddUpToTheScore) {
  const auto before = small_set(std::string(kBefore) + kGroupsBefore);
  const auto after = small_set(std::string(kAfter) + kGroupsAfter);
  const SetPair pair(*before, *after);
  SetPair::Comparison comparison;
  std::mt19937 random(1);
  const std::vector<std::string_view> all = {"KEPT", "OLD", "DEARER", "SHADE",
                                             "NEW",  "A",   "B",      "C"};
  const auto some = [&] {
    std::vector<std::string_view> names;
    for (const std::string_view name : all) {
      if (random() % 2 == 0) names.push_back(name);
    }
    return names;
  };
  for (int i = 0; i < 200; ++i) {
    pair.compare(evaluate(*before, some()), evaluate(*after, some()), comparison);
    int32_t sum = 0;
    for (const HitChange& change : comparison.changes) sum += change.after - change.before;
    for (const GroupChange& change : comparison.groups) sum += change.after - change.before;
    EXPECT_EQ(sum, comparison.score_after - comparison.score_before);
  }
}

TEST(DiffTally, CountsCrossingsByClassAndRule) {
  const auto before = small_set(kBefore);
  const auto after = small_set(kAfter);
  const SetPair pair(*before, *after);
  DiffTally tally(pair.rules().size(), 2'500);
  SetPair::Comparison comparison;
  const auto add = [&](MailClass mail_class, const std::vector<std::string_view>& names) {
    pair.compare(evaluate(*before, names), evaluate(*after, names), comparison);
    tally.add(mail_class, comparison, {});
  };
  add(MailClass::kHam, {"NEW"});           // 0 -> 2.5: the threshold itself is over it
  add(MailClass::kSpam, {"OLD", "KEPT"});  // 3 -> 1
  add(MailClass::kUnknown, {"DEARER"});    // 1 -> 1.5
  add(MailClass::kSpam, {"KEPT"});
  const DiffTotals& totals = tally.messages();
  EXPECT_EQ(totals.messages, 4U);
  EXPECT_EQ(totals.changed, 3U);
  EXPECT_EQ(totals.rescored, 3U);
  EXPECT_EQ(totals.newly_over, (CrossingCounts{.ham = 1}));
  EXPECT_EQ(totals.newly_under, (CrossingCounts{.spam = 1}));
  for (std::size_t i = 0; i < pair.rules().size(); ++i) {
    const RuleDiff& rule = tally.rules()[i];
    const std::string_view name = pair.rules()[i].name;
    EXPECT_EQ(rule.all(), name == "NEW" || name == "OLD" || name == "DEARER" ? 1U : 0U) << name;
    EXPECT_EQ(rule.newly_over, name == "NEW" ? 1U : 0U) << name;
    EXPECT_EQ(rule.newly_under, name == "OLD" ? 1U : 0U) << name;
  }
}

TEST(DiffTally, CountsActions) {
  const auto set = small_set("body A /a/\nbody B /b/\n");
  const SetPair pair(*set, *set);
  DiffTally tally(pair.rules().size(), 5'000);
  SetPair::Comparison comparison;
  const std::vector<ActionChange> causes = {{.rule = 1, .after = RuleAction::kHold}};
  tally.add(MailClass::kHam, comparison, {});
  tally.add(MailClass::kHam, comparison, {.differs = true, .causes = causes});
  EXPECT_EQ(tally.messages().changed, 1U);
  EXPECT_EQ(tally.messages().rescored, 0U);
  EXPECT_EQ(tally.messages().action_changed, 1U);
  EXPECT_EQ(tally.rules()[0].all(), 0U);
  EXPECT_EQ(tally.rules()[1].actions, 1U);
  EXPECT_EQ(tally.rules()[1].all(), 1U);
}

}  // namespace
}  // namespace sluice::rules::test
