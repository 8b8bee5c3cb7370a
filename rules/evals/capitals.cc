#include "rules/evals/capitals.h"

#include <emmintrin.h>

#include "base/text.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kBlock = sizeof(__m128i);

// 0xff for each byte of `block` that is from `low` on one of `count`.
__m128i in_range(__m128i block, char low, char count) {
  const __m128i from_low = _mm_sub_epi8(block, _mm_set1_epi8(low));
  const __m128i last = _mm_set1_epi8(static_cast<char>(count - 1));
  return _mm_cmpeq_epi8(_mm_min_epu8(from_low, last), from_low);
}

// The sum of all bytes.
std::size_t sum(__m128i bytes) {
  const __m128i halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
  return static_cast<std::size_t>(_mm_cvtsi128_si64(halves)) +
         static_cast<std::size_t>(_mm_extract_epi16(halves, 4));
}

std::size_t skip(std::string_view text, std::size_t at, bool spaces) {
  while (at < text.size() && is_space(text[at]) == spaces) ++at;
  return at;
}

// Whether there is white space between others.
bool has_two_words(std::string_view text) {
  const std::size_t word = skip(text, 0, true);
  const std::size_t space = skip(text, word, false);
  return skip(text, space, true) < text.size();
}

constexpr bool is_base64(char c) {
  return is_alnum(c) || c == '+' || c == '/' || c == '=';
}

// Whether a line of base64 and a blank stand at the front; they are taken off.
bool take_base64_line(std::string_view& text) {
  constexpr std::size_t kShortest = 60;
  constexpr std::size_t kLongest = 76;
  std::size_t bytes = 0;
  while (bytes < text.size() && bytes <= kLongest && is_base64(text[bytes])) ++bytes;
  if (bytes < kShortest || bytes > kLongest || bytes == text.size() || text[bytes] != ' ') {
    return false;
  }
  text.remove_prefix(bytes + 1);
  return true;
}

}  // namespace

void Capitals::read(std::string_view text) {
  constexpr std::string_view kToJapanese = "\x1b$B";
  constexpr std::string_view kToAscii = "\x1b(B";
  if (!has_two_words(text)) return;
  std::string_view rest = text;
  if (take_base64_line(rest) && take_base64_line(rest)) return;
  const std::size_t from = text.find(kToJapanese);
  const std::size_t to = from == std::string_view::npos ? from : text.rfind(kToAscii);
  if (to == std::string_view::npos || to < from + kToJapanese.size()) return count(text);
  count(text.substr(0, from));
  count(text.substr(to + kToAscii.size()));
}

void Capitals::count(std::string_view text) {
  bytes += text.size();
  std::size_t at = 0;
  while (text.size() - at >= kBlock) {
    constexpr std::size_t kBlocksMax = 255;  // as many as a byte can count
    __m128i uppers = _mm_setzero_si128();
    __m128i lowers = _mm_setzero_si128();
    for (std::size_t i = 0; i < kBlocksMax && text.size() - at >= kBlock; ++i, at += kBlock) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      uppers = _mm_sub_epi8(uppers, in_range(block, 'A', 26));
      lowers = _mm_sub_epi8(lowers, in_range(block, 'a', 26));
      lowers = _mm_sub_epi8(lowers, in_range(block, '0', 10));
    }
    upper += sum(uppers);
    lower += sum(lowers);
  }
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c >= 'A' && c <= 'Z') ++upper;
    if ((c >= 'a' && c <= 'z') || is_digit(c)) ++lower;
  }
}

}  // namespace sluice::rules
