#include "rules/first_address.h"

#include <cstddef>
#include <span>

#include "base/text.h"

namespace sluice::rules {
namespace {

// A text of at most a given length, collected byte by byte.
class Collected {
 public:
  Collected(Arena& arena, std::size_t bytes) : room_(arena.take(bytes)) {}

  void add(char c) { room_[used_++] = c; }

  void clear() { used_ = 0; }

  [[nodiscard]] std::string_view view() const { return trim({room_.data(), used_}); }

 private:
  std::span<char> room_;
  std::size_t used_ = 0;
};

class AddressReader {
 public:
  AddressReader(std::string_view text, Arena& arena)
      : text_(text),
        written_(arena, text.size()),
        phrase_(arena, text.size()),
        angle_(arena, text.size()),
        comment_(arena, text.size()) {}

  FirstAddress read() {
    while (at_ < text_.size() && !done_) step(text_[at_]);
    if (angle_seen_) {
      const std::string_view name = phrase_.view();
      return {angle_.view(), name.empty() ? comment_.view() : name};
    }
    return {written_.view(), comment_.view()};
  }

 private:
  void step(char c) {
    const bool escaped = c == '\\' && at_ + 1 < text_.size() && (quoted_ || depth_ > 0);
    if (escaped) c = text_[++at_];
    ++at_;
    if (depth_ > 0) return in_comment(c, escaped);
    if (in_angle_) return in_angle(c);
    if (c == '"' && !escaped) {
      quoted_ = !quoted_;
      return written_.add(c);
    }
    if (quoted_) return in_phrase(c);
    outside(c);
  }

  void outside(char c) {
    switch (c) {
      case '(':
        ++depth_;
        return;
      case '<':
        in_angle_ = angle_seen_ = true;
        return;
      case ',':
      case ';':
        done_ = angle_seen_ || !written_.view().empty();
        return;
      case ':':  // a group's name
        phrase_.clear();
        written_.clear();
        return;
      default:
        return in_phrase(c);
    }
  }

  void in_phrase(char c) {
    if (angle_seen_) return;  // junk after the address
    written_.add(c);
    phrase_.add(c);
  }

  void in_angle(char c) {
    if (c == '>') {
      in_angle_ = false;
    } else {
      angle_.add(c);
    }
  }

  void in_comment(char c, bool escaped) {
    if (c == '(' && !escaped) ++depth_;
    if (c == ')' && !escaped) --depth_;
    if (depth_ > 0) comment_.add(c);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;  // of comments
  bool quoted_ = false;
  bool in_angle_ = false;
  bool angle_seen_ = false;
  bool done_ = false;
  Collected written_;  // as written, without comments
  Collected phrase_;   // the same without quotes
  Collected angle_;
  Collected comment_;
};

}  // namespace

FirstAddress first_address(std::string_view text, Arena& arena) {
  return AddressReader(text, arena).read();
}

}  // namespace sluice::rules
