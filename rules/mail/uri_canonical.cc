#include "rules/mail/uri_canonical.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <utility>

#include "base/text.h"
#include "rules/mail/perl_chars.h"
#include "rules/mail/utf8_writer.h"

namespace sluice::rules {

// http or https, taken apart. Whose name and password stood before the host is dropped.
struct UriCanonicalizer::Http {
  [[nodiscard]] std::string_view whole(Arena& arena) const;

  std::string_view proto = {};  // "http://" as written
  std::string_view host = {};
  std::string_view rest = {};  // from the port on
  std::string_view port = {};  // digits; empty: none is given
  bool auth = false;

  [[nodiscard]] bool plain() const { return proto == "http://"; }
};

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr ByteSet kBreaks("\r\n");
constexpr ByteSet kHostEnds("/?#");
constexpr ByteSet kHostOrPortEnds("/?#:");
constexpr ByteSet kAuthEnds("@/?#");
constexpr ByteSet kQuery("?&");
constexpr ByteSet kSchemeBytes("-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

std::size_t end_at(std::size_t at, std::string_view text) {
  return at == kNone ? text.size() : at;
}

std::string_view join(std::initializer_list<std::string_view> pieces, Arena& arena) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  const std::span<char> room = arena.take(size);
  std::size_t at = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    std::memcpy(room.data() + at, piece.data(), piece.size());
    at += piece.size();
  }
  return {room.data(), size};
}

// `text` without the bytes that `drop` is true for.
template <typename Drop>
std::string_view without(std::string_view text, Arena& arena, Drop drop) {
  if (std::ranges::none_of(text, drop)) return text;
  const std::span<char> room = arena.take(text.size());
  std::size_t used = 0;
  for (const char c : text) {
    if (!drop(c)) room[used++] = c;
  }
  arena.trim(room, used);
  return {room.data(), used};
}

std::string_view lower(std::string_view text, Arena& arena) {
  if (std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; })) return text;
  const std::span<char> room = arena.take(text.size());
  std::ranges::transform(text, room.begin(), ascii_lower);
  return {room.data(), room.size()};
}

// Each byte as the character of its number: what a host of characters becomes when its octets are
// put between characters.
std::string_view octets_as_characters(std::string_view text, Arena& arena) {
  const std::span<char> room = arena.take(2 * text.size());
  Utf8Writer out(room);
  for (const char c : text) out.put(static_cast<uint8_t>(c));
  arena.trim(room, out.used());
  return {room.data(), out.used()};
}

// Links may come on several lines.
std::string_view tidy(std::string_view uri, UriBytes bytes, Arena& arena) {
  const bool wide = bytes == UriBytes::kCharacters;
  if (find_any(uri, kBreaks) == kNone) return trim_perl(uri, wide);
  uri = trim_perl(without(uri, arena, [](char c) { return c == '\n'; }), wide);
  return without(uri, arena, [](char c) { return c == '\r'; });
}

// "#top", "?next", "/image.gif" and the like; "//example.com" is a host.
bool is_local(std::string_view uri, UriBytes bytes) {
  if (uri.size() <= 1) return true;
  if (bytes == UriBytes::kCharacters && char_at(uri, 0).bytes == uri.size()) return true;
  const char first = uri.front();
  return first == '#' || first == '?' || first == '&' || (first == '/' && uri[1] != '/');
}

bool is_mail(std::string_view uri) {
  if (istarts_with(uri, "mailto:")) return true;
  const std::size_t at = uri.find('@');
  return at != kNone && uri.find(':') > at;
}

// ---- %XX

bool is_percent_code(std::string_view uri, std::size_t at) {
  return at + 2 < uri.size() && uri[at] == '%' && hex_value(uri[at + 1]) >= 0 &&
         hex_value(uri[at + 2]) >= 0;
}

// The byte that a code stands for, if it is printable; 0 if the code is kept.
char decoded(char high, char low) {
  const int value = 16 * hex_value(high) + hex_value(low);
  return value > ' ' && value < 0x7f ? static_cast<char>(value) : '\0';
}

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr uint32_t kBeyondBytes = 0x100;

bool must_be_code(uint32_t code) {
  return code <= ' ' || code >= 0x7f || code == '"' || code == '%' || code == '<' || code == '>';
}

