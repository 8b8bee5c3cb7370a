#include "ingest/mime/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

#include <idn2.h>
#include <libpsl.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr std::size_t kHostBytesMax = 253;     // RFC 1035 section 2.3.4
constexpr std::size_t kOpaqueBytesKept = 128;  // of data:, javascript: and the like

struct Scheme {
  std::string_view name;
  std::string_view default_port;
};

constexpr ByteSet kPathEnds("?#");
constexpr ByteSet kAuthorityEnds("/\\?#");

constexpr std::array<Scheme, 5> kSpecial = {
    {{"http", ":80"}, {"https", ":443"}, {"ftp", ":21"}, {"ws", ":80"}, {"wss", ":443"}}};

// The scheme at the front without its colon; empty if there is none.
std::string_view scheme_of(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return {};
  for (std::size_t i = 1; i < text.size() && i <= 32; ++i) {
    const char c = text[i];
    if (c == ':') return text.substr(0, i);
    if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return {};
  }
  return {};
}

const Scheme* special_scheme(std::string_view name) {
  for (const Scheme& scheme : kSpecial) {
    if (iequals(scheme.name, name)) return &scheme;
  }
  return nullptr;
}

// Control characters and blanks around a URL are nothing; tabs and line endings inside neither.
std::string_view cleaned(std::string_view text, Arena& arena) {
  while (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') text.remove_suffix(1);
  constexpr ByteSet kNothing("\t\r\n");
  if (find_any(text, kNothing) == std::string_view::npos) return text;
  const auto out = arena.take(text.size());
  std::size_t size = 0;
  for (const char c : text) {
    if (!kNothing.has(c)) out[size++] = c;
  }
  return {out.data(), size};
}

bool is_slash(char c) {
  return c == '/' || c == '\\';
}

bool plain_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_';
}

// One number of an IPv4 address: decimal, 0octal or 0xhex. nullopt if it is none.
std::optional<uint64_t> ipv4_number(std::string_view text, bool& odd) {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    odd = true;
    base = ascii_lower(text[1]) == 'x' ? 16 : 8;
    text.remove_prefix(base == 16 ? 2 : 1);
    if (text.empty()) return 0;
  }
  uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "0x7f.1" to "127.0.0.1". nullopt if `host` is no IPv4 address.
std::optional<std::string> ipv4_address(std::string_view host, bool& odd) {
  std::array<uint64_t, 4> numbers{};
  std::size_t count = 0;
  if (host.empty() || !is_digit(host[host.rfind('.') + 1])) return std::nullopt;
  while (true) {
    const std::size_t dot = host.find('.');
    const auto number = ipv4_number(host.substr(0, dot), odd);
    if (!number || count == numbers.size()) return std::nullopt;
    numbers[count++] = *number;
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  uint64_t address = numbers[count - 1];
  if (count < 4) odd = true;
  if (address >= (uint64_t{1} << (8 * (5 - count)))) return std::nullopt;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (numbers[i] > 255) return std::nullopt;
    address |= numbers[i] << (8 * (3 - i));
  }
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out +=
        std::to_string((address >> static_cast<unsigned>(shift)) & 255U) + (shift > 0 ? "." : "");
  }
  return out;
}

std::string percent_decoded(std::string_view host) {
  std::string out;
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (host[i] == '%' && i + 2 < host.size() && hex_value(host[i + 1]) >= 0 &&
        hex_value(host[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(host[i + 1]) * 16 + hex_value(host[i + 2]));
      i += 2;
    } else {
      out += host[i];
    }
  }
  return out;
}

// To ASCII by IDNA; what IDNA refuses stays as it is, in lower case.
std::string ascii_host(const std::string& host) {
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return (c & 0x80) == 0; });
  if (ascii || host.size() > kHostBytesMax) return to_lower(host);
  char* converted = nullptr;
  if (idn2_to_ascii_8z(host.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
      IDN2_OK) {
    return to_lower(host);
  }
  std::string out = to_lower(converted);
  idn2_free(converted);
  return out;
}

// The host as it is looked up. Most are so already and come back as they were.
std::string_view canonical_host(std::string_view host, Arena& arena, DefectSet& defects) {
  const bool plain = std::all_of(host.begin(), host.end(), plain_host_byte);
  std::string decoded;
  if (!plain) {
    if (host.starts_with('[')) return arena.copy(to_lower(host));  // IPv6
    if (host.find('%') != std::string_view::npos) defects.add(Defect::kUrlObfuscatedHost);
    decoded = ascii_host(percent_decoded(host));
    host = decoded;
  }
  while (host.ends_with('.')) host.remove_suffix(1);
  bool odd = false;
  if (const auto address = ipv4_address(host, odd)) {
    if (odd) defects.add(Defect::kUrlObfuscatedHost);
    return *address == host && plain ? host : arena.copy(*address);
  }
  return plain ? host : arena.copy(host);
}

