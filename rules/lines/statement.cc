#include "rules/lines/statement.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace sluice::rules {

Statement::Statement(std::string_view file, int number, std::string_view line)
    : file_(file), number_(number) {
  for (const char c : line) {
    const bool escaped = !text_.empty() && text_.back() == '\\';
    if (c == '#' && !escaped) break;
    if (c == '#') {
      text_.back() = '#';
      unescaped_.push_back(text_.size() - 1);
    } else {
      text_ += c;
    }
  }
  while (!text_.empty() && is_space(text_.back())) text_.pop_back();
  while (next_ < text_.size() && is_space(text_[next_])) ++next_;
}

std::string_view Statement::take_word() {
  const std::string_view text = text_;
  std::size_t end = next_;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view word = text.substr(next_, end - next_);
  next_ = end;
  while (next_ < text.size() && is_space(text[next_])) ++next_;
  return word;
}

std::string_view Statement::rest() const {
  return std::string_view(text_).substr(next_);
}

int Statement::column(std::string_view part) const {
  SLUICE_ASSERT(part.data() >= text_.data() && part.data() <= text_.data() + text_.size());
  const auto offset = static_cast<std::size_t>(part.data() - text_.data());
  const auto dropped = std::lower_bound(unescaped_.begin(), unescaped_.end(), offset);
  return static_cast<int>(offset) + static_cast<int>(dropped - unescaped_.begin()) + 1;
}

Diagnostic Statement::error(std::string_view at, std::string message, std::string hint) const {
  return {.severity = Severity::kError,
          .file = std::string(file_),
          .line = number_,
          .column = column(at),
          .message = std::move(message),
          .hint = std::move(hint)};
}

Diagnostic Statement::warning(std::string_view at, std::string message, std::string hint) const {
  Diagnostic out = error(at, std::move(message), std::move(hint));
  out.severity = Severity::kWarning;
  return out;
}

}  // namespace sluice::rules
