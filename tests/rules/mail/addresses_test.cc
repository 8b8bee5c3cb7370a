// Claim:   address fields are read as SpamAssassin reads them.
// Oracle:  cases/addresses.txt, each answer SpamAssassin 4.0.1's own.
// Adding a case: two lines in that file, nothing here.

#include "rules/mail/addresses.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/rules/mail/case_pairs.h"

namespace sluice::rules {
namespace {

std::string describe(std::string_view field) {
  Arena arena;
  std::string text;
  for (const MailAddress& each : parse_header_addresses(field, arena)) {
    if (!text.empty()) text += ";;";
    text += std::string(each.address.value_or("-")) + "|" + std::string(each.phrase.value_or("-"));
  }
  return text;
}

TEST(Addresses, AreReadAsBySpamAssassin) {
  const auto cases = read_case_pairs("addresses.txt");
  ASSERT_GT(cases.size(), 30U);
  for (const auto& [field, addresses] : cases) EXPECT_EQ(describe(field), addresses) << field;
}

TEST(Addresses, KeepFoldsAsBlanks) {
  EXPECT_EQ(describe(" Ann\n Lee\n <ann@x.example>\n"), "ann@x.example|Ann\n Lee\n ");
  EXPECT_EQ(describe(" \n"), "");
}

TEST(Addresses, AreBounded) {
  std::string many;
  for (std::size_t i = 0; i < limits::kAddressesMax + 10; ++i) many += "a@x.example, ";
  Arena arena;
  EXPECT_EQ(parse_header_addresses(many, arena).size(), limits::kAddressesMax);
}

}  // namespace
}  // namespace sluice::rules
