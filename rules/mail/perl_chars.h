// Characters in the classes that Perl's patterns have: \s, \w, in texts that Perl holds as
// characters or as bytes.
//
//   is_perl_space(0xa0, true)            true; false where Perl holds the text as bytes
//   trim_perl("\xc2\xa0 a\n", true)      "a"
//   char_at("\xc3\xa9t", 0)              {0xe9, 2}
//
// Source:   perlrecharclass of Perl 5.36, rules /u for texts of characters, /d for texts of bytes.
// Failure:  none: a byte that begins no UTF-8 sequence is a character of its own.
// Threads:  pure functions.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace sluice::rules {

struct PerlChar {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: there is none
};

// The character that begins at `at`, and the one that ends there.
PerlChar char_at(std::string_view text, std::size_t at);
PerlChar char_before(std::string_view text, std::size_t at);

std::size_t count_chars(std::string_view text);

// The bytes of the first `chars` characters.
std::size_t bytes_of_chars(std::string_view text, std::size_t chars);

bool is_wide_space(char32_t code);  // above ASCII
bool is_wide_word(char32_t code);   // above ASCII
bool is_wide_digit(char32_t code);  // above ASCII

inline bool is_perl_space(char32_t code, bool wide) {
  if (code < 0x80) return is_space(static_cast<char>(code));
  return wide && is_wide_space(code);
}

inline bool is_perl_word(char32_t code, bool wide) {
  if (code < 0x80) return code == '_' || is_alnum(static_cast<char>(code));
  return wide && is_wide_word(code);
}

// Where a row of \s that begins at `from` ends, and where one that ends at `to` begins.
std::size_t space_end(std::string_view text, std::size_t from, bool wide);
std::size_t space_begin(std::string_view text, std::size_t to, bool wide);

std::string_view trim_perl(std::string_view text, bool wide);

// Characters that are \s.
std::size_t count_spaces(std::string_view text, bool wide);

}  // namespace sluice::rules
