// Claim:   what is one entry has one form; what is none is refused where it goes wrong.
// Oracle:  by hand; RFC 1035, 5891 and 5952.

#include "rules/maps/map_entry.h"

#include <string>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using Read = bool (*)(std::string_view text, EntryText& out, EntryFault& fault);

std::string form(Read read, std::string_view text) {
  EntryText out;
  EntryFault fault;
  return read(text, out, fault) ? std::string(out.view())
                                : std::to_string(fault.offset) + " " + std::string(fault.message);
}

TEST(MapEntry, AHostIsLowerCaseAsciiWithoutADotAtItsEnd) {
  EXPECT_EQ(form(read_host, "WWW.Example.COM"), "www.example.com");
  EXPECT_EQ(form(read_host, "example.com."), "example.com");
  EXPECT_EQ(form(read_host, "_dmarc.example.com"), "_dmarc.example.com");
  EXPECT_EQ(form(read_host, "localhost"), "localhost");
  EXPECT_EQ(form(read_host, "1.2.3.example"), "1.2.3.example");
}

TEST(MapEntry, AnInternationalHostIsItsALabels) {
  EXPECT_EQ(form(read_host,
                 "b\xc3\xbc"
                 "cher.example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(form(read_host,
                 "B\xc3\x9c"
                 "CHER.example."),
            "xn--bcher-kva.example");
  EXPECT_EQ(form(read_host,
                 "stra\xc3\x9f"
                 "e.example"),
            "xn--strae-oqa.example");
  EXPECT_EQ(form(read_host, "xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(form(read_host, "\xff.example"), "0 this is no international host name");
}

TEST(MapEntry, AnIpAddressIsAHostWrittenInOneWay) {
  EXPECT_EQ(form(read_host, "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(form(read_host, "[2001:DB8:0:0::1]"), "2001:db8::1");
  EXPECT_EQ(form(read_host, "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(form(read_host, "::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(MapEntry, WhatIsNoHostIsRefusedWhereItGoesWrong) {
  EXPECT_EQ(form(read_host, "http://evil.example/"), "0 a link is no host");
  EXPECT_EQ(form(read_host, "*.evil.example"), "0 a host does not begin so");
  EXPECT_EQ(form(read_host, ".evil.example"), "0 a host does not begin so");
  EXPECT_EQ(form(read_host, "evil..example"), "5 a label is missing before this dot");
  EXPECT_EQ(form(read_host, "evil.example/x"), "12 a host has letters, digits, '-' and '.'");
  EXPECT_EQ(form(read_host, "."), "0 a host does not begin so");
}

TEST(MapEntry, BoundsOfNamesAreThoseOfDns) {
  const std::string label(63, 'a');
  EXPECT_EQ(form(read_host, label + ".example"), label + ".example");
  EXPECT_EQ(form(read_host, label + "a.example"), "63 a label has at most 63 bytes");
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_EQ(form(read_host, name), name);
  EXPECT_EQ(form(read_host, name + "b"), "0 a host has at most 253 bytes");
}

TEST(MapEntry, AnAddressIsLowerCase) {
  EXPECT_EQ(form(read_address, "Ann.B@Shop.EXAMPLE."), "ann.b@shop.example");
  EXPECT_EQ(form(read_address, "@Shop.example"), "@shop.example");
  EXPECT_EQ(form(read_address, "\"a@b\"@shop.example"), "\"a@b\"@shop.example");
  EXPECT_EQ(form(read_address,
                 "ann@b\xc3\xbc"
                 "cher.example"),
            "ann@xn--bcher-kva.example");
  EXPECT_EQ(form(read_address, "ann@[192.0.2.1]"), "ann@192.0.2.1");
}

TEST(MapEntry, WhatIsNoAddressIsRefused) {
  EXPECT_EQ(form(read_address, "shop.example"), "0 an address has an @");
  EXPECT_EQ(form(read_address, "<ann@shop.example>"), "0 an address is written without brackets");
  EXPECT_EQ(form(read_address, "ann@"), "4 a host is missing");
  EXPECT_EQ(form(read_address, "ann@shop example"), "8 a host has letters, digits, '-' and '.'");
  EXPECT_EQ(form(read_address, std::string(129, 'a') + "@b.example"),
            "0 what stands before the @ is too long");
}

TEST(MapEntry, ADigestIsItsBytes) {
  EXPECT_EQ(form(read_digest, "00fFA5000000000000000000000000Ab"),
            std::string("\x00\xff\xa5\0\0\0\0\0\0\0\0\0\0\0\0\xab", 16));
  EXPECT_EQ(form(read_digest, std::string(40, '1')), std::string(20, '\x11'));
  EXPECT_EQ(form(read_digest, std::string(64, '1')), std::string(32, '\x11'));
  EXPECT_EQ(form(read_digest, std::string(63, '1')),
            "0 a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) digits");
  EXPECT_EQ(form(read_digest, std::string(31, '1') + "g"), "31 this is no hexadecimal digit");
}

std::string prefix_form(std::string_view text) {
  IpPrefix out;
  EntryFault fault;
  return read_prefix(text, out, fault)
             ? std::to_string(out.bits)
             : std::to_string(fault.offset) + " " + std::string(fault.message);
}

TEST(MapEntry, APrefixHasItsBits) {
  EXPECT_EQ(prefix_form("192.0.2.1"), "128");
  EXPECT_EQ(prefix_form("192.0.2.0/24"), "120");
  EXPECT_EQ(prefix_form("0.0.0.0/0"), "96");
  EXPECT_EQ(prefix_form("2001:db8::/32"), "32");
  EXPECT_EQ(prefix_form("::/0"), "0");
}

TEST(MapEntry, WhatIsNoPrefixIsRefused) {
  EXPECT_EQ(prefix_form("192.0.2"), "0 this is no IP address");
  EXPECT_EQ(prefix_form("192.0.2.0/33"), "10 a prefix of IPv4 has 0 to 32 bits");
  EXPECT_EQ(prefix_form("192.0.2.0/"), "10 a prefix of IPv4 has 0 to 32 bits");
  EXPECT_EQ(prefix_form("192.0.2.0/2x"), "10 a prefix of IPv4 has 0 to 32 bits");
  EXPECT_EQ(prefix_form("2001:db8::/129"), "11 a prefix of IPv6 has 0 to 128 bits");
  EXPECT_EQ(prefix_form("192.0.2.7/24"), "0 the address has bits behind its prefix");
  EXPECT_EQ(prefix_form("2001:db8::1/127"), "0 the address has bits behind its prefix");
}

}  // namespace
}  // namespace sluice::rules
