// A set of IP prefixes, millions of them: which addresses are in any.
//
//   PrefixSet set;
//   set.add({.address = *read_ip("192.0.2.0"), .bits = 96 + 24});
//   set.build();
//   set.has(*read_ip("192.0.2.7"))      true
//
// Prefixes are nested or apart, so the set is a list of ranges, in order, that do not overlap; one
// of IPv4 takes 8 bytes, one of IPv6 32. An IPv6 prefix holds no IPv4 address, unless it is one
// itself
// (::ffff:0:0/96).
//
// Bounds:   a look-up is a binary search.
// Threads:  has() any, once built.
// Tests:    tests/rules/maps/prefix_set_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rules/mail/net_set.h"

namespace sluice::rules {

struct IpPrefix {
  Ip6 address = {};  // no bit set behind the prefix
  uint8_t bits = 128;
};

class PrefixSet {
 public:
  // REQUIRES: not built yet.
  void add(const IpPrefix& prefix);

  void build();

  // REQUIRES: build() was called.
  [[nodiscard]] bool has(const Ip6& ip) const;

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  template <typename Address>
  struct Range {
    Address first = {};
    Address last = {};
  };

  template <typename Address>
  static void build_ranges(std::vector<Range<Address>>& ranges);

  template <typename Address>
  static bool has_in(const std::vector<Range<Address>>& ranges, const Address& address);

  std::vector<Range<uint32_t>> v4_;  // once built: ascending, apart
  std::vector<Range<Ip6>> v6_;       // likewise; none inside ::ffff:0:0/96
};

}  // namespace sluice::rules
