#include "rules/mail/perl_chars.h"

#include <algorithm>

#include <unicode/uchar.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::rules {

namespace {

bool is_tail(char c) {
  return (static_cast<uint8_t>(c) & 0xc0U) == 0x80;
}

#if defined(__SSE2__)
__m128i load_sixteen(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

std::size_t count_mask(__m128i mask) {
  return static_cast<std::size_t>(
      __builtin_popcount(static_cast<unsigned>(_mm_movemask_epi8(mask))));
}
#endif

// The bytes of a sequence by its first byte.
std::size_t sequence_bytes(uint8_t first) {
  if (first < 0xc2) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
}

}  // namespace

PerlChar char_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto first = static_cast<uint8_t>(text[at]);
  if (first < 0x80) return {.code = first, .bytes = 1};
  const std::size_t bytes = sequence_bytes(first);
  if (bytes == 1 || at + bytes > text.size()) return {.code = first, .bytes = 1};
  char32_t code = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_tail(text[at + i])) return {.code = first, .bytes = 1};
    code = code << 6U | (static_cast<uint8_t>(text[at + i]) & 0x3fU);
  }
  return {.code = code, .bytes = bytes};
}

PerlChar char_before(std::string_view text, std::size_t at) {
  if (at == 0) return {};
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && is_tail(text[begin])) --begin;
  const PerlChar found = char_at(text, begin);
  if (begin + found.bytes == at) return found;
  return {.code = static_cast<uint8_t>(text[at - 1]), .bytes = 1};
}

std::size_t count_chars(std::string_view text) {
  std::size_t tails = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  // Tails are the least of all bytes taken as signed ones.
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = load_sixteen(text.data() + at);
    tails += count_mask(_mm_cmplt_epi8(bytes, _mm_set1_epi8('\xc0')));
  }
#endif
  for (; at < text.size(); ++at) tails += static_cast<std::size_t>(is_tail(text[at]));
  return text.size() - tails;
}

std::size_t bytes_of_chars(std::string_view text, std::size_t chars) {
  std::size_t at = 0;
  while (chars > 0 && at < text.size()) {
    ++at;
    while (at < text.size() && is_tail(text[at])) ++at;
    --chars;
  }
  return at;
}

bool is_wide_space(char32_t code) {
  return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
         code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

bool is_wide_word(char32_t code) {
  constexpr uint32_t kWordCategories = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  const auto point = static_cast<UChar32>(code);
  return u_hasBinaryProperty(point, UCHAR_ALPHABETIC) != 0 ||
         (U_MASK(u_charType(point)) & kWordCategories) != 0 || code == 0x200c || code == 0x200d;
}

bool is_wide_digit(char32_t code) {
  return u_charType(static_cast<UChar32>(code)) == U_DECIMAL_DIGIT_NUMBER;
}

std::size_t space_end(std::string_view text, std::size_t from, bool wide) {
  while (from < text.size()) {
    const PerlChar next = char_at(text, from);
    if (!is_perl_space(next.code, wide)) break;
    from += next.bytes;
  }
  return from;
}

std::size_t space_begin(std::string_view text, std::size_t to, bool wide) {
  while (to > 0) {
    const PerlChar last = char_before(text, to);
    if (!is_perl_space(last.code, wide)) break;
    to -= last.bytes;
  }
  return to;
}

std::string_view trim_perl(std::string_view text, bool wide) {
  text.remove_prefix(space_end(text, 0, wide));
  return text.substr(0, space_begin(text, text.size(), wide));
}

std::size_t count_spaces(std::string_view text, bool wide) {
  std::size_t found = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = load_sixteen(text.data() + at);
    if (wide && _mm_movemask_epi8(bytes) != 0) break;
    const __m128i control = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('\t' - 1)),
                                          _mm_cmplt_epi8(bytes, _mm_set1_epi8('\r' + 1)));
    found += count_mask(_mm_or_si128(control, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '))));
  }
#endif
  while (at < text.size()) {
    const PerlChar next = char_at(text, at);
    at += next.bytes;
    found += static_cast<std::size_t>(is_perl_space(next.code, wide));
  }
  return found;
}

}  // namespace sluice::rules
