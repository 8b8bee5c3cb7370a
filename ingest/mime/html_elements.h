// What Sluice knows of HTML's elements: one row each.
//
//   const HtmlElement* element = html_element("TD");    ends a paragraph, ends an open td

#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::mime {

enum HtmlElementBits : uint16_t {
  kBlock = 1U << 0U,  // its beginning and its end are ends of paragraphs
  kBreak = 1U << 1U,  // its beginning is
  kVoid = 1U << 2U,   // has no content and no end tag
  kLinkElement = 1U << 3U,
  kImageElement = 1U << 4U,
  kFormElement = 1U << 5U,
  kScriptElement = 1U << 6U,
  kBaseElement = 1U << 7U,
  kMetaElement = 1U << 8U,
  kCell = 1U << 9U,  // its beginning ends another one of its kind, and so does its parent's end
};

struct HtmlElement {
  std::string_view name;
  uint16_t bits;
};

// nullptr for elements that do nothing here: span, b, font and unknown ones.
const HtmlElement* html_element(std::string_view name);

}  // namespace sluice::mime