struct Character {
  std::size_t size = 1;
  uint32_t code = 0;  // kBeyondBytes for all that are larger
};

// The byte or character at the front of `text`.
Character character_at(std::string_view text, UriBytes bytes) {
  const auto first = static_cast<uint8_t>(text.front());
  if (first < 0x80 || bytes == UriBytes::kOctets) return {.size = 1, .code = first};
  const std::size_t size = utf8_length(text);
  if (size == 0) return {.size = 1, .code = first};
  if (size > 2 || first > 0xc3) return {.size = size, .code = kBeyondBytes};
  const auto second = static_cast<uint8_t>(text[1]);
  return {.size = size, .code = (first & 3U) << 6U | (second & 0x3fU)};
}

// ---- &#NN;

struct Reference {
  std::size_t size = 0;  // 0: there is none
  char byte = '\0';
};

std::size_t pass_zeros(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '0') ++at;
  return at;
}

// "&#65;", printable characters.
Reference decimal_reference(std::string_view text) {
  const std::size_t from = pass_zeros(text, 2);
  std::size_t to = from;
  int value = 0;
  while (to < text.size() && to < from + 3 && is_digit(text[to])) {
    value = 10 * value + (text[to++] - '0');
  }
  if (to >= text.size() || text[to] != ';' || value <= ' ' || value >= 0x7f) return {};
  return {.size = to + 1, .byte = static_cast<char>(value)};
}

// "&#x41;", printable characters, but of 0x21 to 0x2f only those up to 0x29.
Reference hex_reference(std::string_view text) {
  if (text.size() < 3 || text[2] != 'x') return {};
  const std::size_t from = pass_zeros(text, 3);
  if (from + 2 >= text.size() || text[from + 2] != ';') return {};
  const int high = hex_value(text[from]);
  const int low = hex_value(text[from + 1]);
  if (high < 2 || high > 7 || low < 0) return {};
  if (high == 2 && (low < 1 || low > 9)) return {};
  if (high == 7 && low > 14) return {};
  return {.size = from + 3, .byte = static_cast<char>(16 * high + low)};
}

// Dots of other scripts.
Reference dot_reference(std::string_view text) {
  for (const std::string_view code :
       {"x2e;", "12290;", "x3002;", "65294;", "xff0e;", "65377;", "xff61;"}) {
    if (istarts_with(text.substr(2), code)) return {.size = 2 + code.size(), .byte = '.'};
  }
  return {};
}

using ReadReference = Reference (*)(std::string_view);

std::string_view resolve(std::string_view uri, ReadReference read, Arena& arena) {
  if (uri.find("&#") == kNone) return uri;
  const std::span<char> room = arena.take(uri.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < uri.size();) {
    const bool here = uri[i] == '&' && i + 1 < uri.size() && uri[i + 1] == '#';
    const Reference found = here ? read(uri.substr(i)) : Reference{};
    room[used++] = found.size > 0 ? found.byte : uri[i];
    i += found.size > 0 ? found.size : 1;
  }
  arena.trim(room, used);
  return {room.data(), used};
}

std::string_view resolve_references(std::string_view uri, Arena& arena) {
  uri = resolve(uri, decimal_reference, arena);
  uri = resolve(uri, hex_reference, arena);
  return resolve(uri, dot_reference, arena);
}

// ---- the link as a whole

std::string_view front_slashes(std::string_view uri, Arena& arena) {
  if (uri.find('\\') == kNone) return uri;
  const std::span<char> room = arena.take(uri.size());
  std::ranges::transform(uri, room.begin(), [](char c) { return c == '\\' ? '/' : c; });
  return {room.data(), room.size()};
}

// How long "http:" or "https:" at the front of `uri` is; 0.
std::size_t http_length(std::string_view uri) {
  if (istarts_with(uri, "http:")) return 5;
  return istarts_with(uri, "https:") ? 6 : 0;
}

// "http:www.example.com" to "http://www.example.com".
std::string_view two_slashes(std::string_view uri, Arena& arena) {
  const std::size_t scheme = http_length(uri);
  if (scheme == 0 || uri.substr(scheme).starts_with("//")) return uri;
  const std::size_t rest = uri.substr(scheme).starts_with('/') ? scheme + 1 : scheme;
  return join({uri.substr(0, scheme), "//", uri.substr(rest)}, arena);
}

