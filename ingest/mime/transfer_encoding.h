// Undoes base64 and quoted-printable.
//
//   decode_base64("aGVsbG8=", arena, defects)        ==  "hello"
//   decode_quoted_printable("caf=C3=A9=\r\n!", ...)   ==  "caf\xc3\xa9!"
//
// Source:   RFC 2045 sections 6.7 and 6.8. Where mail breaks them we read on as mail programs do:
//           bytes outside the base64 alphabet are skipped, base64 goes on after its padding, an =
//           that begins no escape stands for itself.
// Failure:  none; `defects` says what was odd.
// Borrows:  `arena`, where what was decoded stands. Quoted-printable without any = and without
//           blanks at a line's end is given back as it came.
// Bounds:   never more bytes out than in, and at most `bytes_max` (kLimitTextBytes): no more than
//           three times as much is looked at. Time linear in that.
// Threads:  pure functions.
// Tests:    tests/ingest/mime/transfer_encoding_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

inline constexpr std::size_t kAllBytes = std::string_view::npos;

std::string_view decode_base64(std::string_view encoded, Arena& arena, DefectSet& defects,
                               std::size_t bytes_max = kAllBytes);

std::string_view decode_quoted_printable(std::string_view encoded, Arena& arena, DefectSet& defects,
                                         std::size_t bytes_max = kAllBytes);

}  // namespace sluice::mime
