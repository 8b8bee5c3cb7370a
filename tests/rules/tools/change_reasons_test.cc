// Claim:   for each change there is a reason: a rule is new or gone, a part of a meta changed, also
//          one that is never reported itself; else what the rule says, or weighs, changed.
// Oracle:  by hand.

#include "rules/tools/change_reasons.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

std::vector<Hit> hits_of(const RuleSet& set, const std::vector<std::string_view>& names) {
  std::vector<Hit> hits;
  for (RuleIndex rule = 0; rule < set.rules().size(); ++rule) {
    for (const std::string_view name : names) {
      if (set.rules()[rule].name == name) hits.push_back({.rule = rule});
    }
  }
  return hits;
}

// "NEW_META new; META parts +__B -__A; "
std::string reasons_of(const RuleSet& before, const RuleSet& after,
                       const std::vector<Hit>& old_hits, const std::vector<Hit>& new_hits) {
  const SetPair pair(before, after);
  const ChangeReasons reasons(before, after, pair);
  Evaluation old_evaluation;
  Evaluation new_evaluation;
  before.judge_part().evaluate(old_hits, old_evaluation);
  after.judge_part().evaluate(new_hits, new_evaluation);
  SetPair::Comparison comparison;
  pair.compare(old_evaluation, new_evaluation, comparison);
  constexpr std::string_view kWhys[] = {"new", "gone", "parts", "definition", "weight"};
  std::string text;
  for (const HitChange& change : comparison.changes) {
    const ChangeReason reason = reasons.of(change, old_hits, new_hits);
    text += fmt::format("{} {}", pair.rules()[change.rule].name,
                        kWhys[static_cast<std::size_t>(reason.why)]);
    for (const ChangeReason::Part& part : reason.parts) {
      text += fmt::format(" {}{}", part.gained ? '+' : '-', pair.rules()[part.rule].name);
    }
    text += "; ";
  }
  return text;
}

TEST(ChangeReasons, AreThoseOfRules) {
  const auto before = small_set("body GONE /a/\nbody SAME /b/\nbody DEARER /c/\n");
  const auto after = small_set("body SAME /bb?/\nbody DEARER /c/\nscore DEARER 2\nbody NEW /a/\n");
  EXPECT_EQ(reasons_of(*before, *after, hits_of(*before, {"GONE", "DEARER"}),
                       hits_of(*after, {"SAME", "DEARER", "NEW"})),
            "GONE gone; SAME definition; DEARER weight; NEW new; ");
}

TEST(ChangeReasons, AreThosePartsOfAMetaThatChanged) {
  const auto before = small_set(
      "body __A /a/\nbody __B /b/\nmeta __INNER __B\nmeta M __A && !__INNER\nmeta N __A\n");
  const auto after = small_set(
      "body __A /a/\nbody __C /c/\nbody __B /bb/\nmeta __INNER __B\nmeta M __A && !__INNER\n"
      "meta N __A && __C\n");
  // __B hit before and does not now; M never names it, but __INNER.
  EXPECT_EQ(reasons_of(*before, *after, hits_of(*before, {"__A", "__B"}), hits_of(*after, {"__A"})),
            "M parts -__INNER; N definition; ");
  EXPECT_EQ(reasons_of(*before, *after, hits_of(*before, {}), hits_of(*after, {"__A", "__C"})),
            "M parts +__A; N parts +__A +__C; ");
}

}  // namespace
}  // namespace sluice::rules::test
