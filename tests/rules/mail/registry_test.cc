// Claim:   domains are cut where registries cut them, and hosts are refused that cannot be.
// Oracle:  Mail::SpamAssassin::RegistryBoundaries and Util of 4.0.1, run on these names by hand.

#include "rules/mail/registry.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"

namespace sluice::rules {
namespace {

const Registry& registry() {
  static const std::vector<std::string> kTlds = {"com net ORG", "uk us br", "xn--p1ai"};
  static const std::vector<std::string> kTwo = {"co.uk com.br blogspot.com"};
  static const std::vector<std::string> kThree = {"demon.co.uk"};
  static const Registry kOut(kTlds, kTwo, kThree);
  return kOut;
}

TEST(Registry, CutsWhereDomainsAreRegistered) {
  EXPECT_EQ(registry().domain_of("www.example.com"), "example.com");
  EXPECT_EQ(registry().domain_of("example.com"), "example.com");
  EXPECT_EQ(registry().domain_of("com"), "com");
  EXPECT_EQ(registry().domain_of("a.b.example.co.uk"), "example.co.uk");
  EXPECT_EQ(registry().domain_of("co.uk"), "co.uk");
  EXPECT_EQ(registry().domain_of("x.shop.demon.co.uk"), "shop.demon.co.uk");
  EXPECT_EQ(registry().domain_of("WWW.Example.CO.UK"), "Example.CO.UK");
  EXPECT_EQ(registry().domain_of(".www.example.com."), "example.com");
  EXPECT_EQ(registry().domain_of(""), "");
}

TEST(Registry, KnowsThePlacesOfUs) {
  EXPECT_EQ(registry().domain_of("www.example.us"), "example.us");
  EXPECT_EQ(registry().domain_of("www.shop.town.ca.us"), "shop.town.ca.us");
  EXPECT_EQ(registry().domain_of("x.y.school.pvt.k12.ca.us"), "school.pvt.k12.ca.us");
  EXPECT_EQ(registry().domain_of("x.fire.ci.town.ca.us"), "fire.ci.town.ca.us");
  EXPECT_EQ(registry().domain_of("x.fire.cx.town.ca.us"), "cx.town.ca.us");
  EXPECT_EQ(registry().domain_of("x.town.zz.us"), "zz.us");
}

TEST(Registry, SplitsEveryName) {
  Arena arena;
  const SplitName odd = registry().split("..WWW..Example...CO.UK..", arena);
  EXPECT_EQ(odd.host, "www");
  EXPECT_EQ(odd.domain, "example.co.uk");
  const SplitName bare = registry().split("example.com", arena);
  EXPECT_EQ(bare.host, "");
  EXPECT_EQ(bare.domain, "example.com");
  EXPECT_EQ(registry().split("", arena).domain, "");
  EXPECT_EQ(registry().split("...", arena).domain, "");
}

TEST(Registry, AsksForAKnownTopLevelDomain) {
  EXPECT_TRUE(registry().has_valid_tld("example.com"));
  EXPECT_TRUE(registry().has_valid_tld("EXAMPLE.Org"));
  EXPECT_TRUE(registry().has_valid_tld("x.xn--p1ai"));
  EXPECT_FALSE(registry().has_valid_tld("com"));
  EXPECT_FALSE(registry().has_valid_tld("example.invalid"));
  EXPECT_FALSE(registry().has_valid_tld("example.com."));
  EXPECT_FALSE(registry().has_valid_tld("exam ple.com"));
  EXPECT_FALSE(registry().has_valid_tld(""));
}

TEST(Registry, WhereNothingIsListedThePublicSuffixListSaysWhatIsValid) {
  const Registry unlisted({}, {}, {});
  EXPECT_TRUE(unlisted.has_valid_tld("example.com"));
  EXPECT_TRUE(unlisted.has_valid_tld("www.example.co.uk"));
  EXPECT_FALSE(unlisted.has_valid_tld("example.invalid"));
  EXPECT_FALSE(unlisted.has_valid_tld("com"));
  EXPECT_EQ(unlisted.domain_of("www.example.com"), "example.com");
  EXPECT_EQ(unlisted.domain_of("www.shop.example.co.uk"), "example.co.uk");
}

TEST(Fqdn, LabelsAreOfLettersDigitsAndMiddleHyphens) {
  EXPECT_TRUE(is_fqdn("example.com"));
  EXPECT_TRUE(is_fqdn("Ex-ample.COM.."));
  EXPECT_TRUE(is_fqdn("_dmarc.example.com"));
  EXPECT_FALSE(is_fqdn("_dmarc.com"));
  EXPECT_FALSE(is_fqdn("example.c_m"));
  EXPECT_FALSE(is_fqdn("example"));
  EXPECT_FALSE(is_fqdn("-example.com"));
  EXPECT_FALSE(is_fqdn("example-.com"));
  EXPECT_FALSE(is_fqdn("a..com"));
  EXPECT_FALSE(is_fqdn(".example.com"));
  EXPECT_FALSE(is_fqdn("ex\xc3\xa9mple.com"));
  EXPECT_FALSE(is_fqdn(""));
}

TEST(Fqdn, LabelsHave63BytesAndNames253) {
  EXPECT_TRUE(is_fqdn(std::string(63, 'a') + ".com"));
  EXPECT_FALSE(is_fqdn(std::string(64, 'a') + ".com"));
  std::string name;
  while (name.size() < 248) name += "a.";
  EXPECT_TRUE(is_fqdn(name + "b.com"));
  EXPECT_FALSE(is_fqdn(name + "bc.com"));
}

TEST(IpAddress, BothKindsAndNothingElse) {
  for (const std::string_view good :
       {"1.2.3.4", "255.255.255.255", "::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "IPv6:2001:DB8::1"}) {
    EXPECT_TRUE(is_ip_address(good)) << good;
  }
  for (const std::string_view bad :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", ":", ":::", "1::2::3",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "[::1]",
        "::1.2.3.256", "1.2.3.4::", "IPv6:1.2.3.4"}) {
    EXPECT_FALSE(is_ip_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace sluice::rules
