// Claim:  fields that are missing, or stand more often than RFC 5322 section 3.6 allows, are named.
// Oracle: cases written by hand.

#include "ingest/mime/header_checks.h"

#include <string>

#include <gtest/gtest.h>

namespace sluice::mime {
namespace {

const std::string kGood =
    "From: a@b.test\nDate: Tue, 1 Jan 2030 00:00:00 +0000\nReceived: x\nReceived: y\n";

DefectSet check(const std::string& raw) {
  Arena arena;
  DefectSet defects;
  check_headers(split_headers(raw, arena), arena, defects);
  return defects;
}

TEST(HeaderChecks, FindNothingOddAboutAGoodHeader) {
  EXPECT_TRUE(check(kGood).empty());
}

TEST(HeaderChecks, NameWhatIsMissing) {
  EXPECT_TRUE(check("Date: x\n").has(Defect::kMissingFrom));
  EXPECT_FALSE(check("Date: x\n").has(Defect::kMissingDate));
  EXPECT_TRUE(check("From: a@b.test\n").has(Defect::kMissingDate));
  EXPECT_FALSE(check("From: a@b.test\n").has(Defect::kMissingFrom));
}

TEST(HeaderChecks, NameWhatIsRepeated) {
  EXPECT_TRUE(check(kGood + "FROM: c@d.test\n").has(Defect::kMultipleFrom));
  EXPECT_FALSE(check(kGood + "FROM: c@d.test\n").has(Defect::kRepeatedField));
  for (const char* name : {"Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Message-ID",
                           "In-Reply-To", "References", "Subject"}) {
    const std::string field = std::string(name) + ": a@b.test\n";
    std::string twice = field;
    twice += field;
    EXPECT_TRUE(check(kGood + twice).has(Defect::kRepeatedField)) << name;
  }
}

TEST(HeaderChecks, ReadTheAddressFields) {
  EXPECT_TRUE(check(kGood + "To: nobody\n").has(Defect::kBadAddress));
  EXPECT_FALSE(check(kGood + "Subject: nobody\n").has(Defect::kBadAddress));
  EXPECT_TRUE(check(kGood + "Cc: =?utf-8?z?a?= <a@b.test>\n").has(Defect::kBadEncodedWord));
}

}  // namespace
}  // namespace sluice::mime
