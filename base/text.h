// Small ASCII helpers for protocol text. No locale, no allocation unless a std::string is returned.
//
//   trim(" a b\r\n") == "a b"      iequals("Subject", "SUBJECT")      ascii_lower('A') == 'a'
//
// Bytes above 0x7f are never letters, blanks or digits here.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_alpha(char c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

constexpr bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}

// Space, tab, CR, LF, form feed, vertical tab.
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// 0 to 15, or -1 for what is no hexadecimal digit.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

constexpr bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

// A set of bytes: one look at a table tells whether a byte is in it.
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view members) {
    for (const char c : members) has_[static_cast<uint8_t>(c)] = true;
  }

  [[nodiscard]] constexpr bool has(char c) const { return has_[static_cast<uint8_t>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

// The first byte of `set` in `text`, from `from` on; npos if there is none.
constexpr std::size_t find_any(std::string_view text, const ByteSet& set, std::size_t from = 0) {
  while (from < text.size() && !set.has(text[from])) ++from;
  return from < text.size() ? from : std::string_view::npos;
}

// Where `needle` first occurs in `text`, letter case ignored; npos if nowhere. `needle` is short:
// time is their product.
std::size_t ifind(std::string_view text, std::string_view needle);

// How many bytes at the front of `text` are below 0x80.
std::size_t ascii_length(std::string_view text);

inline bool is_ascii(std::string_view text) {
  return ascii_length(text) == text.size();
}

std::string to_lower(std::string_view text);

// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::string_view bytes);

// `text` made safe for one line of a terminal or log: control bytes, quotes, backslashes and bytes
// that are not valid UTF-8 become \xNN; at most `bytes_max` bytes, then "...".
std::string printable(std::string_view text, std::size_t bytes_max = 256);

// Length of the valid UTF-8 sequence at the front of `text`, 1 to 4; 0 if there is none
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text);

}  // namespace sluice
