#include "rules/mail/content_type.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kNamePiecesMax = 1'000;

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Whether Perl's "$" holds at `at`.
bool at_end(std::string_view text, std::size_t at) {
  return at == text.size() || (at + 1 == text.size() && text[at] == '\n');
}

// Where `word` next stands, letter case ignored, at or after `from`.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (; from + word.size() <= text.size(); ++from) {
    if (ascii_lower(text[from]) == word.front() && iequals(text.substr(from, word.size()), word)) {
      return from;
    }
  }
  return kNone;
}

bool begins_word(std::string_view text, std::size_t at) {
  return at == 0 || !is_word(text[at - 1]);
}

// Where `word` next begins a word.
std::size_t find_whole_word(std::string_view text, std::string_view word, std::size_t from) {
  std::size_t at = find_word(text, word, from);
  while (at != kNone && !begins_word(text, at)) at = find_word(text, word, at + 1);
  return at;
}

// Where "name" or "filename" next begins a word: what follows it.
std::size_t find_name(std::string_view text, std::size_t from) {
  for (std::size_t at = find_word(text, "name", from); at != kNone;
       at = find_word(text, "name", at + 1)) {
    constexpr std::string_view kFile = "file";
    const bool file = at >= from + kFile.size() &&
                      iequals(text.substr(at - kFile.size(), kFile.size()), kFile) &&
                      begins_word(text, at - kFile.size());
    if (file || begins_word(text, at)) return at + 4;
  }
  return kNone;
}

// After an "=" and the blanks around it; kNone if there is none at `at`.
std::size_t after_equals(std::string_view text, std::size_t at) {
  at = skip_blanks(text, at);
  if (at == text.size() || text[at] != '=') return kNone;
  return skip_blanks(text, at + 1);
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

struct Value {
  std::string_view text = {};
  std::size_t end = 0;
};

// A value up to ";" or the end, without a quote before and after it. It has no newline.
std::optional<Value> quoted_value(std::string_view text, std::size_t at) {
  if (at < text.size() && is_quote(text[at])) ++at;
  std::size_t end = at;
  while (!at_end(text, end) && text[end] != ';') {
    if (text[end] == '\n') return std::nullopt;
    ++end;
  }
  const std::size_t stop = end > at && is_quote(text[end - 1]) ? end - 1 : end;
  return Value{.text = text.substr(at, stop - at), .end = end};
}

std::string_view find_charset(std::string_view text) {
  constexpr std::string_view kWord = "charset";
  for (std::size_t at = find_whole_word(text, kWord, 0); at != kNone;
       at = find_whole_word(text, kWord, at + 1)) {
    const std::size_t from = after_equals(text, at + kWord.size());
    if (from == kNone) continue;
    if (const auto value = quoted_value(text, from)) return value->text;
  }
  return {};
}

// Up to a closing quote or the end; or, without quotes, up to a blank, ";" or the end.
std::string_view boundary_value(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '"') {
    const std::string_view value = text.substr(at + 1, text.find('"', at + 1) - at - 1);
    return value;
  }
  std::size_t end = at;
  while (end < text.size() && !is_space(text[end]) && text[end] != '"' && text[end] != ';') ++end;
  if (end < text.size() && text[end] == '"') return {};
  return text.substr(at, end - at);
}

std::optional<std::string_view> find_boundary(std::string_view text) {
  constexpr std::string_view kWord = "boundary";
  for (std::size_t at = find_whole_word(text, kWord, 0); at != kNone;
       at = find_whole_word(text, kWord, at + 1)) {
    const std::size_t from = after_equals(text, at + kWord.size());
    if (from == kNone) continue;
    const std::string_view value = boundary_value(text, from);
    if (!value.empty()) return value;
  }
  return std::nullopt;
}

struct NamePiece {
  uint64_t number = 0;
  std::string_view text = {};
};

// name*0=...; name*1=...: all pieces, the last of a number counting.
std::pmr::vector<NamePiece> name_pieces(std::string_view text, Arena& arena) {
  std::pmr::vector<NamePiece> pieces(&arena);
  std::size_t at = find_name(text, 0);
  while (at != kNone && pieces.size() < kNamePiecesMax) {
    std::size_t next = at;
    if (at < text.size() && text[at] == '*') {
      NamePiece piece;
      const char* const end = text.data() + text.size();
      const auto number = std::from_chars(text.data() + at + 1, end, piece.number);
      const auto digits_end = static_cast<std::size_t>(number.ptr - text.data());
      const std::size_t from = number.ec == std::errc() ? after_equals(text, digits_end) : kNone;
      if (const auto value = from == kNone ? std::nullopt : quoted_value(text, from)) {
        piece.text = value->text;
        pieces.push_back(piece);
        next = value->end;
      }
    }
    at = find_name(text, next);
  }
  return pieces;
}

