// Finds IP addresses in text as SpamAssassin's patterns do.
//
//   ip_lengths("[192.0.2.1]", 1)    {9}         ip_lengths("::1.2.3.4]", 0)    {9, 3}
//
// Source:   Mail::SpamAssassin::Constants of 4.0.1: IP_ADDRESS, LOCALHOST, IP_PRIVATE.
// Bounds:   an address and its surroundings; what is read never exceeds a line's run of hexadecimal
//           digits and colons, cut at kRunMax.
// Threads:  any.
// Tests:    tests/rules/mail/ip_text_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::rules {

// The lengths that may stand at one place, the preferred one first.
struct Lengths {
  std::array<std::size_t, 2> of = {};
  std::size_t count = 0;

  void add(std::size_t length) { of[count++] = length; }
};

// An address that begins at `at`: what stands before and after it must not belong to a longer one.
Lengths ip_lengths(std::string_view text, std::size_t at);

// "localhost", "localhost.localdomain", "127.0.0.1", "::1" and its longer spellings.
Lengths localhost_lengths(std::string_view text, std::size_t at);

// The first address in `text`; empty: there is none.
std::string_view find_ip(std::string_view text);

// True if `ip` belongs to a host's own, a link's, a private or a carrier's range.
bool is_private_ip(std::string_view ip);

}  // namespace sluice::rules
