#include "ingest/mime/html_tokenizer.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr auto kNone = std::string_view::npos;

// Elements whose content is not markup.
constexpr std::array<std::string_view, 9> kRawText = {
    "script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title", "plaintext"};

std::size_t find_byte(std::string_view text, char c, std::size_t from) {
  if (from >= text.size()) return kNone;
  const void* const found = std::memchr(text.data() + from, c, text.size() - from);
  return found == nullptr ? kNone
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string_view raw_text_element(std::string_view name) {
  if (name.size() < 3 || name.size() > 9) return {};
  for (const std::string_view element : kRawText) {
    if (iequals(name, element)) return element;
  }
  return {};
}

bool ends_name(char c) {
  return is_space(c) || c == '/' || c == '>';
}

// Whether a '>' after `comment`, which begins with "<!--", ends it.
bool ends_comment(std::string_view comment) {
  if (comment == "<!--" || comment == "<!---") return true;
  const std::string_view inside = comment.substr(4);
  return inside.ends_with("--") || inside.ends_with("--!");
}

}  // namespace

HtmlToken HtmlTokenizer::text_until(std::size_t end) {
  const HtmlToken token{.kind = HtmlTokenKind::kText, .text = rest_.substr(0, end)};
  rest_.remove_prefix(token.text.size());
  return token;
}

HtmlToken HtmlTokenizer::next() {
  if (!raw_element_.empty()) return read_raw_text();
  while (!rest_.empty()) {
    const std::size_t open = find_byte(rest_, '<', 0);
    if (open == kNone) return text_until(rest_.size());
    const char c = open + 1 < rest_.size() ? rest_[open + 1] : ' ';
    const char after = open + 2 < rest_.size() ? rest_[open + 2] : ' ';
    const bool start_tag = is_alpha(c);
    const bool end_tag = c == '/' && is_alpha(after);
    const bool markup = c == '!' || c == '?' || (c == '/' && open + 2 < rest_.size());
    if (!start_tag && !end_tag && !markup) {
      // A '<' that opens nothing is text; so are all that follow it directly.
      std::size_t end = open + 1;
      while (end < rest_.size() && rest_[end] == '<') ++end;
      return text_until(end == open + 1 ? end : end - 1);
    }
    if (open > 0) return text_until(open);
    if (start_tag || end_tag) return read_tag(end_tag);
    skip_markup();
  }
  return {};
}

// Passes over a comment, a doctype, CDATA or what the standard calls a bogus comment.
void HtmlTokenizer::skip_markup() {
  std::size_t close = find_byte(rest_, '>', 0);
  if (rest_.starts_with("<!--")) {
    while (close != kNone && !ends_comment(rest_.substr(0, close))) {
      close = find_byte(rest_, '>', close + 1);
    }
  }
  rest_.remove_prefix(close == kNone ? rest_.size() : close + 1);
}

HtmlToken HtmlTokenizer::read_tag(bool end_tag) {
  rest_.remove_prefix(end_tag ? 2 : 1);
  std::size_t size = 0;
  while (size < rest_.size() && !ends_name(rest_[size])) ++size;
  const HtmlToken token{.kind = end_tag ? HtmlTokenKind::kEndTag : HtmlTokenKind::kStartTag,
                        .text = rest_.substr(0, size)};
  rest_.remove_prefix(size);
  read_attributes();
  if (!end_tag) raw_element_ = raw_text_element(token.text);
  return token;
}

void HtmlTokenizer::read_attributes() {
  attribute_count_ = 0;
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '>') {
      rest_.remove_prefix(1);
      return;
    }
    if (is_space(c) || c == '/') {
      rest_.remove_prefix(1);
    } else {
      read_attribute();
    }
  }
}

void HtmlTokenizer::read_attribute() {
  std::size_t size = 1;  // an attribute's name may begin with '='
  while (size < rest_.size() && !ends_name(rest_[size]) && rest_[size] != '=') ++size;
  HtmlAttribute attribute{.name = rest_.substr(0, size)};
  rest_.remove_prefix(size);
  std::size_t blanks = 0;
  while (blanks < rest_.size() && is_space(rest_[blanks])) ++blanks;
  if (blanks < rest_.size() && rest_[blanks] == '=') {
    rest_.remove_prefix(blanks + 1);
    attribute.value = read_value();
  } else {
    rest_.remove_prefix(blanks);
  }
  if (attribute_count_ == attributes_.size()) {
    defects_.add(Defect::kLimitHtmlAttributes);
  } else {
    attributes_[attribute_count_++] = attribute;
  }
}

std::string_view HtmlTokenizer::read_value() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  if (rest_.empty()) return {};
  const char quote = rest_.front();
  if (quote == '"' || quote == '\'') {
    const std::size_t close = std::min(find_byte(rest_, quote, 1), rest_.size());
    const std::string_view value = rest_.substr(1, close - 1);
    rest_.remove_prefix(std::min(close + 1, rest_.size()));
    return value;
  }
  std::size_t size = 0;
  while (size < rest_.size() && !is_space(rest_[size]) && rest_[size] != '>') ++size;
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

HtmlToken HtmlTokenizer::read_raw_text() {
  std::size_t end = 0;
  while (true) {
    end = find_byte(rest_, '<', end);
    if (end == kNone) {
      end = rest_.size();
      break;
    }
    const std::string_view tag = rest_.substr(end);
    const std::size_t after = 2 + raw_element_.size();
    if (tag.size() > after && tag[1] == '/' &&
        iequals(tag.substr(2, raw_element_.size()), raw_element_) && ends_name(tag[after])) {
      break;
    }
    ++end;
  }
  // In a text area people see and edit the text.
  const bool seen =
      raw_element_ == "textarea" || raw_element_ == "xmp" || raw_element_ == "plaintext";
  raw_element_ = {};
  HtmlToken token = text_until(end);
  token.raw = !seen;
  return token;
}

}  // namespace sluice::mime