bool starts_continuation(std::string_view text) {
  for (std::size_t at = find_name(text, 0); at != kNone; at = find_name(text, at)) {
    if (text.substr(at, 2) == "*0" && skip_blanks(text, at + 2) < text.size() &&
        text[skip_blanks(text, at + 2)] == '=') {
      return true;
    }
  }
  return false;
}

std::string_view joined_name(std::string_view text, Arena& arena) {
  std::pmr::vector<NamePiece> pieces = name_pieces(text, arena);
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const NamePiece& a, const NamePiece& b) { return a.number < b.number; });
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool replaced = i + 1 < pieces.size() && pieces[i + 1].number == pieces[i].number;
    if (replaced || pieces[i].text.empty()) continue;
    std::memcpy(out.data() + used, pieces[i].text.data(), pieces[i].text.size());
    used += pieces[i].text.size();
  }
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view find_file_name(std::string_view text, Arena& arena) {
  std::string_view name;
  for (std::size_t at = find_name(text, 0); at != kNone; at = find_name(text, at)) {
    const std::size_t from = after_equals(text, at);
    const auto value = from == kNone ? std::nullopt : quoted_value(text, from);
    if (!value) continue;
    name = value->text;
    break;
  }
  const bool usable = !name.empty() && name != "0";
  return !usable && starts_continuation(text) ? joined_name(text, arena) : name;
}

// "Multipart/Mixed foo; a=b" is "multipart/mixed".
std::string_view media_type_text(std::string_view text) {
  text.remove_prefix(skip_blanks(text, 0));
  text = text.substr(0, text.find(';'));
  const std::size_t slash = text.find('/');
  if (slash == 0 || slash == kNone) return text;
  std::size_t end = slash + 1;
  while (end < text.size() && text[end] != '/' && !is_space(text[end])) ++end;
  return text.substr(0, end);
}

bool is_plain_text(std::string_view type) {
  if (!type.starts_with("text") || (type.size() > 4 && is_word(type[4]))) return false;
  if (type.ends_with('\n')) type.remove_suffix(1);
  return type != "text/x-vcard" && type != "text/calendar" && type != "text/html";
}

// Bytes that a media type may not have.
constexpr ByteSet kUnfit = [] {
  std::array<char, 256> bytes{};
  std::size_t count = 0;
  for (unsigned byte = 0; byte <= 0xff; ++byte) {
    const auto c = static_cast<char>(byte);
    if (byte <= 0x20 || byte >= 0x7f || std::string_view("\"(),:;<=>?@[\\]").find(c) != kNone) {
      bytes[count++] = c;
    }
  }
  return ByteSet({bytes.data(), count});
}();

std::string_view fit_type(std::string_view text, Arena& arena) {
  const bool fits = std::all_of(text.begin(), text.end(),
                                [](char c) { return !kUnfit.has(c) && ascii_lower(c) == c; });
  if (fits) return text;
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  for (const char c : text) {
    if (!kUnfit.has(c)) out[used++] = ascii_lower(c);
  }
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view lower_copy(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
  return {out.data(), out.size()};
}

}  // namespace

ContentType read_content_type(std::string_view value, Arena& arena) {
  ContentType result;
  if (value.empty() || value == "0") {
    result.type = "text/plain";
    result.charset = "us-ascii";
    result.missing = true;
    return result;
  }
  result.boundary = find_boundary(value);
  result.charset = find_charset(value);
  result.name = find_file_name(value, arena);
  const std::string_view type = media_type_text(value);
  const std::string_view lower =
      std::none_of(type.begin(), type.end(), [](char c) { return ascii_lower(c) != c; })
          ? type
          : lower_copy(type, arena);
  result.missing = lower.empty() || lower == "0";
  result.type = result.missing || is_plain_text(lower) ? "text/plain" : fit_type(lower, arena);
  return result;
}

std::string_view disposition_name(std::string_view value) {
  constexpr std::string_view kWord = "name=";
  for (std::size_t at = find_word(value, kWord, 0); at != kNone;
       at = find_word(value, kWord, at + 1)) {
    std::size_t from = skip_blanks(value, at + kWord.size());
    const std::size_t blank = from;
    if (from < value.size() && value[from] == '"') ++from;
    const std::size_t end = std::min(value.find_first_of("\";", from), value.size());
    if (end > from) return value.substr(from, end - from);
    // Nothing but blanks is a name too.
    if (blank > at + kWord.size()) return value.substr(blank - 1, 1);
  }
  return {};
}

}  // namespace sluice::rules
