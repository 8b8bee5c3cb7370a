// What SpamAssassin changes in HTML before it reads it: "&nbsp;" becomes a blank, "<br/>" becomes
// "<br>", and curly double quotes become straight ones.
//
//   prepare_html("<br />&nbsp;x", true, arena)     "<br> x"
//
// Source:   parse() of Mail::SpamAssassin::HTML 4.0.1.
// Borrows:  the result is `text` itself where nothing changes, else it stands in the arena.
// Bounds:   time linear in the text, sixteen bytes at a time.
// Threads:  any.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

std::string_view prepare_html(std::string_view text, bool wide, Arena& arena);

}  // namespace sluice::rules
