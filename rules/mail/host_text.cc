#include "rules/mail/host_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>

#include <arpa/inet.h>

#include "base/text.h"
#include "rules/mail/ip_text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kHostBytesMax = 251;  // before the top level domain and its dot

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

bool is_label_byte(char c) {
  return is_alnum(c) || c == '-';
}

bool is_joiner(char c) {
  return c == '.' || c == '_' || c == '-';
}

// Where the top level domain that begins at `at` ends; kNone if there is none.
std::size_t tld_end(std::string_view text, std::size_t at, const Registry& registry) {
  std::size_t end = at;
  while (end < text.size() && is_label_byte(text[end])) ++end;
  if (end == at || !registry.is_tld(text.substr(at, end - at))) return kNone;
  // Neither a further label nor what joins one follows.
  return end < text.size() && is_joiner(text[end]) ? kNone : end;
}

// A host that begins at `from`: as long as it can be.
std::optional<std::string_view> host_at(std::string_view text, std::size_t from,
                                        const Registry& registry) {
  std::size_t run = from;
  while (run < text.size() && !is_space(text[run]) && run - from <= kHostBytesMax) ++run;
  for (std::size_t dot = run; dot > from + 1; --dot) {
    if (text[dot - 1] != '.') continue;
    const std::size_t end = tld_end(text, dot, registry);
    if (end != kNone) return text.substr(from, end - from);
  }
  return std::nullopt;
}

bool may_begin_host(std::string_view text, std::size_t at) {
  return at == 0 || !is_joiner(text[at - 1]);
}

std::size_t run_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_space(text[at])) ++at;
  return at;
}

// The first host. In a run without blanks every place is tried, so runs are bounded.
std::optional<std::string_view> first_host(std::string_view text, const Registry& registry) {
  constexpr std::size_t kTriesMax = 4096;
  std::size_t tries = 0;
  std::size_t at = 0;
  while (at < text.size() && tries < kTriesMax) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = run_end(text, at);
    if (text.substr(at, end - at).find('.') == kNone) {
      at = end;
      continue;
    }
    while (at < end && tries < kTriesMax) {
      ++tries;
      const auto host = may_begin_host(text, at) ? host_at(text, at, registry) : std::nullopt;
      if (!host) {
        ++at;
        continue;
      }
      if (is_fqdn(*host)) return host;
      at += host->size();
    }
  }
  return std::nullopt;
}

bool is_boundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && is_word(text[at - 1]);
  const bool after = at < text.size() && is_word(text[at]);
  return before != after;
}

bool is_ipv4_text(std::string_view ip) {
  std::size_t parts = 0;
  std::size_t digits = 0;
  for (const char c : ip) {
    if (c == '.' && digits > 0) {
      ++parts;
      digits = 0;
    } else if (!is_digit(c) || ++digits > 3) {
      return false;
    }
  }
  return parts == 3 && digits > 0;
}

std::string_view reversed_ipv4(std::string_view ip, Arena& arena) {
  const std::span<char> out = arena.take(ip.size());
  std::size_t used = 0;
  while (!ip.empty()) {
    const std::size_t dot = ip.rfind('.');
    const std::string_view part = dot == kNone ? ip : ip.substr(dot + 1);
    std::copy(part.begin(), part.end(), out.begin() + static_cast<std::ptrdiff_t>(used));
    used += part.size();
    if (dot != kNone) out[used++] = '.';
    ip = ip.substr(0, dot == kNone ? 0 : dot);
  }
  return {out.data(), used};
}

}  // namespace

std::optional<std::string_view> find_host(std::string_view text, const Registry& registry) {
  for (std::size_t line_end = text.find('\n');; line_end = text.find('\n', line_end + 1)) {
    // The last "@" of a line, as "." matches no newline.
    const std::size_t end = std::min(line_end, text.size());
    for (std::size_t at = end == 0 ? kNone : text.rfind('@', end - 1); at != kNone;
         at = at == 0 ? kNone : text.rfind('@', at - 1)) {
      const auto host = host_at(text, at + 1, registry);
      if (!host) continue;
      if (is_fqdn(*host)) return host;
      return first_host(text, registry);
    }
    if (line_end == kNone) break;
  }
  return first_host(text, registry);
}

std::optional<std::string_view> host_of_address(std::string_view address) {
  for (std::size_t at = address.rfind('@'); at != kNone;
       at = at == 0 ? kNone : address.rfind('@', at - 1)) {
    const std::size_t end = run_end(address, at + 1);
    if (end > at + 1) return address.substr(at + 1, end - at - 1);
  }
  return std::nullopt;
}

std::optional<std::string_view> find_bounded_ip(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_boundary(text, at) || (at > 0 && text[at - 1] == '.')) continue;
    const Lengths lengths = ip_lengths(text, at);
    for (std::size_t i = 0; i < lengths.count; ++i) {
      const std::size_t end = at + lengths.of[i];
      if (!is_boundary(text, end) || (end < text.size() && text[end] == '.')) continue;
      return text.substr(at, end - at);
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> reversed_ip(std::string_view ip, Arena& arena) {
  if (is_ipv4_text(ip)) return reversed_ipv4(ip, arena);
  std::array<char, INET6_ADDRSTRLEN + 1> name{};
  if (ip.size() >= name.size()) return std::nullopt;
  std::copy(ip.begin(), ip.end(), name.begin());
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, name.data(), bytes.data()) != 1) return std::nullopt;
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::span<char> out = arena.take(63);
  std::size_t used = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    out[used++] = kDigits[bytes[i - 1] & 0xfU];
    out[used++] = '.';
    out[used++] = kDigits[bytes[i - 1] >> 4U];
    if (i > 1) out[used++] = '.';
  }
  return std::string_view(out.data(), used);
}

}  // namespace sluice::rules
