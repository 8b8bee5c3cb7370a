#include "rules/evals/ip_pattern.h"

#include <array>
#include <string>

#include <re2/re2.h>

#include "base/text.h"

namespace sluice::rules {

namespace {

// The octet at the front of `text`, taken off; -1: there is none.
int take_octet(std::string_view& text) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 4 && is_digit(text[digits])) {
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  const bool good = digits > 0 && digits < 4 && value < 256 && (digits == 1 || text[0] != '0');
  if (!good) return -1;
  text.remove_prefix(digits);
  return value;
}

// IPv4 in the last 32 bits.
constexpr std::string_view kMapped =
    R"((?:(?:[a-f0-9]{1,4}:){6})"
    R"(|::(?:[a-f0-9]{1,4}:){0,5})"
    R"(|(?:[a-f0-9]{1,4}:){1,5}:)"
    R"(|[a-f0-9]{1,4}::(?:[a-f0-9]{1,4}:){1,4})"
    R"(|(?:[a-f0-9]{1,4}:){2}:(?:[a-f0-9]{1,4}:){1,3})"
    R"(|(?:[a-f0-9]{1,4}:){3}:(?:[a-f0-9]{1,4}:){1,2})"
    R"(|(?:[a-f0-9]{1,4}:){4}:[a-f0-9]{1,4}:)"
    R"()(?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)(?:\.(?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d)){3})";

constexpr std::string_view kPlain = R"((?:[a-f0-9]{1,4}:){7}[a-f0-9]{1,4})"
                                    R"(|:(?::[a-f0-9]{1,4}){1,7})"
                                    R"(|(?:[a-f0-9]{1,4}:){1,7}:)"
                                    R"(|[a-f0-9]{1,4}:(?::[a-f0-9]{1,4}){1,6})"
                                    R"(|(?:[a-f0-9]{1,4}:){2}(?::[a-f0-9]{1,4}){1,5})"
                                    R"(|(?:[a-f0-9]{1,4}:){3}(?::[a-f0-9]{1,4}){1,4})"
                                    R"(|(?:[a-f0-9]{1,4}:){4}(?::[a-f0-9]{1,4}){1,3})"
                                    R"(|(?:[a-f0-9]{1,4}:){5}(?::[a-f0-9]{1,4}){1,2})"
                                    R"(|(?:[a-f0-9]{1,4}:){6}:[a-f0-9]{1,4})"
                                    R"(|::)";

std::string ipv6_pattern() {
  return "(?:" + std::string(kMapped) + "|" + std::string(kPlain) + ")";
}

}  // namespace

bool is_ipv4(std::string_view text) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    if (take_octet(text) < 0) return false;
  }
  return text.empty();
}

const std::string& delimited_ip_pattern() {
  static const std::string kPattern =
      "(?i:" + std::string(kIpv4Pattern) + "|(?:IPv6:)?" + ipv6_pattern() + ")";
  return kPattern;
}

}  // namespace sluice::rules
