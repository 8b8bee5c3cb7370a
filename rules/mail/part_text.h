// Reads the text of one part: transfer encoding undone, charset made UTF-8, HTML rendered.
//
//   const PartSource source = source_of(part);
//   part.text.decoded = decoded_text(source, arena);
//   render_text(source, arena, part.text);
//
// Source:   decode(), rendered() and effective_type() of Mail::SpamAssassin::Message::Node 4.0.1.
// Failure:  none: every byte string is a text.
// Borrows:  results are views into the source and the arena.
// Bounds:   time and memory linear in the text.
// Threads:  pure functions.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"
#include "rules/mail/part.h"

namespace sluice::rules {

// What the part is rendered as: a file name may say that it is HTML, whatever its type says.
std::string_view effective_type(const MailPart& part);

// All that the text of a leaf leans on.
struct PartSource {
  std::string_view raw = {};
  std::string_view encoding = {};  // Content-Transfer-Encoding
  std::string_view type = {};
  std::string_view charset = {};
  std::string_view rendered_type = {};  // "text/plain", "text/html"; empty: it is not text

  bool operator==(const PartSource&) const = default;
};

PartSource source_of(const MailPart& part);

std::string_view decoded_text(const PartSource& source, Arena& arena);

// Of what is not text, nothing is rendered.
// REQUIRES: text.decoded is the source's.
void render_text(const PartSource& source, Arena& arena, PartText& text);

}  // namespace sluice::rules
