// Undoes base64 and quoted-printable as SpamAssassin does.
//
//   transfer_base64("aGVs\nbG8=", arena)           "hello"
//   transfer_quoted_printable("caf=C3=A9=\n!", arena)   "caf\xc3\xa9!"
//
// Source:   base64_decode() and qp_decode() of Mail::SpamAssassin::Util 4.0.1, MIME::Base64.
// Failure:  none. An "=" within base64 is six zero bits where all else is well formed, else six
//           ones; bytes outside the alphabet are skipped.
// Borrows:  the result is a view of the text where nothing was to undo, else it stands in `arena`.
// Bounds:   never more bytes out than in; time linear in the text.
// Threads:  pure functions.
// Tests:    tests/rules/mail/transfer_text_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

std::string_view transfer_base64(std::string_view text, Arena& arena);
std::string_view transfer_quoted_printable(std::string_view text, Arena& arena);

// `text` with each CRLF an LF.
std::string_view lf_lines(std::string_view text, Arena& arena);

}  // namespace sluice::rules
