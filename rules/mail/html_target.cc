#include "rules/mail/html_target.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string_view joined(std::initializer_list<std::string_view> pieces, Arena& arena) {
  std::size_t bytes = 0;
  for (const std::string_view piece : pieces) bytes += piece.size();
  const std::span<char> room = arena.take(bytes);
  auto out = room.begin();
  for (const std::string_view piece : pieces) out = std::copy(piece.begin(), piece.end(), out);
  return {room.data(), room.size()};
}

// What Perl takes for false.
bool is_false(std::string_view text) {
  return text.empty() || text == "0";
}

// Perl's "$": the end, or a newline that is the last character.
bool at_end(std::string_view text, std::size_t at) {
  return at == text.size() || (at + 1 == text.size() && text[at] == '\n');
}

bool is_uri_blank(char32_t code, bool wide) {
  return code == 0xa0 || is_perl_space(code, wide);
}

struct UriPieces {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

// The front of `rest` up to one of `stops`.
std::string_view take_until(std::string_view& rest, const ByteSet& stops) {
  const std::size_t end = std::min(find_any(rest, stops), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

UriPieces split_uri(std::string_view rest) {
  static constexpr ByteSet kSchemeEnds(":/?#");
  static constexpr ByteSet kAuthorityEnds("/?#");
  static constexpr ByteSet kPathEnds("?#");
  static constexpr ByteSet kQueryEnds("#");
  UriPieces out;
  const std::size_t colon = find_any(rest, kSchemeEnds);
  if (colon != kNone && colon > 0 && rest[colon] == ':') {
    out.scheme = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    out.authority = take_until(rest, kAuthorityEnds);
  }
  out.path = take_until(rest, kPathEnds);
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    out.query = take_until(rest, kQueryEnds);
  }
  if (rest.starts_with('#')) out.fragment = rest.substr(1, rest.find('\n') - 1);
  return out;
}

bool may_have_dots(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != kNone || path == "0";
}

// Takes "." and ".." out of a path.
std::string_view without_dots(std::string_view path, Arena& arena) {
  if (!may_have_dots(path)) return path;
  std::size_t at = 0;
  if (path.starts_with("./")) at = 1;
  if (path.starts_with("../")) at = 2;
  if (path.substr(at) == "0") return {};
  const std::span<char> room = arena.take(path.size() + 1);
  std::size_t used = 0;
  while (at < path.size()) {
    const std::string_view rest = path.substr(at);
    bool slash = false;  // dots that end the path leave a slash
    if (rest.starts_with("/.") && (at_end(rest, 2) || rest[2] == '/')) {
      slash = at_end(rest, 2);
      at += 2;
    } else if (rest.starts_with("/..") && (at_end(rest, 3) || rest[3] == '/')) {
      slash = at_end(rest, 3);
      at += 3;
      const std::string_view written(room.data(), used);
      const std::size_t last = written.rfind('/');
      used = last == kNone ? 0 : last;
    } else {
      const std::size_t end = std::min(rest.find('/', 1), rest.size());
      std::memcpy(room.data() + used, rest.data(), end);
      used += end;
      at += end;
    }
    if (slash) room[used++] = '/';
  }
  return {room.data(), used};
}

// A relative path made absolute by its base.
std::string_view merge_paths(const UriPieces& base, std::string_view path, Arena& arena) {
  if (base.authority.has_value() && is_false(base.path)) return joined({"/", path}, arena);
  const std::size_t slash = base.path.rfind('/');
  if (slash == kNone) return path;
  return joined({base.path.substr(0, slash + 1), path}, arena);
}

UriPieces resolve(const UriPieces& base, const UriPieces& uri, Arena& arena) {
  UriPieces out = uri;
  const bool same = base.scheme.has_value() && uri.scheme == base.scheme;
  if (uri.scheme.has_value() && !same) {
    out.path = without_dots(uri.path, arena);
    return out;
  }
  out.scheme = base.scheme;
  if (uri.authority.has_value()) {
    out.path = without_dots(uri.path, arena);
    return out;
  }
  out.authority = base.authority;
  if (uri.path.empty()) {
    out.path = base.path;
    if (!uri.query.has_value()) out.query = base.query;
  } else if (uri.path.starts_with('/')) {
    out.path = without_dots(uri.path, arena);
  } else {
    out.path = without_dots(merge_paths(base, uri.path, arena), arena);
  }
  return out;
}

// "www.", "www2.": `front` and digits and a dot.
bool begins_like(std::string_view host, std::string_view front) {
  if (!istarts_with(host, front)) return false;
  std::size_t at = front.size();
  while (at < host.size() && is_digit(host[at])) ++at;
  return at < host.size() && host[at] == '.';
}

std::string_view scheme_guess(std::string_view host) {
  if (begins_like(host, "www")) return "http:";
  return begins_like(host, "ftp") ? "ftp:" : "";
}

std::string_view compose(const UriPieces& pieces, Arena& arena) {
  std::string_view scheme;
  std::string_view colon;
  if (pieces.scheme.has_value() && !is_false(*pieces.scheme)) {
    scheme = *pieces.scheme;
    colon = ":";
  } else if (pieces.authority.has_value()) {
    scheme = scheme_guess(*pieces.authority);
  }
  return joined(
      {scheme, colon, pieces.authority.has_value() ? "//" : "", pieces.authority.value_or(""),
       pieces.path, pieces.query.has_value() ? "?" : "", pieces.query.value_or(""),
       pieces.fragment.has_value() ? "#" : "", pieces.fragment.value_or("")},
      arena);
}

// A whole link that is its own target.
bool is_whole(const UriPieces& uri, std::string_view text) {
  return uri.scheme.has_value() && !is_false(*uri.scheme) && uri.authority.has_value() &&
         !may_have_dots(uri.path) && text.find('\n') == kNone;
}

// Where a base's directory ends: before "index.html"; the whole length if it has no such name.
std::size_t directory_end(std::string_view uri, std::size_t authority) {
  const std::size_t slash = uri.find('/', authority);
  if (slash == kNone || slash == authority) return uri.size();
  const std::size_t dot = uri.rfind('.');
  if (dot == kNone || dot <= slash) return uri.size();
  const std::string_view extension = uri.substr(dot + 1);
  const std::size_t letters = count_chars(extension);
  if (letters < 2 || letters > 4 || extension.find('/') != kNone) return uri.size();
  std::size_t name = dot;
  while (name > slash + 1 && uri[name - 1] != '/' && uri[name - 1] != '.') --name;
  if (name == dot || uri.substr(slash + 1, name - slash - 1).find('\n') != kNone) {
    return uri.size();
  }
  return name;
}

// Whether "url", blanks and "=" stand at `at`, no part of a longer word; where it ends, in `end`.
bool reads_url(std::string_view text, std::size_t at, bool wide, std::size_t& end) {
  const PerlChar before = char_before(text, at);
  if (before.bytes > 0 && is_perl_word(before.code, wide)) return false;
  const std::size_t equals = space_end(text, at + 3, wide);
  if (equals == text.size() || text[equals] != '=') return false;
  end = equals + 1;
  return true;
}

}  // namespace

std::string_view trim_uri(std::string_view uri, bool wide, bool& truncated) {
  for (PerlChar c = char_at(uri, 0); c.bytes > 0 && is_uri_blank(c.code, wide);
       c = char_at(uri, 0)) {
    uri.remove_prefix(c.bytes);
  }
  for (PerlChar c = char_before(uri, uri.size()); c.bytes > 0 && is_uri_blank(c.code, wide);
       c = char_before(uri, uri.size())) {
    uri.remove_suffix(c.bytes);
  }
  if (uri.size() <= limits::kMailUriCleanBytesMax) return uri;
  const std::size_t bytes = bytes_of_chars(uri, limits::kMailUriCleanBytesMax);
  truncated = truncated || bytes < uri.size();
  return uri.substr(0, bytes);
}

std::string_view target_uri(std::string_view base, std::string_view uri, Arena& arena) {
  const UriPieces pieces = split_uri(uri);
  if (is_whole(pieces, uri)) return uri;
  return compose(resolve(split_uri(base), pieces, arena), arena);
}

std::string_view base_of_uri(std::string_view uri, Arena& arena) {
  std::size_t at = 0;
  for (const std::string_view scheme : {"https:", "http:", "ftp:"}) {
    if (at == 0 && istarts_with(uri, scheme)) at = scheme.size();
  }
  if (at == 0) return {};
  for (int slashes = 0; slashes < 2 && at < uri.size() && uri[at] == '/'; ++slashes) ++at;
  const std::string_view front = uri.substr(0, directory_end(uri, at));
  const bool slash = front.ends_with('/') || front.ends_with("/\n");
  return slash ? front : joined({front, "/"}, arena);
}

bool has_refresh_uri(std::string_view content, bool wide) {
  std::size_t end = 0;
  for (std::size_t from = 0; from < content.size();) {
    const std::size_t found = ifind(content.substr(from), "url");
    if (found == kNone) return false;
    if (reads_url(content, from + found, wide, end)) return true;
    from += found + 1;
  }
  return false;
}

std::string_view refresh_uri(std::string_view content, bool wide, Arena& arena) {
  const std::size_t line_end = std::min(content.find('\n'), content.size());
  std::string_view uri = content;
  std::size_t end = 0;
  for (std::size_t at = line_end + 1; at-- > 0;) {
    if (!iequals(content.substr(std::min(at, content.size()), 3), "url")) continue;
    if (!reads_url(content, at, wide, end)) continue;
    uri = content.substr(space_end(content, end, wide));
    break;
  }
  const std::size_t semicolon = uri.find(';');
  if (semicolon == kNone) return uri;
  const std::string_view front = uri.substr(0, space_begin(uri, semicolon, wide));
  const std::size_t newline = uri.find('\n', semicolon);
  return newline == kNone ? front : joined({front, uri.substr(newline)}, arena);
}

}  // namespace sluice::rules
