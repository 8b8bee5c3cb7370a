#include "rules/mail/html_tokens.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

constexpr ByteSet kSpaceGt(" \t\n\v\f\r>");
constexpr ByteSet kSpaceEqualsGt(" \t\n\v\f\r=>");
constexpr ByteSet kNameFirst("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:");
constexpr ByteSet kNameBytes("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.-");

// In the order of Literal.
constexpr std::array<std::string_view, 8> kLiteralNames = {
    "", "script", "style", "xmp", "iframe", "plaintext", "title", "textarea"};
constexpr ByteSet kLiteralFirst("sxiptSXIPT");

constexpr std::size_t kDoctypeBudgetMin = 64U << 10U;

// Whether a name holds `part` after a letter, a digit or the like: "alt/src" does hold "/src".
bool holds_after_word(std::string_view name, std::string_view part) {
  for (std::size_t from = 0; from + part.size() <= name.size();) {
    const std::size_t found = ifind(name.substr(from), part);
    if (found == std::string_view::npos) return false;
    const PerlChar before = char_before(name, from + found);
    if (before.bytes > 0 && is_perl_word(before.code, true)) return true;
    from += found + 1;
  }
  return false;
}

}  // namespace

// ---- attributes

void HtmlRawAttributes::set(unsigned place, const Value& value) {
  if ((known_ >> place & 1U) != 0) return;
  known_ |= 1U << place;
  values_[place] = value;
}

void HtmlRawAttributes::add(std::string_view name, const Value& value) {
  HtmlAttribute attribute = {};
  if (find_html_attribute(name, attribute)) {
    set(static_cast<unsigned>(attribute), value);
    return;
  }
  if (name.size() < 5 || name.find('/') == std::string_view::npos) return;
  if (holds_after_word(name, "/href")) set(kOddHref, value);
  if (holds_after_word(name, "/src")) set(kOddSrc, value);
}

void HtmlRawAttributes::use_odd(HtmlAttribute attribute) {
  const unsigned odd = attribute == HtmlAttribute::kHref ? kOddHref : kOddSrc;
  if ((known_ >> odd & 1U) == 0) return;
  known_ |= 1U << static_cast<unsigned>(attribute);
  values_[static_cast<std::size_t>(attribute)] = values_[odd];
}

// ---- positions

HtmlTokenizer::HtmlTokenizer(std::string_view text, HtmlTokenSink& sink,
                             std::pmr::memory_resource* memory)
    : sink_(sink),
      end_(text.data() + text.size()),
      text_begin_(text.data()),
      s_(text.data()),
      sections_(memory),
      doctype_budget_(kDoctypeBudgetMin + 4 * text.size()) {}

