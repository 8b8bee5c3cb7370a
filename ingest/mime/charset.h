// Turns text in any charset into UTF-8.
//
//   to_utf8("caf\xe9", "iso-8859-1", arena, defects)   ==  "caf\xc3\xa9"
//   to_utf8("hello", "us-ascii", ...)                    the same bytes, not copied
//
// Source:   RFC 2046 section 4.1.2 (labels), RFC 2152 (UTF-7). Labels mean what they mean to mail
//           programs: iso-8859-1 is read as windows-1252, gb2312 as gb18030, and so on.
// Failure:  none. Unknown labels are read as windows-1252 (kUnknownCharset), bytes that the charset
//           does not have become U+FFFD (kBadCharset). Text without a label, or in us-ascii, that
//           is not ASCII is taken for UTF-8 if it is that, else for windows-1252 (kBadCharset).
// Borrows:  the result is a view of `bytes` if these are valid UTF-8 of that meaning, else it
//           stands in `arena`.
// Bounds:   at most `bytes_max` out, cut between characters (kLimitTextBytes); at most three bytes
//           out for one in; time linear in the input.
// Threads:  any; each keeps a few converters of its own.
// Tests:    tests/ingest/mime/charset_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

std::string_view to_utf8(std::string_view bytes, std::string_view charset, Arena& arena,
                         DefectSet& defects, std::size_t bytes_max = limits::kDecodedTextBytesMax);

// Takes a byte order mark off the front of `bytes`: the charset it stands for, empty if there is
// none. Only UTF-8 and UTF-16 have one, as in browsers.
std::string_view take_byte_order_mark(std::string_view& bytes);

// The charset that HTML without a label names in a <meta> within its first 1,024 bytes; empty if
// none. Such a tag could not be read in UTF-16, so that name means UTF-8 (HTML section 13.2.3.2).
std::string_view meta_charset(std::string_view html);

// The front of `text`, which is UTF-8: at most `bytes_max` bytes, no character cut in two.
std::string_view utf8_front(std::string_view text, std::size_t bytes_max);

}  // namespace sluice::mime
