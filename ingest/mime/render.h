// Texts as a reader sees them: one paragraph a line, white space collapsed, and the URLs in them.
//
//   "Dear friend,\n\nclick   here:\nhttps://x.example/"   ->  "Dear friend,\nclick here:
//   https://x.example/"
//   "<p>Dear&nbsp;friend<p><a href=//x.example>here</a>"   ->  "Dear friend\nhere", URL
//   https://x.example/
//
// In plain text a blank line ends a paragraph and a single line ending is a blank. In HTML block
// elements and <br> do. Characters that take no room on a screen are dropped from the text and set
// kInvisibleCharacters.
//
// HTML that a reader does not see is left out and sets kHtmlHiddenText: the attribute `hidden`, and
// in style attributes display:none, visibility:hidden, opacity, font-size and both dimensions of
// (almost) zero, text-indent far to the left, a colour equal to the background of the same element.
// Style sheets are not applied.
//
// Source:   HTML standard, section 13.2.5 (tokenisation).
// Failure:  none. Beyond limits::kHtmlBytesMax and kHtmlTokensMax the rest is kept as plain text,
//           tags included, so that nothing can hide behind a limit.
// Borrows:  input and arena.
// Bounds:   output at most 5/4 of the input; time linear in the input; no heap.
// Threads:  any, each with its own target.
// Tests:    tests/ingest/mime/html_test.cc, render_test.cc, fuzz/html_fuzz.cc

#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "ingest/mime/defects.h"
#include "ingest/mime/url_list.h"

namespace sluice::mime {

struct RenderTarget {
  Arena& arena;
  UrlList& urls;
  DefectSet& defects;
  uint16_t part;  // index into Message::parts
};

std::string_view render_html(std::string_view html_utf8, RenderTarget target);

std::string_view render_plain(std::string_view text_utf8, RenderTarget target);

// Collects the URLs in running text: with a scheme (http, https, ftp, mailto), beginning with
// "www.", or a host of a known top-level domain followed by a path.
void find_urls(std::string_view text, UrlSource source, RenderTarget target);

}  // namespace sluice::mime
