// Claim:   the parts of a meta are the rules it names, each once, held or not; reporting sub-rules
//          changes no score.
// Oracle:  by hand.

#include "rules/tools/meta_parts.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/tools/sub_rules.h"
#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

TEST(MetaParts, AreHeldOrNot) {
  const auto set = small_set(
      "body __A /a/\nbody __B /b/\nbody C /c/\n"
      "meta __BOTH __A && __B\nmeta PHISHY (__BOTH || C) && (__A + __B > 0)\nscore PHISHY 3\n");
  const JudgePart judge = with_sub_rules(set->judge_part());
  std::vector<Hit> hits = {{.rule = index_of(*set, "__A")}, {.rule = index_of(*set, "__B")}};
  Evaluation with;
  Evaluation without;
  judge.evaluate(hits, with);
  set->judge_part().evaluate(hits, without);
  EXPECT_EQ(with.score, without.score);
  EXPECT_EQ(with.score, 3'000);

  std::string text;
  for (const MetaPart& part : meta_parts(judge, index_of(*set, "PHISHY"), with.hits)) {
    text += (part.held ? "+" : "-") + set->rules()[part.rule].name + " ";
  }
  EXPECT_EQ(text, "+__BOTH -C +__A +__B ");
  EXPECT_TRUE(meta_parts(judge, index_of(*set, "C"), with.hits).empty());
}

}  // namespace
}  // namespace sluice::rules::test