std::string_view with_scheme(std::string_view uri, Arena& arena) {
  std::size_t i = 0;
  while (i < uri.size() && kSchemeBytes.has(uri[i])) ++i;
  if (i > 0 && i < uri.size() && uri[i] == ':') return uri;
  return join({uri.starts_with("ftp.") ? "ftp://" : "http://", uri}, arena);
}

// Length of "http://" or "https://" at the front of `uri`; 0.
std::size_t proto_length(std::string_view uri) {
  const std::size_t scheme = http_length(uri);
  return scheme > 0 && uri.substr(scheme).starts_with("//") ? scheme + 2 : 0;
}

// "http://www.example.com?id=3" to "http://www.example.com/?id=3".
std::string_view with_path(std::string_view uri, Arena& arena) {
  const std::size_t proto = proto_length(uri);
  if (proto == 0) return uri;
  const std::size_t end = find_any(uri, kHostEnds, proto);
  if (end == kNone || end == proto || uri[end] == '/') return uri;
  return join({uri.substr(0, end), "/", uri.substr(end)}, arena);
}

// ---- addresses written in odd ways

bool is_hex_number(std::string_view text) {
  return text.size() > 2 && istarts_with(text, "0x") &&
         std::ranges::all_of(text.substr(2), [](char c) { return hex_value(c) >= 0; });
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// As Perl counts: what does not fit is the largest number.
uint64_t value_of(std::string_view digits, int base) {
  uint64_t out = 0;
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return fault == std::errc() ? out : std::numeric_limits<uint64_t>::max();
}

std::string_view to_text(int64_t value, Arena& arena) {
  const std::span<char> room = arena.take(std::numeric_limits<int64_t>::digits10 + 2);
  const auto [end, fault] = std::to_chars(room.data(), room.data() + room.size(), value);
  const auto size = static_cast<std::size_t>(end - room.data());
  arena.trim(room, size);
  return {room.data(), size};
}

std::string_view without_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// One to three octal digits, at most 0377, the first no zero.
bool is_octal_octet(std::string_view digits) {
  if (digits.empty() || digits.size() > 3) return false;
  if (std::ranges::any_of(digits, [](char c) { return c > '7'; })) return false;
  return digits.size() < 3 || digits.front() <= '3';
}

// One number of four, "0x7f" or "0177" to "127". Nothing is left of "0", as in the original.
std::string_view plain_octet(std::string_view octet, Arena& arena) {
  if (is_hex_number(octet)) {
    return without_zeros(to_text(static_cast<int64_t>(value_of(octet.substr(2), 16)), arena));
  }
  const std::string_view digits = without_zeros(octet);
  if (digits.size() == octet.size() || !is_octal_octet(digits)) return digits;
  return to_text(static_cast<int64_t>(value_of(digits, 8)), arena);
}

// The four numbers of a host that is nothing else.
std::optional<std::array<std::string_view, 4>> four_numbers(std::string_view host) {
  std::array<std::string_view, 4> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t dot = host.find('.');
    if ((dot == kNone) != (i + 1 == out.size())) return std::nullopt;
    out[i] = host.substr(0, dot);
    if (!is_number(out[i]) && !is_hex_number(out[i])) return std::nullopt;
    host.remove_prefix(dot == kNone ? host.size() : dot + 1);
  }
  return out;
}

// A number as an address: of one that has more than four octets the first four.
std::string_view dotted(uint64_t number, Arena& arena) {
  constexpr int kOctetBits = 8;
  constexpr int kNibbleBits = 4;
  constexpr int kAddressBits = 32;
  int bits = kAddressBits;
  while (bits < 64 && number >> static_cast<unsigned>(bits) != 0) bits += kNibbleBits;
  const uint64_t address = number >> static_cast<unsigned>(bits - kAddressBits);
  std::array<std::string_view, 4> octets;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const uint64_t octet = address >> (kOctetBits * (octets.size() - 1 - i)) & 0xffU;
    octets[i] = to_text(static_cast<int64_t>(octet), arena);
  }
  return join({octets[0], ".", octets[1], ".", octets[2], ".", octets[3]}, arena);
}

}  // namespace