std::string_view HtmlTokenizer::view(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

std::string_view HtmlTokenizer::name_of(Literal literal) {
  return kLiteralNames[static_cast<std::size_t>(literal)];
}

const char* HtmlTokenizer::find(const char* from, char c) const {
  if (from >= end_) return end_;
  if (*from == c) return from;
  const void* const found = std::memchr(from, c, static_cast<std::size_t>(end_ - from));
  return found == nullptr ? end_ : static_cast<const char*>(found);
}

const char* HtmlTokenizer::pass_spaces(const char* from) const {
  while (from < end_ && is_space(*from)) ++from;
  return from;
}

const char* HtmlTokenizer::pass_name(const char* from) const {
  while (from < end_ && !kSpaceGt.has(*from)) ++from;
  return from;
}

// ---- the main loop

void HtmlTokenizer::parse() {
  read_tokens();
}

// Reads from text_begin_ to where more text would be needed to go on: there text_begin_ is then.
void HtmlTokenizer::read_tokens() {
  s_ = text_begin_;
  while (!stopped_) {
    if (!read_literal() || !read_raw_section()) return;
    if (section_ == Section::kNone) {
      s_ = find(s_, '<');
    } else {
      read_text_in_section();
    }
    if (s_ != text_begin_ && !end_text()) return;
    if (end_ - s_ < 3) return;
    const char* const next = read_markup(s_);
    if (next == text_begin_) return;
    if (next == nullptr) {
      ++s_;  // text after all
    } else {
      text_begin_ = s_ = next;
    }
  }
}

// The text ends: at markup, or where there is no more of it. Then false, and its last word, which
// may go on in text to come, is left.
bool HtmlTokenizer::end_text() {
  if (at(s_) == '<') {
    report_text(text_begin_, s_);
    text_begin_ = s_;
    return true;
  }
  const char* s = std::min(s_, end_);
  if (!is_space(s[-1])) {
    while (s > text_begin_ && !is_space(s[-1])) --s;
  }
  while (s > text_begin_ && is_space(s[-1])) --s;
  if (s != text_begin_) report_text(text_begin_, s);
  text_begin_ = s;
  return false;
}

// ---- literal elements

// Passes over the contents of a <script> and the like; false if the end tag is not there.
bool HtmlTokenizer::read_literal() {
  while (literal_ != Literal::kNone) {
    bool& never_ends = never_ends_[static_cast<std::size_t>(literal_)];
    if (!never_ends) s_ = find(s_, '<');
    if (never_ends || s_ == end_) {
      never_ends = true;
      return false;
    }
    const char* const text_end = s_++;
    if (at(s_) != '/') continue;
    ++s_;
    if (!read_end_of_literal(text_end)) continue;
    literal_ = Literal::kNone;
    cdata_ = false;
    text_begin_ = s_;
  }
  return true;
}

// Of "</" the rest. false: it is another tag; s_ is where that shows.
bool HtmlTokenizer::read_end_of_literal(const char* text_end) {
  const std::string_view name = name_of(literal_);
  std::size_t matched = 0;
  while (matched < name.size() && ascii_lower(at(s_)) == name[matched]) {
    ++s_;
    ++matched;
  }
  if (matched < name.size() || literal_ == Literal::kPlaintext) return false;
  const char* const name_end = s_;
  s_ = pass_spaces(s_);
  if (at(s_) != '>') return false;
  ++s_;
  if (text_begin_ != text_end) report_text(text_begin_, text_end);
  report_end(view(text_end + 2, name_end));
  return true;
}

void HtmlTokenizer::enter_literal(std::string_view name) {
  if (name.size() < 3 || name.size() > 9 || !kLiteralFirst.has(name.front())) return;
  for (std::size_t i = 1; i < never_ends_.size(); ++i) {
    const auto literal = static_cast<Literal>(i);
    if (!iequals(name, name_of(literal))) continue;
    literal_ = literal;
    cdata_ = literal != Literal::kTitle && literal != Literal::kTextarea;
    return;
  }
}

void HtmlTokenizer::close_literal() {
  SLUICE_ASSERT(literal_ != Literal::kNone);
  if (text_begin_ != end_) report_text(text_begin_, end_);
  report_end(name_of(literal_));
  literal_ = Literal::kNone;
  cdata_ = false;
  text_begin_ = s_ = end_;
}

// ---- marked sections

// Passes over a CDATA or RCDATA section; false if its end is not there.
bool HtmlTokenizer::read_raw_section() {
  while (section_ == Section::kCdata || section_ == Section::kRcdata) {
    s_ = find(s_, ']');
    if (s_ == end_) return false;
    const char* const text_end = s_++;
    if (at(s_) == ']' && at(s_ + 1) == '>') {
      close_section(text_end, s_ + 2);
    } else if (s_ == end_) {
      return false;
    }
  }
  return true;
}

// Text of an INCLUDE or IGNORE section.
void HtmlTokenizer::read_text_in_section() {
  while (s_ < end_ && *s_ != '<') {
    if (section_ != Section::kNone && *s_ == ']') {
      pass_bracket();
    } else {
      ++s_;
    }
  }
  s_ = std::min(s_, end_);
}

// Closes the section at "]]>"; any other "]" takes what follows it along, be it "<".
void HtmlTokenizer::pass_bracket() {
  const char* const text_end = s_++;
  if (at(s_) == ']' && at(++s_) == '>') {
    report_text(text_begin_, text_end);
    text_begin_ = text_end;
    close_section(text_end, s_ + 1);
  } else {
    ++s_;
  }
}

void HtmlTokenizer::close_section(const char* text_end, const char* section_end) {
  if (text_begin_ != text_end) report_text(text_begin_, text_end);
  flush_pending_end();
  text_begin_ = s_ = section_end;
  sections_.pop_back();
  section_ = sections_.empty() ? Section::kNone : sections_.back();
  cdata_ = section_ == Section::kCdata;
}

const char* HtmlTokenizer::read_section_name(const char* s, Section& section) const {
  const char* const begin = s;
  while (s < end_ && kNameBytes.has(*s)) ++s;
  const std::string_view name = view(begin, s);
  if (iequals(name, "include")) section = std::max(section, Section::kInclude);
  if (iequals(name, "rcdata")) section = std::max(section, Section::kRcdata);
  if (iequals(name, "cdata")) section = std::max(section, Section::kCdata);
  if (iequals(name, "ignore")) section = std::max(section, Section::kIgnore);
  return pass_spaces(s);
}

// "<![ names and comments ["
const char* HtmlTokenizer::read_section_begin(const char* begin) {
  Section section = Section::kNone;
  bool named = false;
  const char* s = begin + 3;
  while (true) {
    s = pass_spaces(s);
    while (kNameFirst.has(at(s))) {
      named = true;
      s = read_section_name(s, section);
      if (s == end_) return begin;
    }
    if (at(s) != '-') break;
    if (at(s + 1) != '-') return nullptr;
    s = pass_dashed(s + 2);
    if (s == nullptr) return begin;
  }
  if (at(s) != '[') return nullptr;
  if (!named) section = Section::kInclude;
  if (!sections_.empty()) section = std::max(section, sections_.back());
  sections_.push_back(section);
  section_ = section;
  cdata_ = section_ == Section::kCdata;
  flush_pending_end();
  return s + 1;
}

// What follows the next "--"; nullptr if there is none.
const char* HtmlTokenizer::pass_dashed(const char* s) const {
  while (true) {
    s = find(s, '-');
    if (s == end_) return nullptr;
    ++s;
    if (at(s) == '-') return s + 1;
  }
}

// ---- tags

const char* HtmlTokenizer::read_markup(const char* begin) {
  const char kind = begin[1];
  if (kNameFirst.has(kind)) return read_start(begin);
  if (kind == '/') return read_end(begin);
  if (kind == '!') return read_declaration(begin);
  if (kind != '?') return nullptr;
  const char* const close = find(begin + 2, '>');
  if (close == end_) return begin;
  flush_pending_end();
  return close + 1;
}

const char* HtmlTokenizer::read_start(const char* begin) {
  const char* s = pass_name(begin + 2);
  const std::string_view name = view(begin + 1, s);
  attributes_.clear();
  s = pass_spaces(s);
  while (s != nullptr && s < end_ && *s != '>') s = read_attribute(s);
  if (s == nullptr || s == end_) return begin;
  ++s;
  if (!report_start(name)) {
    stopped_ = true;
    return s;
  }
  enter_literal(name);
  return s;
}

// An attribute and the spaces that follow it.
const char* HtmlTokenizer::read_attribute(const char* s) {
  const char* const begin = s++;
  while (s < end_ && !kSpaceEqualsGt.has(*s)) ++s;
  const std::string_view name = view(begin, s);
  s = pass_spaces(s);
  if (s == end_) return nullptr;
  if (*s == '=') return read_value(s + 1, name);
  attributes_.add(name, {.text = name, .bare = true});
  return s;
}

const char* HtmlTokenizer::read_value(const char* s, std::string_view name) {
  s = pass_spaces(s);
  if (s == end_) return nullptr;
  if (*s == '"' || *s == '\'') {
    const char* const close = find(s + 1, *s);
    if (close == end_) return nullptr;
    attributes_.add(name, {.text = view(s + 1, close)});
    return pass_spaces(close + 1);
  }
  const char* const close = pass_name(s);
  attributes_.add(name, {.text = view(s, close)});
  return pass_spaces(close);
}

const char* HtmlTokenizer::read_end(const char* begin) {
  const char* const name_begin = begin + 2;
  const char* const name_end = pass_name(name_begin);
  const char* const close = find_unquoted_gt(name_end);
  if (close == end_) return begin;
  if (name_end == name_begin) {
    report_comment(begin, close + 1);
  } else {
    report_end(view(name_begin, name_end));
  }
  return close + 1;
}

// Quotes hide a ">" where they follow a space or "=".
const char* HtmlTokenizer::find_unquoted_gt(const char* s) const {
  char quote = '\0';
  char before = ' ';
  for (; s < end_; before = *s++) {
    if (quote == '\0' && *s == '>') return s;
    if (*s != '"' && *s != '\'') continue;
    if (*s == quote) {
      quote = '\0';
    } else if (quote == '\0' && (before == ' ' || before == '=')) {
      quote = *s;
    }
  }
  return end_;
}

// ---- declarations and comments

const char* HtmlTokenizer::read_declaration(const char* begin) {
  const char kind = begin[2];
  if (kind == '-') {
    if (begin + 3 == end_) return begin;
    return begin[3] == '-' ? read_comment(begin) : read_comment_to_gt(begin, begin + 3);
  }
  if (kind == '[') {
    const char* const next = read_section_begin(begin);
    if (next != nullptr) return next;
  }
  if (is_alpha(kind)) return read_doctype(begin);
  return read_comment_to_gt(begin, begin + 2);
}

// "<!-- ... -- >"
const char* HtmlTokenizer::read_comment(const char* begin) {
  const char* s = begin + 4;
  if (comments_end_at_gt_) return read_comment_to_gt(begin, s);
  for (s = find(s, '-'); s != end_; s = find(s + 1, '-')) {
    if (at(s + 1) != '-') continue;
    const char* const close = pass_spaces(s + 2);
    if (at(close) != '>') continue;
    report_comment(begin, close + 1);
    return close + 1;
  }
  return begin;
}

const char* HtmlTokenizer::read_comment_to_gt(const char* begin, const char* from) {
  const char* const close = find(from, '>');
  if (close == end_) return begin;
  report_comment(begin, close + 1);
  return close + 1;
}

// "<!DOCTYPE ...>" and "<!ENTITY ...>". Anything else, and what has a lone "-", is a comment.
const char* HtmlTokenizer::read_doctype(const char* begin) {
  const char* s = begin + 3;
  while (s < end_ && kNameBytes.has(*s)) ++s;
  if (s == end_) return begin;
  const std::string_view name = view(begin + 2, s);
  bool fail = !iequals(name, "doctype") && !iequals(name, "entity");
  while (!fail) {
    s = pass_spaces(s);
    if (s == end_) return begin;
    if (*s == '>') break;
    const char* const from = s;
    s = pass_doctype_item(s, fail);
    if (s == nullptr) return begin;
    const auto cost = static_cast<std::size_t>(s - from);
    fail = fail || cost > doctype_budget_;
    doctype_budget_ -= std::min(cost, doctype_budget_);
  }
  if (fail) return read_comment_to_gt(begin, s);
  flush_pending_end();
  if (section_ != Section::kIgnore) sink_.on_declaration(view(begin, s + 1));
  return s + 1;
}

// A string, a comment or a word; nullptr: the text ends before it does.
const char* HtmlTokenizer::pass_doctype_item(const char* s, bool& fail) const {
  if (*s == '"' || *s == '\'') {
    const char* const close = find(s + 1, *s);
    return close == end_ ? nullptr : close + 1;
  }
  if (*s == '-') {
    if (s + 1 == end_) return nullptr;
    fail = s[1] != '-';
    return fail ? s + 1 : pass_dashed(s + 2);
  }
  s = pass_name(s + 1);
  return s == end_ ? nullptr : s;
}

// ---- the end

void HtmlTokenizer::finish() {
  finish_rest();
  flush_pending_end();
}

void HtmlTokenizer::finish_rest() {
  while (text_begin_ < end_ && !stopped_) {
    if (literal_ != Literal::kNone) {
      if (!finish_literal()) break;
    } else if (!comments_end_at_gt_ && *text_begin_ == '<') {
      comments_end_at_gt_ = true;
    } else {
      break;
    }
    read_tokens();
  }
  if (text_begin_ == end_ || stopped_) return;
  if (literal_ == Literal::kNone && looks_like_markup(text_begin_)) {
    report_comment(text_begin_, end_);
  } else {
    report_text(text_begin_, end_);
  }
}

// An element that was never closed: false if the rest is its text. Else it is as if it had ended at
// once, or at the next tag.
bool HtmlTokenizer::finish_literal() {
  const Literal literal = literal_;
  const bool code = literal == Literal::kScript || literal == Literal::kStyle;
  if (!code && literal != Literal::kTitle) return false;
  if (code) {
    report_end(name_of(literal));
  } else {
    pending_end_ = literal;
  }
  literal_ = Literal::kNone;
  return true;
}

bool HtmlTokenizer::looks_like_markup(const char* s) const {
  if (*s != '<') return false;
  const char kind = at(s + 1);
  return s + 1 == end_ || kNameFirst.has(kind) || kind == '/' || kind == '!' || kind == '?';
}

// ---- reports

void HtmlTokenizer::flush_pending_end() {
  if (pending_end_ == Literal::kNone) return;
  const std::string_view name = name_of(pending_end_);
  pending_end_ = Literal::kNone;
  report_end(name);
}

bool HtmlTokenizer::report_start(std::string_view name) {
  flush_pending_end();
  return section_ == Section::kIgnore || sink_.on_start(name, attributes_);
}

void HtmlTokenizer::report_end(std::string_view name) {
  flush_pending_end();
  if (section_ != Section::kIgnore) sink_.on_end(name);
}

void HtmlTokenizer::report_text(const char* from, const char* to) {
  if (section_ != Section::kIgnore) sink_.on_text(view(from, to), cdata_);
}

void HtmlTokenizer::report_comment(const char* from, const char* to) {
  if (section_ != Section::kIgnore) sink_.on_comment(view(from, to));
}

}  // namespace sluice::rules
