// What bytes a text is made of, found sixteen bytes at a time.
//
//   scan_bytes("a\r\nb\n")  ->  bare_lf, not bare_cr, not nul
//   valid_utf8("caf\xc3\xa9") == true
//
// Source:   RFC 5321 section 2.3.8 (CRLF), RFC 3629 (UTF-8).
// Bounds:   time linear in the text, some bytes a cycle.
// Threads:  pure functions.
// Tests:    tests/ingest/mime/byte_scan_test.cc

#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::mime {

struct ByteScan {
  bool nul = false;
  bool bare_lf = false;  // an LF without a CR before it
  bool bare_cr = false;  // a CR without an LF after it

  bool operator==(const ByteScan&) const = default;
};

ByteScan scan_bytes(std::string_view text);

// The first line that begins at or after `from`, where a line begins, with the byte `first`: where
// it begins; text.size() if there is none.
std::size_t find_line_with(std::string_view text, std::size_t from, char first);

// How many bytes at the front of `text` are valid UTF-8.
std::size_t utf8_prefix(std::string_view text);

inline bool valid_utf8(std::string_view text) {
  return utf8_prefix(text) == text.size();
}

}  // namespace sluice::mime
