// HTML character references: "&amp;" to "&", "&#8364;" to the euro sign.
//
//   const Reference found = read_reference("&eacute;l", false);    text "é", length 8
//
// Source:   HTML standard, sections 13.2.5.72 to 13.2.5.80 (states) and 13.5 (names).
// Failure:  none: what is no reference has length 0.
// Borrows:  `text` is static, or points into the Reference itself.
// Threads:  any.
// Tests:    tests/ingest/mime/html_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::mime {

struct Reference {
  std::size_t length = 0;  // bytes of input, the '&' included; 0: no reference
  std::array<char, 8> bytes{};
  uint8_t size = 0;  // of `bytes`; 1 to 6

  [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
};

// `input` begins with '&'. In an attribute a name without semicolon counts only if neither '=' nor
// a letter or digit follows.
Reference read_reference(std::string_view input, bool in_attribute);

// Appends the UTF-8 form of a code point; returns its length. Anything that is no scalar value is
// written as U+FFFD. `out` has room for 4 bytes.
std::size_t write_utf8(uint32_t code_point, char* out);

}  // namespace sluice::mime
