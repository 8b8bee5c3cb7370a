// Claim:   dates of header fields are the seconds that SpamAssassin's parse_rfc822_date() finds.
// Oracle:  its answers to these texts, asked once.

#include "rules/evals/mail_date.h"

#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

std::optional<int64_t> date(std::string_view text) {
  std::vector<std::string_view> words;
  return parse_mail_date(text, words);
}

TEST(MailDate, ReadsTheUsualForms) {
  EXPECT_EQ(date("Thu, 5 May 2005 20:30:37 -0700"), 1115350237);
  EXPECT_EQ(date("5 May 2005 20:30:37 +0200 (CEST)"), 1115317837);
  EXPECT_EQ(date("Thu,5 may 05 9:05 GMT"), 1115283900);
  EXPECT_EQ(date("Sat, 29 Feb 2020 23:59:60 EST"), 1583038799);
  EXPECT_EQ(date("from here; 1 Jan 99 00:00:00 (JST)"), 915116400);
}

TEST(MailDate, LosesTheTimeOfWhatCtimeWrites) {
  EXPECT_EQ(date("Thu May  5 20:30:37 2005"), 1115251200);
}

TEST(MailDate, MendsWhatIsOutOfRange) {
  EXPECT_EQ(date("31 Feb 2005 25:61:61 +0000"), 1109721599);
  EXPECT_EQ(date("31 Dec 1999 99:99:99"), 946684799);
  EXPECT_EQ(date("1 Jan 2099 00:00:00"), 2114380800);
  EXPECT_EQ(date("1 Jan 1901 00:00:00 +0100"), 0);
  EXPECT_EQ(date("32 Dec 104 00:00:00"), 1104537600);
}

TEST(MailDate, KnowsNamesOfZonesInCapitalsOnly) {
  EXPECT_EQ(date("5 May 2005 20:30:37 PDT"), 1115350237);
  EXPECT_EQ(date("5 May 2005 20:30:37 pdt"), 1115325037);
  EXPECT_EQ(date("5 May 2005 20:30:37 EST-DST"), 1115325037);
  EXPECT_EQ(date("5 May 2005 20:30:37 XYZ PDT"), 1115325037);
}

TEST(MailDate, FindsNone) {
  EXPECT_EQ(date(""), std::nullopt);
  EXPECT_EQ(date("yesterday"), std::nullopt);
  EXPECT_EQ(date("2005-05-05 20:30:37"), std::nullopt);
  EXPECT_EQ(date("0 May 2005 20:30:37"), std::nullopt);
  EXPECT_EQ(date("5 Mai 2005 20:30:37"), std::nullopt);
}

}  // namespace
}  // namespace sluice::rules
