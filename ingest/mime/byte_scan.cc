#include "ingest/mime/byte_scan.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include <emmintrin.h>

#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr std::size_t kBlock = sizeof(__m128i);
constexpr unsigned kBlockBits = 0xffff;  // one for each byte of a block

__m128i load_block(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// The high bits of a block's bytes.
unsigned bits(__m128i block) {
  return static_cast<unsigned>(_mm_movemask_epi8(block));
}

}  // namespace

// A block's CRs, moved up by one byte, are where its LFs belong: picture for "ab\r\ncd\n.", low
// byte first:   cr 00100000   cr moved 00010000   lf 00010010   lf without cr 00000010
ByteScan scan_bytes(std::string_view text) {
  const __m128i nul_byte = _mm_setzero_si128();
  const __m128i lf_byte = _mm_set1_epi8('\n');
  const __m128i cr_byte = _mm_set1_epi8('\r');
  unsigned nul = 0;
  unsigned bare_lf = 0;
  unsigned bare_cr = 0;
  unsigned carry = 0;  // 1 if the byte before this block is a CR
  std::size_t i = 0;
  for (; i + kBlock <= text.size(); i += kBlock) {
    const __m128i block = load_block(text.data() + i);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, cr_byte), block);  // up to '\r'
    if (carry == 0 && _mm_movemask_epi8(low) == 0) continue;
    const unsigned cr = bits(_mm_cmpeq_epi8(block, cr_byte));
    const unsigned lf = bits(_mm_cmpeq_epi8(block, lf_byte));
    const unsigned wanted = cr << 1U | carry;
    nul |= bits(_mm_cmpeq_epi8(block, nul_byte));
    bare_lf |= lf & ~wanted;
    bare_cr |= wanted & ~lf & kBlockBits;
    carry = cr >> (kBlock - 1);
  }
  for (; i < text.size(); ++i) {
    const bool after_cr = carry != 0;
    const bool lf = text[i] == '\n';
    nul |= static_cast<unsigned>(text[i] == '\0');
    bare_lf |= static_cast<unsigned>(lf && !after_cr);
    bare_cr |= static_cast<unsigned>(after_cr && !lf);
    carry = text[i] == '\r' ? 1 : 0;
  }
  return {.nul = nul != 0, .bare_lf = bare_lf != 0, .bare_cr = (bare_cr | carry) != 0};
}

std::size_t find_line_with(std::string_view text, std::size_t from, char first) {
  if (from < text.size() && text[from] == first) return from;
  const __m128i lf_byte = _mm_set1_epi8('\n');
  const __m128i first_byte = _mm_set1_epi8(first);
  std::size_t i = from;
  for (; i + kBlock + 1 <= text.size(); i += kBlock) {
    const __m128i lf = _mm_cmpeq_epi8(load_block(text.data() + i), lf_byte);
    const __m128i begin = _mm_cmpeq_epi8(load_block(text.data() + i + 1), first_byte);
    const unsigned found = bits(_mm_and_si128(lf, begin));
    if (found != 0) return i + static_cast<std::size_t>(std::countr_zero(found)) + 1;
  }
  for (; i + 1 < text.size(); ++i) {
    if (text[i] == '\n' && text[i + 1] == first) return i + 1;
  }
  return text.size();
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      i += ascii_length(text.substr(i));
      continue;
    }
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return i;
}

}  // namespace sluice::mime
