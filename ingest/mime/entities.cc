#include "ingest/mime/entities.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace sluice::mime {
namespace {

struct Name {
  std::string_view name;  // with its semicolon, if it has one
  std::string_view text;
};

constexpr Name kNames[] = {
#include "ingest/mime/entities_table.inc"
};

constexpr std::size_t kNameBytesMax = 32;   // CounterClockwiseContourIntegral;
constexpr std::size_t kLegacyBytesMax = 6;  // names that count without a semicolon
constexpr std::size_t kDigitsMax = 12;      // more only make the number larger than any character

// What 0x80 to 0x9f mean in a numeric reference (HTML standard 13.2.5.80).
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

const Name* find_name(std::string_view name) {
  const auto* const found =
      std::lower_bound(std::begin(kNames), std::end(kNames), name,
                       [](const Name& left, std::string_view right) { return left.name < right; });
  return found != std::end(kNames) && found->name == name ? found : nullptr;
}

Reference reference_of(const Name& name, std::size_t length) {
  Reference out{.length = length, .bytes = {}, .size = static_cast<uint8_t>(name.text.size())};
  std::memcpy(out.bytes.data(), name.text.data(), name.text.size());
  return out;
}

Reference read_number(std::string_view input) {
  const bool hexadecimal = input.size() > 2 && ascii_lower(input[2]) == 'x';
  const std::size_t begin = hexadecimal ? 3 : 2;
  const uint32_t base = hexadecimal ? 16 : 10;
  uint64_t value = 0;
  std::size_t at = begin;
  for (; at < input.size() && at - begin < kDigitsMax; ++at) {
    const int digit = hex_value(input[at]);
    if (digit < 0 || static_cast<uint32_t>(digit) >= base) break;
    value = value * base + static_cast<uint32_t>(digit);
  }
  if (at == begin) return {};
  while (at < input.size() && hex_value(input[at]) >= 0 &&
         static_cast<uint32_t>(hex_value(input[at])) < base) {
    ++at;
  }
  if (at < input.size() && input[at] == ';') ++at;
  auto code_point = static_cast<uint32_t>(std::min<uint64_t>(value, 0x110000));
  if (code_point == 0) code_point = 0xFFFD;
  if (code_point >= 0x80 && code_point < 0xA0) code_point = kWindows1252[code_point - 0x80];
  Reference out{.length = at, .bytes = {}, .size = 0};
  out.size = static_cast<uint8_t>(write_utf8(code_point, out.bytes.data()));
  return out;
}

}  // namespace

std::size_t write_utf8(uint32_t code_point, char* out) {
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  const uint32_t c = surrogate || code_point > 0x10FFFF ? 0xFFFD : code_point;
  const auto tail = [c](unsigned shift) {
    return static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
  };
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0U | (c >> 6U));
    out[1] = tail(0);
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0U | (c >> 12U));
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0U | (c >> 18U));
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

Reference read_reference(std::string_view input, bool in_attribute) {
  if (input.size() < 3) return {};
  if (input[1] == '#') return read_number(input);

  std::size_t end = 1;
  while (end < input.size() && end <= kNameBytesMax && is_alnum(input[end])) ++end;
  if (end < input.size() && input[end] == ';') {
    if (const Name* name = find_name(input.substr(1, end))) return reference_of(*name, end + 1);
  }
  for (std::size_t size = std::min(end - 1, kLegacyBytesMax); size >= 2; --size) {
    const Name* const name = find_name(input.substr(1, size));
    if (name == nullptr) continue;
    const char next = size + 1 < input.size() ? input[size + 1] : ' ';
    if (in_attribute && (next == '=' || is_alnum(next))) return {};
    return reference_of(*name, size + 1);
  }
  return {};
}

}  // namespace sluice::mime
