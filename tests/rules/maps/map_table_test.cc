// Claim:   a text is in a map exactly if an entry of the map's kind means it.
// Oracle:  by hand, a table of texts for each kind.

#include "rules/maps/map_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

MapTable table_of(std::string_view kind, const std::vector<std::string>& entries) {
  MapTable table(find_map_kind(kind)->kind);
  for (const std::string& entry : entries) {
    EntryFault fault;
    EXPECT_TRUE(table.add(entry, fault)) << entry << ": " << fault.message;
  }
  table.build("");
  return table;
}

TEST(MapTable, HostsHoldsNoOtherHost) {
  const MapTable table = table_of("hosts", {"Evil.example.", "192.0.2.1", "[2001:db8::1]"});
  EXPECT_TRUE(table.has(LookupType::kHost, "EVIL.example"));
  EXPECT_TRUE(table.has(LookupType::kHost, "evil.example."));
  EXPECT_FALSE(table.has(LookupType::kHost, "www.evil.example"));
  EXPECT_FALSE(table.has(LookupType::kHost, "example"));
  EXPECT_FALSE(table.has(LookupType::kHost, "notevil.example"));
  EXPECT_TRUE(table.has(LookupType::kHost, "192.0.2.1"));
  EXPECT_TRUE(table.has(LookupType::kHost, "[2001:db8:0::1]"));
  EXPECT_TRUE(table.has(LookupType::kAddress, "ann@evil.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, "ann@www.evil.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, "evil.example"));
}

TEST(MapTable, DomainsHoldsAllThatIsBelow) {
  // "c" would be a digit of the byte before it.
  constexpr const char* kBuecher =
      "b\xc3\xbc"
      "cher.example";
  constexpr const char* kBuecherInCapitals =
      "x.B\xc3\x9c"
      "CHER.example";
  const MapTable table = table_of("domains", {"evil.example", kBuecher, "2.1"});
  for (const char* const host : {"evil.example", "a.evil.example", "a.b.c.evil.example",
                                 "x.xn--bcher-kva.example", kBuecherInCapitals}) {
    EXPECT_TRUE(table.has(LookupType::kHost, host)) << host;
  }
  for (const char* const host : {"notevil.example", "example", "evil.example.org", "", ".",
                                 "192.0.2.1", "a..evil.example", "xn--bcher-kvb.example"}) {
    EXPECT_FALSE(table.has(LookupType::kHost, host)) << host;
  }
  EXPECT_TRUE(table.has(LookupType::kAddress, "a@b@x.evil.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, "x.evil.example@good.example"));
}

TEST(MapTable, IpsHoldsAddressesOfItsPrefixesAndHostsThatAreOne) {
  const MapTable table = table_of("ips", {"192.0.2.0/24", "2001:db8::/32", "198.51.100.1"});
  EXPECT_TRUE(table.has(LookupType::kIp, "192.0.2.255"));
  EXPECT_TRUE(table.has(LookupType::kIp, "::ffff:192.0.2.255"));
  EXPECT_TRUE(table.has(LookupType::kHost, "192.0.2.255"));
  EXPECT_TRUE(table.has(LookupType::kHost, "[2001:db8:1::1]"));
  EXPECT_FALSE(table.has(LookupType::kIp, "192.0.3.0"));
  EXPECT_FALSE(table.has(LookupType::kHost, "evil.example"));
  EXPECT_FALSE(table.has(LookupType::kIp, ""));
  EXPECT_FALSE(table.has(LookupType::kIp, "[]"));
}

TEST(MapTable, HashesHoldsBytes) {
  const MapTable table = table_of("hashes", {"D41D8CD98F00B204E9800998ECF8427E"});
  const std::string md5("\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e", 16);
  EXPECT_TRUE(table.has(LookupType::kDigest, md5));
  EXPECT_FALSE(table.has(LookupType::kDigest, md5.substr(1)));
  EXPECT_FALSE(table.has(LookupType::kDigest, std::string(16, '\xd4')));
}

TEST(MapTable, AddressesHoldsAnAddressOrAllOfAHost) {
  const MapTable table = table_of("addresses", {"Ann@shop.example", "@evil.example"});
  EXPECT_TRUE(table.has(LookupType::kAddress, "ann@SHOP.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, "bob@shop.example"));
  EXPECT_TRUE(table.has(LookupType::kAddress, "anybody@evil.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, "anybody@www.evil.example"));
  EXPECT_FALSE(table.has(LookupType::kAddress, ""));
}

TEST(MapTable, EachTypeIsLookedUpInSomeKind) {
  EXPECT_EQ(kinds_that_fit(LookupType::kHost), "hosts, domains or ips");
  EXPECT_EQ(kinds_that_fit(LookupType::kAddress), "hosts, domains or addresses");
  EXPECT_EQ(kinds_that_fit(LookupType::kIp), "ips");
  EXPECT_EQ(kinds_that_fit(LookupType::kDigest), "hashes");
  for (const MapKindInfo& kind : map_kinds()) EXPECT_EQ(map_kind_name(kind.kind), kind.name);
}

}  // namespace
}  // namespace sluice::rules
