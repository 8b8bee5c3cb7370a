#include "rules/evals/characters.h"

#include <unicode/uchar.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr uint32_t bits(char byte) {
  return static_cast<uint32_t>(static_cast<uint8_t>(byte));
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const std::size_t bytes = utf8_length(rest);
  if (bytes <= 1) return {.code = bits(rest[0]), .bytes = 1};
  uint32_t code = bits(rest[0]) & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = code << 6U | (bits(rest[i]) & 0x3FU);
  return {.code = code, .bytes = bytes};
}

bool is_space_character(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_word_character(char32_t code) {
  constexpr uint32_t kMasks = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  const auto character = static_cast<UChar32>(code);
  return (U_GET_GC_MASK(character) & kMasks) != 0 ||
         u_hasBinaryProperty(character, UCHAR_ALPHABETIC) != 0 ||
         u_hasBinaryProperty(character, UCHAR_JOIN_CONTROL) != 0;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t ascii = ascii_length(text);
    count += ascii;
    text.remove_prefix(ascii);
    for (; !text.empty() && static_cast<uint8_t>(text[0]) >= 0x80; ++count) {
      text.remove_prefix(character_at(text, 0).bytes);
    }
  }
  return count;
}

std::size_t after_characters(std::string_view text, std::size_t at, std::size_t count) {
  while (count > 0 && at < text.size()) {
    const std::size_t ascii = ascii_length(text.substr(at, count));
    at += ascii;
    count -= ascii;
    for (; count > 0 && at < text.size() && static_cast<uint8_t>(text[at]) >= 0x80; --count) {
      at += character_at(text, at).bytes;
    }
  }
  return at;
}

}  // namespace sluice::rules
