// Character references as HTML::Parser decodes them: the names of HTML 4, with its own reading of
// what is no proper reference.
//
//   decode_references("a &lt b &alpha;", false, ReferencePlace::kText, arena)   {"a < b α", wide}
//
// Names of Latin-1 characters need no semicolon, those of others do. In text, not in attributes, a
// name may stand at the front of a longer word: "&copyright" is "©right".
//
// Source:   HTML::Parser 3.81 (decode_entities) and HTML::Entities.
// Failure:  none: what is no reference stays.
// Borrows:  the result is `text` itself where it holds no "&", else it stands in the arena.
// Bounds:   what comes out is never longer; time linear in the text.
// Threads:  any.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

struct HtmlText {
  std::string_view text = {};  // UTF-8
  bool wide = false;           // Perl holds it as characters
};

enum class ReferencePlace : uint8_t { kText, kAttribute };

HtmlText decode_references(std::string_view text, bool wide, ReferencePlace place, Arena& arena);

}  // namespace sluice::rules
