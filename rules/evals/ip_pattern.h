// IP addresses as SpamAssassin's patterns know them.
//
//   is_ipv4("192.0.2.1")            true; "192.0.2.01" and "192.0.2.256" are none
//   delimited_ip_pattern()          version 4 or 6, for RE2
//
// Source:   Mail::SpamAssassin::Constants 4.0.1.
// Tests:    tests/rules/evals/ip_pattern_test.cc

#pragma once

#include <string>
#include <string_view>

namespace sluice::rules {

// Four octets of decimal digits, for RE2.
inline constexpr std::string_view kIpv4Pattern =
    R"((?:\b(?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)\.(?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)\.)"
    R"((?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)\.(?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)\b))";

bool is_ipv4(std::string_view text);

// An address, of version 4 or 6, for RE2, where the pattern around it says that neither a letter,
// a digit nor a colon stands beside it.
const std::string& delimited_ip_pattern();

}  // namespace sluice::rules
