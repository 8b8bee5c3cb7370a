#include "ingest/mime/byte_scan.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace sluice::mime {
namespace {

static_assert(std::endian::native == std::endian::little,
              "words are read with their first byte low");

constexpr std::size_t kWord = sizeof(uint64_t);
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
constexpr uint64_t kHigh = 0x8080808080808080;

uint64_t load(const char* at) {
  uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  return word;
}

// The high bit of each byte of `word` that equals `byte`; exact, no carry runs between bytes.
constexpr uint64_t equal(uint64_t word, uint8_t byte) {
  const uint64_t difference = word ^ (kOnes * byte);
  return ~(((difference & kLow) + kLow) | difference) & kHigh;
}

static_assert(equal(0x0a0b0a00, '\n') == 0x80008000);

}  // namespace

// A word's CRs, moved up by one byte, are where its LFs belong: picture for "ab\r\ncd\n.", low byte
// first:   cr 00100000   cr moved 00010000   lf 00010010   lf without cr 00000010
ByteScan scan_bytes(std::string_view text) {
  uint64_t nul = 0;
  uint64_t bare_lf = 0;
  uint64_t bare_cr = 0;
  uint64_t carry = 0;  // 0x80 if the byte before this word is a CR
  std::size_t i = 0;
  for (; i + kWord <= text.size(); i += kWord) {
    const uint64_t word = load(text.data() + i);
    const uint64_t cr = equal(word, '\r');
    const uint64_t lf = equal(word, '\n');
    const uint64_t wanted = cr << 8U | carry;
    nul |= equal(word, 0);
    bare_lf |= lf & ~wanted;
    bare_cr |= wanted & ~lf;
    carry = cr >> 56U;
  }
  for (; i < text.size(); ++i) {
    const bool after_cr = carry != 0;
    const bool lf = text[i] == '\n';
    nul |= static_cast<uint64_t>(text[i] == '\0');
    bare_lf |= static_cast<uint64_t>(lf && !after_cr);
    bare_cr |= static_cast<uint64_t>(after_cr && !lf);
    carry = text[i] == '\r' ? 0x80 : 0;
  }
  return {.nul = nul != 0, .bare_lf = bare_lf != 0, .bare_cr = (bare_cr | carry) != 0};
}

std::size_t ascii_length(std::string_view text) {
  std::size_t i = 0;
  while (i + 2 * kWord <= text.size()) {
    if (((load(text.data() + i) | load(text.data() + i + kWord)) & kHigh) != 0) break;
    i += 2 * kWord;
  }
  while (i < text.size() && static_cast<uint8_t>(text[i]) < 0x80) ++i;
  return i;
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
