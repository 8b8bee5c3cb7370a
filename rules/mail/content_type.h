// Reads a Content-Type as SpamAssassin does.
//
//   read_content_type("Text/HTML; charset=\"utf-8\"; name=a.html")
//   ->  {type "text/html", charset "utf-8", name "a.html"}
//
// What begins with "text" is text/plain, except for HTML, calendars and cards. Without a type it is
// text/plain in us-ascii, and `missing`.
//
// Source:   parse_content_type() of Mail::SpamAssassin::Util 4.0.1.
// Borrows:  `value` and `arena`.
// Bounds:   time linear in the value, but for a parameter's name that is repeated in text that
//           stays without a value: then their product, of at most limits::kHeaderFieldBytesMax.
// Threads:  pure functions.
// Tests:    tests/rules/mail/content_type_test.cc

#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

struct ContentType {
  std::string_view type = {};  // lower case; can be empty
  std::optional<std::string_view> boundary = {};
  std::string_view charset = {};  // empty: none, or an empty one
  std::string_view name = {};
  bool missing = false;
};

ContentType read_content_type(std::string_view value, Arena& arena);

// The name= or filename= in a Content-Disposition; empty: there is none.
std::string_view disposition_name(std::string_view value);

}  // namespace sluice::rules
