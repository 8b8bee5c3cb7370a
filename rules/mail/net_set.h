// A set of networks, each one in or excluded, in the notations of SpamAssassin's *_networks lines.
//
//   NetSet nets;
//   nets.add("192.0.2/24");  nets.add("!192.0.2.7");      the first that holds an address decides
//   nets.contains("192.0.2.1")                            true
//
// "10.", "10.1", "192.0.2.0/255.255.255.0", "[2001:db8::1%eth0]/64" are notations as well. An IPv4
// network holds IPv4-mapped IPv6 addresses too.
//
// Source:   Mail::SpamAssassin::NetSet of 4.0.1, as it is without Net::Patricia.
// Failure:  add() tells that it does not know the notation, and adds nothing.
// Threads:  contains() any; add() one at a time, none besides.
// Tests:    tests/rules/mail/net_set_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice::rules {

// An IPv6 address; an IPv4 one as ::ffff:a.b.c.d.
using Ip6 = std::array<uint8_t, 16>;

// "192.0.2.1" or "2001:db8::1", nothing around it.
std::optional<Ip6> read_ip(std::string_view text);

class NetSet {
 public:
  // True also if a network given before holds this one whole: then it changes nothing.
  [[nodiscard]] bool add(std::string_view network);

  [[nodiscard]] bool contains(std::string_view ip) const;

  // Drops the networks that `outer` does not hold whole; those excluded stay.
  void keep_within(const NetSet& outer);

  [[nodiscard]] bool empty() const { return nets_.empty(); }

 private:
  struct Net {
    Ip6 address = {};
    uint8_t bits = 128;
    bool excluded = false;
  };

  [[nodiscard]] const Net* first_with(const Ip6& address, uint8_t bits) const;

  std::vector<Net> nets_;
};

}  // namespace sluice::rules
