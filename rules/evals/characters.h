// Characters of UTF-8 text in Perl's classes.
//
//   character_at("é", 0)             {U+00E9, 2 bytes}
//   is_space_character(0x3000)       true: the ideographic space
//   count_characters("né")           2
//
// Bytes that are no UTF-8 are characters of their own, as in Latin-1.
//
// Source:   perlrecharclass: \s and \w of strings with Unicode semantics.
// Threads:  any.
// Tests:    tests/rules/evals/characters_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace sluice::rules {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

// REQUIRES: at < text.size()
Character character_at(std::string_view text, std::size_t at);

bool is_space_character(char32_t code);  // \s
bool is_word_character(char32_t code);   // \w

std::size_t count_characters(std::string_view text);

// Where `count` characters from `at` on end.
std::size_t after_characters(std::string_view text, std::size_t at, std::size_t count);

// How many bytes the white space at `text[at]` has, one character of it; 0 if there is none.
inline std::size_t space_bytes(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (static_cast<uint8_t>(text[at]) < 0x80) return is_space(text[at]) ? 1 : 0;
  const Character character = character_at(text, at);
  return character.bytes > 1 && is_space_character(character.code) ? character.bytes : 0;
}

// The first place from `at` on that is no white space.
inline std::size_t skip_space(std::string_view text, std::size_t at) {
  while (const std::size_t bytes = space_bytes(text, at)) at += bytes;
  return at;
}

}  // namespace sluice::rules
