// Claim:   networks hold the addresses that SpamAssassin says, in all its notations.
// Oracle:  the documentation of trusted_networks in Mail::SpamAssassin::Conf.

#include "rules/mail/net_set.h"

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

NetSet set_of(std::initializer_list<std::string_view> networks) {
  NetSet set;
  for (const std::string_view network : networks) EXPECT_TRUE(set.add(network)) << network;
  return set;
}

TEST(NetSet, KnowsShortNotations) {
  EXPECT_TRUE(set_of({"10."}).contains("10.200.3.4"));
  EXPECT_FALSE(set_of({"10."}).contains("11.0.0.1"));
  EXPECT_TRUE(set_of({"192.168"}).contains("192.168.9.9"));
  EXPECT_TRUE(set_of({"192.0.2"}).contains("192.0.2.255"));
  EXPECT_TRUE(set_of({"127/8"}).contains("127.4.5.6"));
  EXPECT_FALSE(set_of({"192.0.2.1"}).contains("192.0.2.2"));
  EXPECT_TRUE(set_of({"0/0"}).contains("203.0.113.1"));
}

TEST(NetSet, KnowsMasks) {
  const NetSet set = set_of({"192.0.2.128/255.255.255.192", "198.51.100.7/30"});
  EXPECT_TRUE(set.contains("192.0.2.191"));
  EXPECT_FALSE(set.contains("192.0.2.192"));
  EXPECT_TRUE(set.contains("198.51.100.4"));
  EXPECT_FALSE(set.contains("198.51.100.8"));
}

TEST(NetSet, KnowsIPv6) {
  const NetSet set = set_of({"[2001:db8::%eth0]/33", "192.0.2.0/24"});
  EXPECT_TRUE(set.contains("2001:db8:7fff::1"));
  EXPECT_FALSE(set.contains("2001:db8:8000::1"));
  EXPECT_TRUE(set.contains("::ffff:192.0.2.9"));
  EXPECT_FALSE(set.contains("::192.0.2.9"));
}

TEST(NetSet, LetsTheFirstDecide) {
  const NetSet open = set_of({"!192.0.2.7", "192.0.2.0/24"});
  EXPECT_FALSE(open.contains("192.0.2.7"));
  EXPECT_TRUE(open.contains("192.0.2.8"));
  EXPECT_TRUE(set_of({"192.0.2.0/24", "!192.0.2.7"}).contains("192.0.2.7"));
}

TEST(NetSet, DropsWhatAnotherDoesNotHold) {
  NetSet set = set_of({"192.0.2.0/24", "198.51.100.0/24", "10/8"});
  set.keep_within(set_of({"192.0/16", "!198.51.100.0/24", "198/8", "10.0/16"}));
  EXPECT_TRUE(set.contains("192.0.2.1"));
  EXPECT_FALSE(set.contains("198.51.100.1"));
  EXPECT_FALSE(set.contains("10.0.0.1"));
}

TEST(NetSet, RefusesWhatIsNoNetwork) {
  NetSet set;
  for (const std::string_view wrong : {"", "x", "1.2.3.4.5", "256.1.1.1", "192.0.2.1/33", "::1/129",
                                       "10/255.0.255.0", "1:2", "192.0.2.1/"}) {
    EXPECT_FALSE(set.add(wrong)) << wrong;
  }
  EXPECT_FALSE(set.contains("nothing"));
}

}  // namespace
}  // namespace sluice::rules
