// Cuts HTML into tags, texts, comments and declarations as HTML::Parser does, with its own reading
// of what is malformed.
//
//   HtmlTokenizer tokenizer("<p>a <b", sink);
//   tokenizer.parse();       sink.on_start("p"), on_text("a ")
//   tokenizer.finish();      on_comment("<b"): at the end unclosed markup is a comment
//
// A text at the end is cut before its last word: the original waits for more of it. Contents of
// <script>, <style>, <xmp>, <iframe>, <plaintext>, <title> and <textarea> are text up to the end
// tag. Marked sections ("<![CDATA[ ... ]]>") are heeded.
//
// Source:   HTML::Parser 3.81 (hparser.c) with marked_sections and its other defaults.
// Failure:  none: every text is HTML.
// Borrows:  the text; what the sink gets are views into it.
// Bounds:   time linear in the text. Declarations of many strings are read again from each of their
//           fronts by the original; here such reading has a budget, and what is beyond it is a
//           comment.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "rules/mail/html_tags.h"

namespace sluice::rules {

// The attributes of one start tag that are of use. Of two alike the first counts.
class HtmlRawAttributes {
 public:
  struct Value {
    std::string_view text = {};  // without quotes, references not decoded
    bool bare = false;           // there is none: the name stands for it, and holds no references
  };

  static_assert(kHtmlAttributes + 2 <= 32);

  void clear() { known_ = 0; }

  void add(std::string_view name, const Value& value);

  [[nodiscard]] bool has(HtmlAttribute attribute) const {
    return (known_ >> static_cast<unsigned>(attribute) & 1U) != 0;
  }

  [[nodiscard]] const Value& raw(HtmlAttribute attribute) const {
    return values_[static_cast<std::size_t>(attribute)];
  }

  // Malformed names as "alt/src" stand for the one they end with, kHref or kSrc: a value under such
  // a name becomes its value.
  void use_odd(HtmlAttribute attribute);

 private:
  void set(unsigned place, const Value& value);

  // After the attributes: the first odd name of href, of src.
  static constexpr unsigned kOddHref = kHtmlAttributes;
  static constexpr unsigned kOddSrc = kHtmlAttributes + 1;

  uint32_t known_ = 0;  // bit i: there is values_[i]
  std::array<Value, kHtmlAttributes + 2> values_{};
};

class HtmlTokenSink {
 public:
  HtmlTokenSink() = default;
  HtmlTokenSink(const HtmlTokenSink&) = delete;
  HtmlTokenSink& operator=(const HtmlTokenSink&) = delete;
  virtual ~HtmlTokenSink() = default;

  // Names as written. false: no more is read.
  virtual bool on_start(std::string_view name, HtmlRawAttributes& attributes) = 0;
  virtual void on_end(std::string_view name) = 0;
  virtual void on_text(std::string_view text, bool cdata) = 0;
  virtual void on_comment(std::string_view text) = 0;
  virtual void on_declaration(std::string_view text) = 0;
};

class HtmlTokenizer {
 public:
  HtmlTokenizer(std::string_view text, HtmlTokenSink& sink, std::pmr::memory_resource* memory);

  void parse();

  // As if the end tag of the <script> or <style> that is open followed the text.
  void close_literal();

  void finish();

  [[nodiscard]] bool stopped() const { return stopped_; }

  // The text ends inside an IGNORE section: to the original there is no end of it.
  [[nodiscard]] bool ends_ignored() const { return section_ == Section::kIgnore; }

 private:
  enum class Literal : uint8_t {
    kNone,
    kScript,
    kStyle,
    kXmp,
    kIframe,
    kPlaintext,
    kTitle,
    kTextarea
  };

  // How marked sections are read, the stronger the higher.
  enum class Section : uint8_t { kNone, kInclude, kRcdata, kCdata, kIgnore };

  [[nodiscard]] static std::string_view view(const char* from, const char* to);
  [[nodiscard]] static std::string_view name_of(Literal literal);

  [[nodiscard]] char at(const char* s) const { return s < end_ ? *s : '\0'; }

  [[nodiscard]] const char* find(const char* from, char c) const;  // end_ if there is none
  [[nodiscard]] const char* pass_spaces(const char* from) const;
  [[nodiscard]] const char* pass_name(const char* from) const;

  void read_tokens();
  bool read_literal();
  bool read_end_of_literal(const char* text_end);
  bool read_raw_section();
  void read_text_in_section();
  void pass_bracket();
  void close_section(const char* text_end, const char* section_end);
  bool end_text();

  // Each gives where what begins at `begin` ends; `begin` if the text ends before; nullptr if it is
  // no such thing.
  const char* read_markup(const char* begin);
  const char* read_start(const char* begin);
  const char* read_end(const char* begin);
  const char* read_declaration(const char* begin);
  const char* read_comment(const char* begin);
  const char* read_comment_to_gt(const char* begin, const char* from);
  const char* read_doctype(const char* begin);
  const char* read_section_begin(const char* begin);

  const char* read_attribute(const char* s);  // nullptr: the text ends before
  const char* read_value(const char* s, std::string_view name);
  const char* pass_doctype_item(const char* s, bool& fail) const;
  const char* pass_dashed(const char* s) const;
  const char* read_section_name(const char* s, Section& section) const;
  [[nodiscard]] const char* find_unquoted_gt(const char* s) const;
  void enter_literal(std::string_view name);
  void finish_rest();
  bool finish_literal();
  [[nodiscard]] bool looks_like_markup(const char* s) const;

  void flush_pending_end();
  bool report_start(std::string_view name);
  void report_end(std::string_view name);
  void report_text(const char* from, const char* to);
  void report_comment(const char* from, const char* to);

  HtmlTokenSink& sink_;
  const char* end_;
  const char* text_begin_;  // of the text being read
  const char* s_;           // how far it is read
  HtmlRawAttributes attributes_;
  Literal literal_ = Literal::kNone;
  Literal pending_end_ = Literal::kNone;  // an end tag to report before the next tag
  std::array<bool, 8> never_ends_{};      // by Literal: there are no more of its end tags
  bool cdata_ = false;
  bool comments_end_at_gt_ = false;
  bool stopped_ = false;
  Section section_ = Section::kNone;
  std::pmr::vector<Section> sections_;  // open ones: how each and those around it are read
  std::size_t doctype_budget_;
};

}  // namespace sluice::rules
