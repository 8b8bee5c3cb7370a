// What body and rawbody rules are matched against.
//
//   rendered_units("Hi\n", texts, Rendering::kAll, 50'000, arena)
//   ->  "Hi\n" (the subject), "First paragraph in one line.\n", "Second\n", ...
//
// Body rules see the subject and each paragraph, white space made single blanks, lines of more than
// 2,048 bytes cut at a blank. Rawbody rules see the decoded text parts in pieces of 2 to 4 KiB.
//
// Source:   get_body_text_array_common(), get_decoded_body_text_array() of
//           Mail::SpamAssassin::Message 4.0.1.
// Borrows:  the texts and the arena.
// Bounds:   `scan_size` characters (bytes of rawbody) of each part; time linear in the texts.
// Threads:  pure functions.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"
#include "rules/mail/part_texts.h"
#include "rules/mail/text_units.h"

namespace sluice::rules {

// `subject` ends with a newline, or is empty. Renders what is not yet rendered.
TextUnits rendered_units(std::string_view subject, PartTexts& texts, Rendering rendering,
                         std::size_t scan_size, Arena& arena);

TextUnits rawbody_units(PartTexts& texts, std::size_t scan_size, Arena& arena);

// Without the first unit.
TextUnits without_first(const TextUnits& units, Arena& arena);

}  // namespace sluice::rules
