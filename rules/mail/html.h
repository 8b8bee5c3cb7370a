// Renders an HTML part as SpamAssassin does, and gathers what its HTML tests ask for.
//
//   RenderedHtml out;
//   render_html_part({.text = "<p>Hi <b>Bob</b>", .wide = true, .part_bytes = 16}, arena, facts,
//   out);
//   out.rendered    "\n\nHi Bob"
//
// Source:   Mail::SpamAssassin::HTML and Message::Node::rendered() of 4.0.1, over HTML::Parser 3.81
//           with its own reading of tags, comments, marked sections and entities: html_tokens.h.
// Failure:  none: every text is HTML. Where a style makes the original's reader die ("background:"
//           with nothing but a blank), reading ends as there, and counts of the end are undefined.
// Borrows:  results are views into the text and the arena.
// Bounds:   time linear in the text; memory some bytes for each byte of it.
// Threads:  any, each with its own arena and facts.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"
#include "rules/mail/html_facts.h"

namespace sluice::rules {

struct HtmlPartText {
  std::string_view text = {};  // UTF-8
  // Perl holds the text as characters. Else it holds it as bytes: the text is ASCII, or Latin-1 in
  // the form of UTF-8.
  bool wide = false;
  std::size_t part_bytes = 0;  // of the part before its charset was undone
};

struct RenderedHtml {
  std::string_view rendered = {};  // UTF-8
  std::string_view visible = {};
  std::string_view invisible = {};
  // Whether Perl holds each as characters; if not, it is Latin-1, here in the form of UTF-8.
  bool rendered_wide = false;
  bool visible_wide = false;
  bool invisible_wide = false;
};

void render_html_part(const HtmlPartText& part, Arena& arena, HtmlFacts& facts, RenderedHtml& out);

}  // namespace sluice::rules
