// Claim:   addresses are found as by SpamAssassin's IP_ADDRESS, LOCALHOST and IP_PRIVATE.
// Oracle:  these patterns' own comments: which groups of zeros may be left out where.

#include "rules/mail/ip_text.h"

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

TEST(IpText, FindsAddresses) {
  EXPECT_EQ(find_ip("x [192.0.2.1] y"), "192.0.2.1");
  EXPECT_EQ(find_ip("[IPv6:2001:db8::1]"), "IPv6:2001:db8::1");
  EXPECT_EQ(find_ip("(::ffff:192.0.2.1)"), "::ffff:192.0.2.1");
  EXPECT_EQ(find_ip("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8");
  EXPECT_EQ(find_ip("a::"), "a::");
  EXPECT_EQ(find_ip("::"), "::");
}

TEST(IpText, RefusesWhatIsNone) {
  for (const char* text : {"", "1.2.3", "256.1.1.1", "01.2.3.4", "x1.2.3.4", "1.2.3.4x",
                           "1:2:3:4:5:6:7:8:9", "1:2:3", "1::2::3", "12345::", ":::", "g"}) {
    EXPECT_EQ(find_ip(text), "") << text;
  }
}

TEST(IpText, GivesTheLongerSpellingFirst) {
  const Lengths lengths = ip_lengths("::1.2.3.4)", 0);
  ASSERT_EQ(lengths.count, 2U);
  EXPECT_EQ(lengths.of[0], 9U);
  EXPECT_EQ(lengths.of[1], 3U);
}

TEST(IpText, KnowsLocalhost) {
  for (const std::string_view text :
       {"127.0.0.1", "localhost", "LOCALHOST", "::1", "0::1", "IPv6:::1", "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1", "0::0:0001"}) {
    const Lengths lengths = localhost_lengths(text, 0);
    ASSERT_GT(lengths.count, 0U) << text;
    EXPECT_EQ(lengths.of[0], text.size()) << text;
  }
  for (const std::string_view text :
       {"127.0.0.2", "::2", "::1:1", "a::1", "local", "::ffff:127.0.0.2"}) {
    EXPECT_EQ(localhost_lengths(text, 0).count, 0U) << text;
  }
}

TEST(IpText, KnowsPrivateRanges) {
  for (const char* ip :
       {"10.1.2.3", "127.0.0.1", "169.254.1.1", "172.16.0.1", "172.31.9.9", "192.168.0.1",
        "100.64.0.1", "100.127.0.1", "fe80::1", "febf::1", "::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(is_private_ip(ip)) << ip;
  }
  for (const char* ip : {"11.0.0.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1",
                         "192.0.2.1", "2001:db8::1", "fec0::1", "::2", "fd00::1", ""}) {
    EXPECT_FALSE(is_private_ip(ip)) << ip;
  }
}

}  // namespace
}  // namespace sluice::rules
