// Claim:  addresses are read as another implementation reads them.
// Oracle: the cases of Stalwart's mail-parser (suites/mime/stalwart-mail-parser/address.json), but
//         for the differences listed in peer_differences.h. None of them is real mail.

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ingest/mime/address.h"
#include "tests/ingest/mime/peer_differences.h"
#include "tests/support/shared_data.h"

namespace sluice::mime {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + '\n';
  return out;
}

// Our answer and the peer's for one case, as text.
struct Answers {
  std::string ours;
  std::string theirs;
};

std::vector<std::string> list_of(const Json& addresses) {
  std::vector<std::string> out;
  for (const Json& one : addresses)
    out.push_back(text_of(one["name"]) + " <" + text_of(one["address"]) + '>');
  return out;
}

Answers addresses(const std::string& value, const Json& expected) {
  Arena arena;
  DefectSet defects;
  std::vector<std::string> ours;
  for (const Mailbox& box : read_addresses(value, arena, defects)) {
    const std::string at = box.domain.empty() ? "" : "@";
    ours.push_back(std::string(box.name) + " <" + std::string(box.local) + at +
                   std::string(box.domain) + '>');
  }
  std::vector<std::string> theirs;
  if (expected.contains("List")) theirs = list_of(expected["List"]);
  if (expected.contains("Group")) {
    for (const Json& group : expected["Group"]) {
      for (const std::string& line : list_of(group["addresses"])) theirs.push_back(line);
    }
  }
  return {.ours = joined(ours), .theirs = joined(theirs)};
}

TEST(Peer, ReadsTheSameAddresses) {
  const auto folder = test::shared_data("suites/mime/stalwart-mail-parser");
  if (!folder) GTEST_SKIP() << test::kNoSharedData;
  const Json cases = Json::parse(test::read_file(*folder / "address.json"));
  ASSERT_GT(cases.size(), 50U);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string value = cases[i]["header"];
    const Answers got = addresses(value, cases[i]["expected"]);
    if (address_differences().count(i) != 0) {
      EXPECT_NE(got.ours, got.theirs) << "no difference any more: " << i;
    } else {
      EXPECT_EQ(got.ours, got.theirs) << i << ": " << value;
    }
  }
}

}  // namespace
}  // namespace sluice::mime
