#include "ingest/mime/text_sink.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include <emmintrin.h>

#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr unsigned kBlock = sizeof(__m128i);

unsigned bits(__m128i bytes) {
  return static_cast<unsigned>(_mm_movemask_epi8(bytes));
}

// How many bytes at the front of `block` are printable ASCII with nothing but single blanks between
// them; 0 if it begins with a blank.
unsigned plain_bytes(__m128i block) {
  // Signed comparison: bytes from 0x80 on are below zero, so one test covers them and 0 to 0x20.
  const unsigned plain = bits(_mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8(' ')),
                                            _mm_cmplt_epi8(block, _mm_set1_epi8(0x7F))));
  const unsigned blank = bits(_mm_cmpeq_epi8(block, _mm_set1_epi8(' ')));
  const unsigned after_blank = blank << 1U | 1U;
  const unsigned ends = ~(plain | (blank & ~after_blank));
  return static_cast<unsigned>(std::countr_zero(ends));  // beyond the block all bits are set
}

// Characters that are white space to a reader but not to ASCII.
bool is_wide_blank(std::string_view sequence) {
  return sequence == "\xC2\xA0" ||  // no-break space
         (sequence.substr(0, 2) == "\xE2\x80" && sequence.size() == 3 &&
          static_cast<uint8_t>(sequence[2]) >= 0x80 && static_cast<uint8_t>(sequence[2]) <= 0x8A) ||
         sequence == "\xE2\x80\xAF" || sequence == "\xE2\x81\x9F" ||  // narrow, mathematical
         sequence == "\xE3\x80\x80";                                  // ideographic space
}

// Characters that take no room: zero-width, soft hyphen, direction marks, fillers.
bool is_invisible(std::string_view sequence) {
  if (sequence == "\xC2\xAD" || sequence == "\xEF\xBB\xBF") return true;
  if (sequence == "\xCD\x8F" || sequence == "\xD8\x9C") return true;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto middle = static_cast<uint8_t>(sequence[1]);
  const auto last = static_cast<uint8_t>(sequence[2]);
  if (middle == 0x80) return (last >= 0x8B && last <= 0x8F) || (last >= 0xAA && last <= 0xAE);
  return middle == 0x81 && last >= 0xA0 && last <= 0xAF;
}

bool may_be_special(char lead) {
  return lead == '\xC2' || lead == '\xCD' || lead == '\xD8' || lead == '\xE2' || lead == '\xE3' ||
         lead == '\xEF';
}

}  // namespace

void TextSink::separate() {
  if (next_ != room_.data()) {
    if (paragraph_) {
      *next_++ = '\n';
    } else if (blank_) {
      *next_++ = ' ';
    }
  }
  blank_ = false;
  paragraph_ = false;
}

// Copies words that single blanks separate. Returns how much of `utf8` that was.
std::size_t TextSink::plain_run(std::string_view utf8) {
  std::size_t at = 0;
  while (at + kBlock <= utf8.size()) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(utf8.data() + at));
    const unsigned plain = plain_bytes(block);
    if (plain == 0) return at;
    if (blank_ || paragraph_) separate();
    _mm_storeu_si128(reinterpret_cast<__m128i*>(next_), block);
    at += plain;
    blank_ = utf8[at - 1] == ' ';  // to be written when a word follows
    next_ += plain - (blank_ ? 1 : 0);
  }
  return at + short_run(utf8.substr(at));
}

// The same byte by byte, for what is shorter than a block.
std::size_t TextSink::short_run(std::string_view utf8) {
  std::size_t at = 0;
  while (at < utf8.size() && utf8[at] > ' ' && utf8[at] < 0x7F) ++at;
  if (at == 0) return 0;
  if (blank_ || paragraph_) separate();
  std::memcpy(next_, utf8.data(), at);
  next_ += at;
  return at;
}

// One byte or sequence that needs a look. Returns its length.
std::size_t TextSink::special(std::string_view utf8) {
  const char c = utf8.front();
  if (static_cast<uint8_t>(c) <= ' ' || c == 0x7F) {
    blank_ = true;  // control characters do not show either
    return 1;
  }
  std::size_t length = 1;
  if ((c & 0x80) != 0) {
    length = std::max<std::size_t>(1, utf8_length(utf8));
    const std::string_view sequence = utf8.substr(0, length);
    if (may_be_special(c)) {
      if (is_wide_blank(sequence)) {
        blank_ = true;
        return length;
      }
      if (is_invisible(sequence)) {
        defects_.add(Defect::kInvisibleCharacters);
        return length;
      }
    }
  }
  separate();
  std::memcpy(next_, utf8.data(), length);
  next_ += length;
  return length;
}

void TextSink::text(std::string_view utf8) {
  while (!utf8.empty()) {
    utf8.remove_prefix(plain_run(utf8));
    if (!utf8.empty()) utf8.remove_prefix(special(utf8));
  }
}

std::string_view TextSink::finish() {
  const std::size_t written = size();
  arena_.trim(room_, written);
  return {room_.data(), written};
}

}  // namespace sluice::mime
