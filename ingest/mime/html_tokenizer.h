// Cuts HTML into text runs, tags and what is neither, as browsers do.
//
//   "a<b title=x>c</b><!-- d -->"  ->  text "a", start tag b {title x}, text "c", end tag b
//
//   HtmlTokenizer tokens(html);
//   for (HtmlToken token = tokens.next(); token.kind != kEnd; token = tokens.next()) ...
//
// Comments, doctypes, CDATA and processing instructions are passed over. The content of raw-text
// elements (script, style and others) is one text token with `raw` set.
//
// Source:   HTML standard, section 13.2.5. Differences: character references are left to the
//           reader of a text or attribute; no tree is built, so whether a raw-text element is in
//           effect depends on its tag alone.
// Failure:  none; any bytes are HTML.
// Borrows:  `html`.
// Bounds:   limits::kHtmlAttributesMax attributes a tag are reported (kLimitHtmlAttributes); time
//           linear: every byte is looked at a bounded number of times.
// Threads:  one at a time.
// Tests:    tests/ingest/mime/html_test.cc, fuzz/html_fuzz.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

struct HtmlAttribute {
  std::string_view name = {};   // as written; compare without letter case
  std::string_view value = {};  // references not decoded
};

enum class HtmlTokenKind : uint8_t { kText, kStartTag, kEndTag, kEnd };

struct HtmlToken {
  HtmlTokenKind kind = HtmlTokenKind::kEnd;
  std::string_view text = {};  // of texts: the run; of tags: the name as written
  bool raw = false;            // of texts: no references in it, and nobody sees it
};

class HtmlTokenizer {
 public:
  HtmlTokenizer(std::string_view html, DefectSet& defects) : rest_(html), defects_(defects) {}

  HtmlToken next();

  // Of the start tag that next() returned last.
  [[nodiscard]] std::span<const HtmlAttribute> attributes() const {
    return {attributes_.data(), attribute_count_};
  }

  // What has not been read yet.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  HtmlToken text_until(std::size_t end);
  HtmlToken read_tag(bool end_tag);
  HtmlToken read_raw_text();
  void skip_markup();
  void read_attributes();
  void read_attribute();
  std::string_view read_value();

  std::string_view rest_;
  DefectSet& defects_;
  std::string_view raw_element_ = {};  // its end tag ends the raw text; empty outside
  std::array<HtmlAttribute, limits::kHtmlAttributesMax> attributes_{};
  std::size_t attribute_count_ = 0;
};

}  // namespace sluice::mime
