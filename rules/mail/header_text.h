// The text of a header field as SpamAssassin's rules see it: unfolded, without blanks at its ends,
// encoded words decoded to UTF-8.
//
//   field_text(" =?utf-8?Q?caf=C3=A9?=\n =?utf-8?Q?s?=\n", "subject", arena)     "cafés\n"
//
// Source:   header() and _decode_header() of Mail::SpamAssassin::Message::Node 4.0.1.
// Failure:  none.
// Borrows:  the result is a view of the raw text where that already says it, else it stands in
//           `arena`.
// Bounds:   time linear in the text.
// Threads:  pure functions.
// Tests:    tests/rules/mail/header_text_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

// `raw` is what follows the colon. The text ends with a newline.
std::string_view field_text(std::string_view raw, std::string_view name, Arena& arena);

// The same of text that is already unfolded and trimmed; no newline is added.
std::string_view decode_header(std::string_view text, std::string_view name, Arena& arena);

// `raw` with each line break and the blanks after it as one blank: get_header(name, 1).
std::string_view unfolded(std::string_view raw, Arena& arena);

}  // namespace sluice::rules