bool has_percent_code(std::string_view uri) {
  for (std::size_t at = uri.find('%'); at != kNone; at = uri.find('%', at + 1)) {
    if (is_percent_code(uri, at)) return true;
  }
  return false;
}

std::string_view recode_percent(std::string_view uri, UriBytes bytes, Arena& arena) {
  const std::span<char> room = arena.take(3 * uri.size());
  std::size_t used = 0;
  const auto put = [&room, &used](std::string_view text) {
    for (const char c : text) room[used++] = c;
  };
  for (std::size_t i = 0; i < uri.size();) {
    if (is_percent_code(uri, i)) {
      const char c = decoded(uri[i + 1], uri[i + 2]);
      put(c != '\0' ? std::string_view(&c, 1) : uri.substr(i, 3));
      i += 3;
      continue;
    }
    const auto [size, code] = character_at(uri.substr(i), bytes);
    if (code <= 0xff && must_be_code(code)) {
      const std::array<char, 3> coded = {'%', kHexDigits[code >> 4U], kHexDigits[code & 0xfU]};
      put({coded.data(), coded.size()});
    } else {
      put(uri.substr(i, size));
    }
    i += size;
  }
  arena.trim(room, used);
  return {room.data(), used};
}

std::span<const std::string_view> UriCanonicalizer::forms(std::string_view uri, UriBytes bytes) {
  bytes_ = bytes;
  links_.clear();
  made_.clear();
  links_.push_back(uri);
  for (std::size_t i = 0; i < links_.size(); ++i) {
    links_[i] = tidy(links_[i], bytes_, arena_);
    read_link(links_[i]);
  }
  merge();
  return forms_;
}

// A link rarely has more than three forms, and never more than limits::kUriRedirectsMax allows.
void UriCanonicalizer::merge() {
  forms_.clear();
  for (const auto* list : {&links_, &made_}) {
    for (const std::string_view form : *list) {
      if (std::ranges::find(forms_, form) == forms_.end()) forms_.push_back(form);
    }
  }
}

void UriCanonicalizer::read_link(std::string_view link) {
  if (is_local(link, bytes_)) return;
  if (is_mail(link)) return read_mail(link);
  std::string_view clean = two_slashes(front_slashes(link, arena_), arena_);
  if (has_percent_code(clean)) clean = recode_percent(clean, bytes_, arena_);
  clean = resolve_references(with_path(with_scheme(clean, arena_), arena_), arena_);
  if (clean != link) add(clean);
  const std::size_t proto = proto_length(clean);
  if (proto == 0) return;
  Http http{.proto = clean.substr(0, proto)};
  std::string_view rest = clean.substr(proto);
  const std::size_t auth = find_any(rest, kAuthEnds);
  if (auth != kNone && rest[auth] == '@' && auth + 1 < rest.size() &&
      !kHostOrPortEnds.has(rest[auth + 1])) {
    http.auth = true;
    rest.remove_prefix(auth + 1);
  }
  http.host = rest.substr(0, find_any(rest, kHostOrPortEnds));
  if (http.host.empty()) return;
  http.rest = rest.substr(http.host.size());
  if (http.rest.starts_with(':')) {
    const std::string_view port = http.rest.substr(1);
    http.port = port.substr(0, port.find_first_not_of("0123456789"));
  }
  read_http(http);
}

void UriCanonicalizer::read_mail(std::string_view link) {
  const std::size_t at = link.find('@');
  if (at != kNone && at > 0) {
    // Parameters are no part of the address.
    const std::size_t mark = end_at(link.find('?', at + 1), link);
    if (mark < link.size() && mark > at + 1) add(link.substr(0, mark));
    const std::size_t query = end_at(find_any(link, kQuery, at + 1), link);
    if (query < link.size() && link[query] == '&' && query > at + 1) add(link.substr(0, query));
    add_without_spaces(link, at);
  }
  add_between_brackets(link);
}

// "mailto:%20bob@example.com%20" to "mailto:bob@example.com".
void UriCanonicalizer::add_without_spaces(std::string_view link, std::size_t at) {
  constexpr std::string_view kSpace = "%20";
  constexpr std::string_view kMailto = "mailto:";
  if (link.find(kSpace) == kNone) return;
  const std::size_t first = link.starts_with(kMailto) ? kMailto.size() : 0;
  std::size_t from = first;
  while (link.substr(from).starts_with(kSpace)) from += kSpace.size();
  // A local part has at least one byte.
  if (from == at) from = from > first ? from - kSpace.size() : 0;
  const std::size_t to = end_at(link.find_first_of("?&%", at + 1), link);
  if (to > at + 1) add(join({kMailto, link.substr(from, to - from)}, arena_));
}

