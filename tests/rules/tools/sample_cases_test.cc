// Claim:   folders NAME.ok and NAME.fail become cases; a slip of the pen becomes a fault.
// Oracle:  by hand.

#include "rules/tools/sample_cases.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace sluice::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SampleCases, AreTheFoldersOfRules) {
  const sluice::test::TempDir dir;
  for (const char* name :
       {"URGENT.ok", "URGENT.fail", "__SUB.ok", "URGNT.ok", "URGENT.okay", ".git"}) {
    std::filesystem::create_directory(dir.path() / name);
  }
  std::ofstream(dir.path() / "README") << "left alone";
  const std::vector<RuleInfo> rules = {{.name = "URGENT"}, {.name = "__SUB", .counted = false}};
  const auto found = find_sample_cases(dir.path().string(), rules);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found.value().cases.size(), 3U);
  EXPECT_EQ(found.value().cases[0].path, (dir.path() / "URGENT.fail").string());
  EXPECT_FALSE(found.value().cases[0].expected);
  EXPECT_TRUE(found.value().cases[1].expected);
  EXPECT_EQ(found.value().cases[2].rule, 1U);
  EXPECT_THAT(found.value().faults,
              ElementsAre(HasSubstr("URGENT.okay: the name ends"),
                          HasSubstr("URGNT.ok: there is no rule 'URGNT'; did you mean 'URGENT'?")));
}

TEST(SampleCases, AMissingFolderIsAnError) {
  const auto found = find_sample_cases("/no/such/folder", {});
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(found.error().message, HasSubstr("/no/such/folder"));
}

}  // namespace
}  // namespace sluice::rules
