#include "rules/maps/map_entry.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <idn2.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr uint8_t kV4Bits = 96;  // of ::ffff:0:0/96
constexpr std::string_view kV4Mapped = "::ffff:";

bool wrong(EntryFault& fault, std::size_t offset, std::string_view message,
           std::string_view hint = {}) {
  fault = {.offset = offset, .message = message, .hint = hint};
  return false;
}

bool is_name_byte(char c) {
  return is_alnum(c) || c == '-' || c == '_';
}

// ---- IP addresses -------------------------------------------------------------------------------

// The one way an address is written, so that it can be compared as text.
bool append_ip(const Ip6& ip, EntryText& out) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  inet_ntop(AF_INET6, ip.data(), text.data(), text.size());
  std::string_view written = text.data();
  const bool v4 = written.starts_with(kV4Mapped) && written.find('.') != std::string_view::npos;
  if (v4) written.remove_prefix(kV4Mapped.size());
  return out.append(written);
}

// Digits and dots alone, or with a colon: a name cannot look so.
std::optional<Ip6> ip_of_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (!digits && text.find(':') == std::string_view::npos) return std::nullopt;
  return read_ip(text);
}

// ---- names --------------------------------------------------------------------------------------

// Lower case, checked label by label. `text` is ASCII and does not end with a dot.
bool append_name(std::string_view text, EntryText& out, EntryFault& fault) {
  if (text.size() > kHostBytesMax) return wrong(fault, 0, "a host has at most 253 bytes");
  std::size_t label = 0;
  std::array<char, kHostBytesMax> lower = {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    lower[i] = ascii_lower(text[i]);
    if (text[i] == '.') {
      if (label == 0) return wrong(fault, i, "a label is missing before this dot");
      label = 0;
      continue;
    }
    if (!is_name_byte(text[i])) return wrong(fault, i, "a host has letters, digits, '-' and '.'");
    if (++label > kLabelBytesMax) return wrong(fault, i, "a label has at most 63 bytes");
  }
  if (!out.append({lower.data(), text.size()})) return wrong(fault, 0, "the entry is too long");
  return true;
}

bool append_international_name(std::string_view text, EntryText& out, EntryFault& fault) {
  if (text.size() > 4 * kHostBytesMax) return wrong(fault, 0, "a host has at most 253 bytes");
  char* converted = nullptr;
  const int outcome = idn2_to_ascii_8z(std::string(text).c_str(), &converted,
                                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (outcome != IDN2_OK) {
    return wrong(fault, 0, "this is no international host name", "IDNA 2008 must allow it");
  }
  const bool read = append_name(converted, out, fault);
  idn2_free(converted);
  if (!read) fault.offset = 0;  // it was one into the converted name
  return read;
}

bool append_host(std::string_view text, EntryText& out, EntryFault& fault) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return wrong(fault, 0, "a host is missing");
  if (const std::optional<Ip6> ip = ip_of_host(text)) return append_ip(*ip, out);
  if (!is_ascii(text)) return append_international_name(text, out, fault);
  return append_name(text, out, fault);
}

}  // namespace

bool EntryText::append(std::string_view text) {
  if (text.size() > bytes_.size() - size_) return false;
  std::memcpy(bytes_.data() + size_, text.data(), text.size());
  size_ += text.size();
  return true;
}

bool read_host(std::string_view text, EntryText& out, EntryFault& fault) {
  out.clear();
  if (const std::size_t at = text.find("://"); at != std::string_view::npos) {
    return wrong(fault, 0, "a link is no host", "write what stands between '//' and the next '/'");
  }
  if (text.starts_with('.') || text.starts_with("*.")) {
    return wrong(fault, 0, "a host does not begin so",
                 "a map of domains holds all hosts below an entry: write example.com");
  }
  return append_host(text, out, fault);
}

bool read_address(std::string_view text, EntryText& out, EntryFault& fault) {
  constexpr std::size_t kLocalBytesMax = 64;  // RFC 5321 section 4.5.3.1.1, and room
  out.clear();
  if (text.starts_with('<')) return wrong(fault, 0, "an address is written without brackets");
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) {
    return wrong(fault, 0, "an address has an @", "write ann@example.com, or @example.com");
  }
  if (at > 2 * kLocalBytesMax) return wrong(fault, 0, "what stands before the @ is too long");
  std::array<char, 2 * kLocalBytesMax + 1> local = {};
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at) + 1, local.begin(),
                 ascii_lower);
  if (!out.append({local.data(), at + 1})) return wrong(fault, 0, "the entry is too long");
  if (append_host(text.substr(at + 1), out, fault)) return true;
  fault.offset += at + 1;
  return false;
}

bool read_digest(std::string_view text, EntryText& out, EntryFault& fault) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hex_value(text[i]) < 0) return wrong(fault, i, "this is no hexadecimal digit");
  }
  if (text.size() != 32 && text.size() != 40 && text.size() != 64) {
    return wrong(fault, 0, "a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) digits");
  }
  std::array<char, 32> bytes = {};
  for (std::size_t i = 0; i < text.size() / 2; ++i) {
    bytes[i] = static_cast<char>(hex_value(text[2 * i]) * 16 + hex_value(text[2 * i + 1]));
  }
  return out.append({bytes.data(), text.size() / 2});
}

namespace {

bool has_bits_behind(const Ip6& ip, uint8_t bits) {
  for (std::size_t i = bits; i < 128; ++i) {
    if ((ip[i / 8] >> (7 - i % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

bool read_prefix(std::string_view text, IpPrefix& out, EntryFault& fault) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const std::optional<Ip6> ip = read_ip(address);
  if (!ip.has_value()) return wrong(fault, 0, "this is no IP address");
  out = {.address = *ip, .bits = 128};
  if (slash == std::string_view::npos) return true;

  const bool v4 = address.find(':') == std::string_view::npos;
  const unsigned bits_max = v4 ? 32 : 128;
  const std::string_view number = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(number.begin(), number.end(), bits);
  if (failed != std::errc() || end != number.end() || bits > bits_max) {
    return wrong(fault, slash + 1,
                 v4 ? "a prefix of IPv4 has 0 to 32 bits" : "a prefix of IPv6 has 0 to 128 bits",
                 "write 192.0.2.0/24 or 2001:db8::/32");
  }
  out.bits = static_cast<uint8_t>(v4 ? bits + kV4Bits : bits);
  if (has_bits_behind(*ip, out.bits)) {
    return wrong(fault, 0, "the address has bits behind its prefix",
                 "write the first address of the prefix: 192.0.2.0/24, not 192.0.2.7/24");
  }
  return true;
}

}  // namespace sluice::rules