// "mailto:Bob%20<bob@example.com>" to "mailto:bob@example.com": the last bracket before parameters
// that an address follows.
void UriCanonicalizer::add_between_brackets(std::string_view link) {
  if (link.find('<') == kNone) return;
  const std::size_t limit = end_at(find_any(link, kQuery), link);
  std::size_t close = kNone;    // the first '>' behind
  std::size_t stop = kNone;     // the first '@' or '>' behind
  std::size_t address_end = 0;  // of the address whose @ is at `stop`; 0: there is none
  for (std::size_t i = link.size(); i-- > 0;) {
    const char c = link[i];
    if (c == '<' && i < limit && stop != kNone && stop > i + 1 && address_end > 0) {
      add(join({"mailto:", link.substr(i + 1, address_end - i - 1)}, arena_));
      return;
    }
    if (c == '@') {
      stop = i;
      address_end = close != kNone && close > i + 1 ? close : 0;
    }
    if (c == '>') {
      stop = close = i;
      address_end = 0;
    }
  }
}

void UriCanonicalizer::add(const Http& http, std::string_view host) {
  add(join({http.proto, host, http.rest}, arena_));
}

void UriCanonicalizer::read_http(const Http& written) {
  Http http = written;
  add_without_port(http);
  if (bytes_ == UriBytes::kCharacters && !is_ascii(http.host)) {
    http.host = octets_as_characters(lower(http.host, arena_), arena_);
    add(http, http.host);
    add_without_port(http);
  }
  const std::string_view host = http.host;
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) <= ' '; };
  http.host = without(http.host, arena_, is_control);
  if (http.host.size() != host.size()) add(http, http.host);
  follow(http);
  const std::size_t at = http.host.find('@');
  if (at != kNone && at > 0) {
    http.host.remove_prefix(at + 1);
    add(http, http.host);
  }
  // In a sentence odd characters may follow: "http://example.com!!!".
  if (!http.host.empty() && !is_alnum(http.host.back())) {
    while (!http.host.empty() && !is_alnum(http.host.back())) http.host.remove_suffix(1);
    add(http, http.host);
  }
  if (!add_as_address(http)) add_as_com(http, host);
}

void UriCanonicalizer::add_without_port(const Http& http) {
  if (http.port != (http.plain() ? "80" : "443")) return;
  const std::string_view rest = http.rest.substr(1 + http.port.size());
  if (!rest.empty() && (is_alnum(rest.front()) || rest.front() == '_')) return;
  add(join({http.proto, http.host, rest}, arena_));
}

// Reads on in the link that this one leads to.
void UriCanonicalizer::follow(const Http& http) {
  const std::string_view whole = http.whole(arena_);
  const auto target = rules_.redirectors.target(whole, redirector_work_);
  if (target.has_value()) return add_link(*target);
  for (std::size_t i = http.rest.find(':'); i != kNone; i = http.rest.find(':', i + 1)) {
    std::size_t scheme = 0;
    if (i >= 5 && iequals(http.rest.substr(i - 5, 5), "https")) scheme = 5;
    if (i >= 4 && iequals(http.rest.substr(i - 4, 4), "http")) scheme = 4;
    if (scheme == 0) continue;
    const std::size_t end = end_at(http.rest.find_first_of("&#", i + 1), http.rest);
    if (end == i + 1) continue;
    const std::string_view link = http.rest.substr(i - scheme, end - (i - scheme));
    if (link.find('.') != kNone) add_link(link);
    return;
  }
}

void UriCanonicalizer::add_link(std::string_view link) {
  redirect_bytes_ += link.size();
  if (redirect_bytes_ > limits::kUriRedirectBytesMax) return;
  if (links_.size() <= limits::kUriRedirectsMax) links_.push_back(link);
}

