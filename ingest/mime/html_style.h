// Whether a style attribute or presentation attributes hide an element's text from a reader.
//
//   hides_text("color:#fff; background:#FFFFFF")  == true
//   hides_text("font-size: 0px")                  == true
//
// Source:   CSS 2.2; only the properties named in render.h, only what stands in the attribute.
// Failure:  none; what does not parse hides nothing.
// Bounds:   time linear in the attribute.
// Tests:    tests/ingest/mime/html_test.cc

#pragma once

#include <string_view>

namespace sluice::mime {

bool hides_text(std::string_view style);

}  // namespace sluice::mime
