// Claim:   an address is in a set if a prefix of the set holds it, whatever others do.
// Oracle:  by hand at the edges; a list of all prefixes, compared bit by bit.

#include "rules/maps/prefix_set.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/maps/map_entry.h"

namespace sluice::rules {
namespace {

IpPrefix prefix(const std::string& text) {
  IpPrefix out;
  EntryFault fault;
  EXPECT_TRUE(read_prefix(text, out, fault)) << text << ": " << fault.message;
  return out;
}

PrefixSet set_of(const std::vector<std::string>& prefixes) {
  PrefixSet set;
  for (const std::string& text : prefixes) set.add(prefix(text));
  set.build();
  return set;
}

bool has(const PrefixSet& set, const std::string& ip) {
  const auto address = read_ip(ip);
  EXPECT_TRUE(address.has_value()) << ip;
  return set.has(*address);
}

TEST(PrefixSet, HoldsItsEdgesAndNotWhatIsBesideThem) {
  const PrefixSet set = set_of({"192.0.2.64/26", "198.51.100.7", "2001:db8:0:8000::/49"});
  EXPECT_TRUE(has(set, "192.0.2.64"));
  EXPECT_TRUE(has(set, "192.0.2.127"));
  EXPECT_FALSE(has(set, "192.0.2.63"));
  EXPECT_FALSE(has(set, "192.0.2.128"));
  EXPECT_TRUE(has(set, "198.51.100.7"));
  EXPECT_FALSE(has(set, "198.51.100.6"));
  EXPECT_FALSE(has(set, "198.51.100.8"));
  EXPECT_TRUE(has(set, "2001:db8:0:8000::"));
  EXPECT_TRUE(has(set, "2001:db8:0:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(has(set, "2001:db8:0:7fff:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(has(set, "2001:db8:1::"));
}

TEST(PrefixSet, NestedPrefixesAreOne) {
  const PrefixSet set =
      set_of({"10.1.2.3", "10.0.0.0/8", "10.0.0.0/16", "10.255.255.255", "10.0.0.0/8"});
  EXPECT_TRUE(has(set, "10.1.2.4"));
  EXPECT_TRUE(has(set, "10.255.255.255"));
  EXPECT_FALSE(has(set, "11.0.0.0"));
  EXPECT_FALSE(has(set, "9.255.255.255"));
}

TEST(PrefixSet, AnAddressOfIpv4IsTheSameInsideIpv6) {
  EXPECT_TRUE(has(set_of({"192.0.2.0/24"}), "::ffff:192.0.2.1"));
  EXPECT_TRUE(has(set_of({"::ffff:192.0.2.0/120"}), "192.0.2.1"));
  EXPECT_FALSE(has(set_of({"::ffff:192.0.2.0/120"}), "192.0.3.1"));
}

TEST(PrefixSet, AllOfIpv6HoldsNoIpv4AndTheOtherWayRound) {
  EXPECT_TRUE(has(set_of({"::/0"}), "2001:db8::1"));
  EXPECT_FALSE(has(set_of({"::/0"}), "192.0.2.1"));
  EXPECT_TRUE(has(set_of({"0.0.0.0/0"}), "255.255.255.255"));
  EXPECT_FALSE(has(set_of({"0.0.0.0/0"}), "::1"));
}

bool holds(const IpPrefix& one, const Ip6& ip) {
  for (std::size_t i = 0; i < one.bits; ++i) {
    if (((one.address[i / 8] ^ ip[i / 8]) >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

// Addresses that differ in few bits, so that prefixes nest and stand side by side.
Ip6 made_ip(std::mt19937& random, bool v4) {
  Ip6 ip = {};
  if (v4) ip[10] = ip[11] = 0xff;
  for (const std::size_t i :
       v4 ? std::vector<std::size_t>{12, 13, 15} : std::vector<std::size_t>{0, 1, 7, 8, 15}) {
    ip[i] = static_cast<uint8_t>(random() & 0x83U);
  }
  return ip;
}

IpPrefix made_prefix(std::mt19937& random) {
  const bool v4 = random() % 2 == 0;
  IpPrefix out{.address = made_ip(random, v4)};
  out.bits = static_cast<uint8_t>(v4 ? 98 + random() % 31 : 2 + random() % 127);
  for (std::size_t i = out.bits; i < 128; ++i) {
    out.address[i / 8] = static_cast<uint8_t>(out.address[i / 8] & ~(0x80U >> (i % 8)));
  }
  return out;
}

TEST(PrefixSet, AgreesWithAListOfPrefixes) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    PrefixSet set;
    std::vector<IpPrefix> list;
    for (std::size_t i = 0; i < 1 + random() % 40; ++i) {
      list.push_back(made_prefix(random));
      set.add(list.back());
    }
    set.build();
    for (int i = 0; i < 200; ++i) {
      const bool v4 = random() % 2 == 0;
      const Ip6 ip = made_ip(random, v4);
      bool expected = false;
      for (const IpPrefix& one : list) {
        expected = expected || (holds(one, ip) && (one.bits >= 96 || !v4));
      }
      ASSERT_EQ(set.has(ip), expected);
    }
  }
}

}  // namespace
}  // namespace sluice::rules
