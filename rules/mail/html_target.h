// Links of HTML made whole.
//
//   trim_uri(" http://a.example/ ", true, truncated)             "http://a.example/"
//   target_uri("http://a.example/b/", "../c?d", arena)           "http://a.example/c?d"
//   target_uri("", "//www.a.example/c", arena)                   "http://www.a.example/c"
//   base_of_uri("http://a.example/index.html", true, arena)      "http://a.example/"
//
// Source:   canon_uri(), target_uri() and html_uri() of Mail::SpamAssassin::HTML 4.0.1, after RFC
//           2396bis. A fragment ends at a newline, and what follows is lost, as there.
// Failure:  none: what is no link has a path alone.
// Borrows:  results are views into what is given, or stand in the arena.
// Bounds:   time linear in the texts.
// Threads:  any.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

// Without blanks around it; of what is longer than 8,192 characters the front.
std::string_view trim_uri(std::string_view uri, bool wide, bool& truncated);

// `base` may be empty.
std::string_view target_uri(std::string_view base, std::string_view uri, Arena& arena);

// What the href of a <base> is to links; empty if it is no base.
std::string_view base_of_uri(std::string_view uri, Arena& arena);

// The link in the content of a <meta http-equiv=refresh>: of "5; url=http://a.example/" the latter.
// Without "url=" in its first line it is the content.
std::string_view refresh_uri(std::string_view content, bool wide, Arena& arena);

// "url=" somewhere.
bool has_refresh_uri(std::string_view content, bool wide);

}  // namespace sluice::rules
