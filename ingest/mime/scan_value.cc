#include "ingest/mime/scan_value.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace sluice::mime {
namespace {

// A quoted string's text without backslashes and line endings.
std::string_view unescape(std::string_view text, Arena& arena) {
  constexpr ByteSet kChanged("\\\r\n");
  if (find_any(text, kChanged) == std::string_view::npos) return text;

  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') continue;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out[used++] = text[i];
  }
  arena.trim(out, used);
  return {out.data(), used};
}

}  // namespace

bool ValueScanner::accept(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

void ValueScanner::skip_blanks() {
  while (!rest_.empty()) {
    if (is_space(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (rest_.front() == '(') {
      skip_comment();
    } else {
      return;
    }
  }
}

void ValueScanner::skip_comment() {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '\\') ++i;
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) return rest_.remove_prefix(i + 1);
  }
  unclosed_ = true;
  rest_ = {};
}

std::string_view ValueScanner::quoted_raw() {
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '\\') {
      ++i;
    } else if (rest_[i] == '"') {
      const std::string_view text = rest_.substr(1, i - 1);
      rest_.remove_prefix(i + 1);
      return text;
    }
  }
  unclosed_ = true;
  const std::string_view text = rest_.substr(1);
  rest_ = {};
  return text;
}

std::string_view ValueScanner::quoted(Arena& arena) {
  return unescape(quoted_raw(), arena);
}

std::string_view ValueScanner::token(std::string_view ends) {
  std::size_t i = 0;
  while (i < rest_.size() && !is_space(rest_[i]) && ends.find(rest_[i]) == std::string_view::npos) {
    ++i;
  }
  const std::string_view token = rest_.substr(0, i);
  rest_.remove_prefix(i);
  return token;
}

bool ValueScanner::skip_to(char c) {
  bool blank = true;
  while (true) {
    skip_blanks();
    if (rest_.empty() || rest_.front() == c) return blank;
    blank = false;
    if (rest_.front() == '"') {
      quoted_raw();
    } else {
      rest_.remove_prefix(1);
    }
  }
}

std::string_view lower_case(std::string_view text, Arena& arena) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return c != ascii_lower(c); })) {
    return text;
  }
  const std::span<char> out = arena.take(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
  return {out.data(), out.size()};
}

}  // namespace sluice::mime
