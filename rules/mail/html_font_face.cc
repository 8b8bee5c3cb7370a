#include "rules/mail/html_font_face.h"

#include <cstddef>

#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

// Reads "name, 'name', name;".
class FaceReader {
 public:
  FaceReader(std::string_view text, bool wide) : text_(text), wide_(wide) {}

  bool read() {
    if (!read_first()) return false;
    while (take(',')) {
      if (!read_next()) return false;
    }
    take(';');
    return at_ == text_.size() || (at_ + 1 == text_.size() && text_[at_] == '\n');
  }

 private:
  // A first name may begin with a blank, which need not be one of those before the name.
  bool read_first() {
    at_ = space_end(text_, 0, wide_);
    const bool blank = at_ > 0 && text_[at_ - 1] == ' ';
    if (take('"') || take('\'') || take('.')) {
      const bool named = next() == ' ' || is_letter(next());
      return named && read_name(2);
    }
    if (blank) return read_name(1);
    return is_letter(next()) && read_name(2);
  }

  bool read_next() {
    at_ = space_end(text_, at_, wide_);
    if (!take('"')) take('\'');
    return is_letter(next()) && read_name(2);
  }

  // Letters, blanks and hyphens up to a letter, so many at least; then a digit and a quote.
  bool read_name(std::size_t bytes_min) {
    const std::size_t begin = at_;
    while (is_letter(next()) || next() == ' ' || next() == '-') at_ += bytes_of_next();
    if (at_ - begin < bytes_min || text_[at_ - 1] == ' ' || text_[at_ - 1] == '-') return false;
    if (is_digit(next())) ++at_;
    if (!take('"')) take('\'');
    return true;
  }

  // Of the next character; the two beyond ASCII that are letters here stand for 's' and 'k'.
  [[nodiscard]] char next() const {
    if (at_ == text_.size()) return '\0';
    if (static_cast<unsigned char>(text_[at_]) < 0x80) return text_[at_];
    const char32_t code = char_at(text_, at_).code;
    if (wide_ && code == 0x17f) return 's';
    return wide_ && code == 0x212a ? 'k' : '\0';
  }

  [[nodiscard]] std::size_t bytes_of_next() const { return char_at(text_, at_).bytes; }

  static bool is_letter(char c) { return is_alpha(c); }

  bool take(char c) {
    if (next() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool wide_;
};

}  // namespace

bool is_good_font_face(std::string_view face, bool wide) {
  return FaceReader(face, wide).read();
}

}  // namespace sluice::rules
