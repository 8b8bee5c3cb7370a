#include "base/text.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <fmt/format.h>

namespace sluice {

namespace {

#if defined(__SSE2__)
// Where of the sixteen places from `at` on the needle may begin, bit by bit: its first and its last
// byte are there, letter case apart.
unsigned may_begin(const char* at, std::string_view needle) {
  const auto bits = _mm_set1_epi8(0x20);  // what letters of both cases differ in
  const auto same = [bits](const char* bytes, char wanted) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    return _mm_cmpeq_epi8(_mm_or_si128(block, bits),
                          _mm_set1_epi8(static_cast<char>(wanted | ' ')));
  };
  const __m128i both =
      _mm_and_si128(same(at, needle.front()), same(at + needle.size() - 1, needle.back()));
  return static_cast<unsigned>(_mm_movemask_epi8(both));
}
#endif

}  // namespace

std::size_t ifind(std::string_view text, std::string_view needle) {
  if (needle.empty()) return 0;
  std::size_t i = 0;
  const auto is_at = [&](std::size_t at) {
    return iequals(text.substr(at, needle.size()), needle);
  };
#if defined(__SSE2__)
  for (; i + needle.size() + 15 <= text.size(); i += 16) {
    for (unsigned mask = may_begin(text.data() + i, needle); mask != 0; mask &= mask - 1) {
      const std::size_t at = i + static_cast<std::size_t>(__builtin_ctz(mask));
      if (is_at(at)) return at;
    }
  }
#endif
  for (; i + needle.size() <= text.size(); ++i) {
    if (is_at(i)) return i;
  }
  return std::string_view::npos;
}

std::size_t ascii_length(std::string_view text) {
  constexpr std::size_t kWord = sizeof(uint64_t);
  constexpr uint64_t kHigh = 0x8080808080808080;
  const auto load = [](const char* at) {
    uint64_t word = 0;
    std::memcpy(&word, at, kWord);
    return word;
  };
  std::size_t i = 0;
  while (i + 2 * kWord <= text.size()) {
    if (((load(text.data() + i) | load(text.data() + i + kWord)) & kHigh) != 0) break;
    i += 2 * kWord;
  }
  while (i < text.size() && static_cast<uint8_t>(text[i]) < 0x80) ++i;
  return i;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto tail = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const uint8_t lead = byte(0);
  if (text.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if ((lead & 0xF0U) == 0xE0U) {
    const bool shortest = lead != 0xE0 || byte(1) >= 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return shortest && !surrogate && tail(1) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool shortest = lead != 0xF0 || byte(1) >= 0x90;
    const bool in_range = lead != 0xF4 || byte(1) <= 0x8F;
    return shortest && in_range && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= bytes_max) return out + "...";
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    const bool plain =
        length > 1 || (length == 1 && c >= ' ' && c != 0x7F && c != '"' && c != '\\');
    if (plain) {
      out += text.substr(0, length);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace sluice
