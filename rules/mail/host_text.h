// Picks a host name or an IP address out of a header's text.
//
//   find_host("ann <ann@mail.x.example.com>", registry)       "mail.x.example.com"
//   find_bounded_ip("[192.0.2.1]")                            "192.0.2.1"
//   reversed_ip("192.0.2.1", arena)                           "1.2.0.192"
//
// Source:   _get() of Mail::SpamAssassin::PerMsgStatus 4.0.1 and reverse_ip_address() of its Util.
// Failure:  nullopt: there is none.
// Bounds:   time linear in the text.
// Threads:  pure functions.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "rules/mail/registry.h"

namespace sluice::rules {

// What follows the last "@" that has a host with a known top level domain behind it; else the first
// such host.
std::optional<std::string_view> find_host(std::string_view text, const Registry& registry);

// What follows the last "@" that is not followed by a blank.
std::optional<std::string_view> host_of_address(std::string_view address);

std::optional<std::string_view> find_bounded_ip(std::string_view text);

// The bytes of an IPv4, the nibbles of an IPv6 address, the last first.
std::optional<std::string_view> reversed_ip(std::string_view ip, Arena& arena);

}  // namespace sluice::rules
