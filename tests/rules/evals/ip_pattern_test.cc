// Claim:   addresses are told from what looks like one.
// Oracle:  the patterns of Mail::SpamAssassin::Constants.

#include "rules/evals/ip_pattern.h"

#include <string>

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace sluice::rules {
namespace {

TEST(IpPattern, KnowsFourOctets) {
  EXPECT_TRUE(is_ipv4("192.0.2.1"));
  EXPECT_TRUE(is_ipv4("0.0.0.255"));
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1.", ".1.2.3.4",
                           "1.2.3.4.5", "1..3.4", "a.b.c.d", "1.2.3.4 "}) {
    EXPECT_FALSE(is_ipv4(text)) << text;
  }
}

TEST(IpPattern, FindsBothVersionsBetweenBrackets) {
  const RE2 bracketed("\\[" + delimited_ip_pattern() + "\\]", RE2::Latin1);
  ASSERT_TRUE(bracketed.ok());
  for (const char* text : {"[192.0.2.1]", "[2001:db8::1]", "[IPv6:2001:DB8::1]", "[::1]",
                           "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:7:8]"}) {
    EXPECT_TRUE(RE2::FullMatch(text, bracketed)) << text;
  }
  for (const char* text : {"[192.0.2]", "[2001:db8::1::2]", "[1:2:3]", "[mail.example]", "[]"}) {
    EXPECT_FALSE(RE2::FullMatch(text, bracketed)) << text;
  }
}

}  // namespace
}  // namespace sluice::rules