// Whether "/./" or "/../" or a backslash stands in the path.
bool needs_path_work(std::string_view path) {
  const std::size_t end = std::min(find_any(path, kPathEnds), path.size());
  const std::string_view only = path.substr(0, end);
  return only.find("/.") != std::string_view::npos || only.find('\\') != std::string_view::npos;
}

// Appends the path, dot segments resolved (RFC 3986 section 5.2.4), then query and fragment.
void append_path(std::string_view path, std::string& out) {
  const std::size_t end = std::min(find_any(path, kPathEnds), path.size());
  std::string_view rest = path.substr(0, end);
  const std::size_t root = out.size();
  while (!rest.empty()) {
    std::size_t next = 1;
    while (next < rest.size() && !is_slash(rest[next])) ++next;
    const std::string_view segment = rest.substr(1, next - 1);
    const bool last = next == rest.size();
    if (segment == "..") {
      const std::size_t slash = out.rfind('/');
      if (slash != std::string::npos && slash >= root) out.resize(slash);
      if (last) out += '/';
    } else if (segment == ".") {
      if (last) out += '/';
    } else {
      out += '/';
      out += segment;
    }
    rest.remove_prefix(next);
  }
  if (out.size() == root) out += '/';
  out += path.substr(end);
}

struct Authority {
  std::string_view host;
  std::string_view port;  // with its colon, or empty
};

Authority split_authority(std::string_view text, DefectSet& defects) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    defects.add(Defect::kUrlUserinfo);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return {.host = text, .port = {}};
  return {.host = text.substr(0, colon), .port = text.substr(colon)};
}

CanonicalUrl canonical_special(const Scheme& scheme, std::string_view text, Arena& arena,
                               DefectSet& defects) {
  std::size_t begin = scheme.name.size() + 1;
  while (begin < text.size() && is_slash(text[begin])) ++begin;
  const std::size_t end = std::min(find_any(text, kAuthorityEnds, begin), text.size());
  const Authority authority = split_authority(text.substr(begin, end - begin), defects);
  const std::string_view host = canonical_host(authority.host, arena, defects);
  if (host.empty()) return {};
  const bool keep_port = authority.port.size() > 1 && authority.port != scheme.default_port;
  const std::string_view port = keep_port ? authority.port : std::string_view{};
  const std::string_view path = text.substr(end);

  const bool unchanged = host.data() == authority.host.data() && host == authority.host &&
                         authority.host.data() == text.data() + scheme.name.size() + 3 &&
                         port == authority.port && text.starts_with(scheme.name) &&
                         text.substr(scheme.name.size(), 3) == "://" && path.starts_with('/') &&
                         !needs_path_work(path);
  if (unchanged) return {.canonical = text, .host = host};

  std::string out(scheme.name);
  out.append("://").append(host).append(port);
  append_path(path, out);
  const std::string_view kept = arena.copy(out);
  return {.canonical = kept, .host = kept.substr(scheme.name.size() + 3, host.size())};
}

// libpsl's list, loaded once; it is immutable afterwards.
const psl_ctx_t* public_suffixes() {
  return psl_builtin();
}

std::string_view registrable(const std::string& host) {
  const char* const domain = psl_registrable_domain(public_suffixes(), host.c_str());
  return domain == nullptr ? std::string_view(host) : std::string_view(domain);
}

}  // namespace

CanonicalUrl canonical_url(std::string_view written, Arena& arena, DefectSet& defects) {
  if (written.size() > limits::kUrlBytesMax) {
    defects.add(Defect::kLimitUrlBytes);
    written = written.substr(0, limits::kUrlBytesMax);
  }
  const std::string_view text = cleaned(written, arena);
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return {};
  if (const Scheme* special = special_scheme(scheme)) {
    return canonical_special(*special, text, arena, defects);
  }
  const bool mail = iequals(scheme, "mailto");
  const std::string_view opaque = mail ? text : text.substr(0, kOpaqueBytesKept);
  if (to_lower(scheme) == scheme) return {.canonical = opaque, .host = {}};
  const std::string lowered = to_lower(scheme) + std::string(opaque.substr(scheme.size()));
  return {.canonical = arena.copy(lowered), .host = {}};
}

bool same_registrable_domain(std::string_view a, std::string_view b) {
  if (iequals(a, b)) return true;
  const std::string left = to_lower(a);
  const std::string right = to_lower(b);
  return registrable(left) == registrable(right);
}

bool has_known_tld(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || host.size() - dot > 24) return false;
  const std::string tld = to_lower(host.substr(dot + 1));
  return !tld.empty() && psl_is_public_suffix2(public_suffixes(), tld.c_str(),
                                               PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace sluice::mime
