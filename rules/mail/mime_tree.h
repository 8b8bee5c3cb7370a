// Splits a message into its MIME parts as SpamAssassin does.
//
//   text/plain and text/html in a multipart/alternative
//   ->  {multipart/alternative, text/plain, text/html}: a part stands before its children
//
// Boundaries are lines that begin with "--" and the boundary; blanks may follow. A part inherits
// the boundary it stands in. Lines of parts of a multipart are cut after 2,048 bytes. A message in
// a message is read as one, 20 levels deep.
//
// Source:   parse_body(), _parse_multipart() and _parse_normal() of Mail::SpamAssassin::Message
//           4.0.1.
// Failure:  none.
// Borrows:  the block's text and `arena`.
// Bounds:   1,000 parts of a multipart as the original, limits::kMailPartsMax in all; time linear
//           in the message for each of 20 levels.
// Threads:  pure functions.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <memory_resource>
#include <vector>

#include "base/arena.h"
#include "rules/mail/header_block.h"
#include "rules/mail/part.h"

namespace sluice::rules {

// The block's fields move to the first part. Texts are raw; no `text` is read.
std::pmr::vector<MailPart> read_parts(HeaderBlock& block, Arena& arena, ParseFlags& flags);

}  // namespace sluice::rules