// Whether the host is a number or four.
bool UriCanonicalizer::add_as_address(const Http& http) {
  const std::string_view host = http.host;
  if (host.empty() || !is_digit(host.front())) return false;
  if (const auto numbers = four_numbers(host)) {
    std::array<std::string_view, 4> octets;
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = plain_octet((*numbers)[i], arena_);
    add(http, join({octets[0], ".", octets[1], ".", octets[2], ".", octets[3]}, arena_));
    return true;
  }
  constexpr std::size_t kAddressDigits = 8;
  if (is_hex_number(host)) {
    std::string_view digits = host.substr(2);
    if (digits.size() > kAddressDigits) digits = digits.substr(digits.size() - kAddressDigits);
    add(http, dotted(value_of(digits, 16), arena_));
    return true;
  }
  if (!is_number(host)) return false;
  add(http, dotted(value_of(host, 10), arena_));
  return true;
}

// "http://example" to "http://www.example.com", as Firefox does. `host` is the host as written.
void UriCanonicalizer::add_as_com(const Http& http, std::string_view host) {
  if (!http.plain() || http.auth || (!http.port.empty() && http.port != "80")) return;
  if (iequals(host, "localhost") || rules_.registry.has_valid_tld(host)) return;
  std::string_view name = host;
  if (istarts_with(name, "www.")) name.remove_prefix(4);
  if (name.empty() || name.find('.') != kNone) return;
  add(join({http.proto, "www.", lower(name, arena_), ".com", http.rest}, arena_));
}

// Where they stand one behind the other nothing is copied.
std::string_view UriCanonicalizer::Http::whole(Arena& arena) const {
  const bool whole = proto.data() + proto.size() == host.data() &&
                     (rest.empty() || host.data() + host.size() == rest.data());
  if (whole) return {proto.data(), proto.size() + host.size() + rest.size()};
  return join({proto, host, rest}, arena);
}

// ---- hosts

namespace {

// Of "mailto:bob@example.com?subject=x", lower case: "example.com"; nullopt if it is no address.
std::optional<std::string_view> mail_host(std::string_view uri) {
  constexpr std::size_t kMailto = 7;
  uri.remove_prefix(kMailto);
  uri = uri.substr(0, uri.find('?'));
  const std::size_t at = uri.find('@');
  if (at == kNone || uri.find('@', at + 1) != kNone) return std::nullopt;
  return uri.substr(at + 1);
}

std::string_view link_host(std::string_view uri) {
  std::size_t scheme = 0;
  while (scheme < uri.size() && is_alpha(uri[scheme])) ++scheme;
  if (scheme > 0 && scheme < uri.size() && uri[scheme] == ':') {
    uri.remove_prefix(scheme + 1);
    for (int slashes = 0; slashes < 2 && uri.starts_with('/'); ++slashes) uri.remove_prefix(1);
  }
  uri = uri.substr(0, find_any(uri, kHostEnds));
  uri = uri.substr(uri.rfind('@') + 1);  // npos + 1 is 0
  std::size_t end = uri.size();
  while (end > 0 && is_digit(uri[end - 1])) --end;
  return end > 0 && uri[end - 1] == ':' ? uri.substr(0, end - 1) : uri;
}

// Whether a code stands for a byte that needs none: then there is a form without it.
bool has_needless_code(std::string_view host) {
  for (std::size_t at = host.find('%'); at != kNone; at = host.find('%', at + 1)) {
    if (is_percent_code(host, at) && decoded(host[at + 1], host[at + 2]) != '\0') return true;
  }
  return false;
}

}  // namespace

std::optional<UriHost> host_of_uri(std::string_view uri, const Registry& registry, Arena& arena) {
  for (const std::string_view scheme : {"javascript:", "cid:", "file:"}) {
    if (istarts_with(uri, scheme)) return std::nullopt;
  }
  std::string_view host;
  if (istarts_with(uri, "mailto:")) {
    const auto found = mail_host(uri);
    if (!found.has_value()) return std::nullopt;
    host = *found;
  } else {
    host = link_host(uri);
  }
  if (has_needless_code(host)) return std::nullopt;
  host = lower(host, arena);
  if (is_ip_address(host)) return UriHost{.host = host, .domain = host};
  if (!is_fqdn(host) || !registry.has_valid_tld(host)) return std::nullopt;
  return UriHost{.host = host, .domain = registry.domain_of(host)};
}

}  // namespace sluice::rules
