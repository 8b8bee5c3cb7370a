// Claim:   `test` lines of rules that never hit, whatever the message says, do not run: a rule file
//          is not refused for a rule that it switches off.
// Oracle:  by hand.

#include "rules/self_test.h"

#include <gtest/gtest.h>

#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

TEST(SelfTest, LeavesOutRulesThatNeverHit) {
  const auto set = small_set(
      "body OFF /abc/\nscore OFF 0\ntest OFF ok abc\n"
      "header ASKS eval:check_rbl('a', 'b.example.')\ntest ASKS ok Subject: x\n"
      "body ON /abc/\ntest ON ok abc\n");
  const auto results = run_rule_tests(*set);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(set->rules()[results[0].rule].name, "ON");
  EXPECT_TRUE(results[0].passed);
}

}  // namespace
}  // namespace sluice::rules::test
