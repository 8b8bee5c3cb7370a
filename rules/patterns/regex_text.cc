#include "rules/patterns/regex_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

char closing(char open) {
  switch (open) {
    case '{':
      return '}';
    case '(':
      return ')';
    case '[':
      return ']';
    case '<':
      return '>';
    default:
      return open;
  }
}

bool set_flag(RegexText& regex, char flag) {
  switch (flag) {
    case 'i':
      regex.caseless = true;
      return true;
    case 'm':
      regex.multiline = true;
      return true;
    case 's':
      regex.dotall = true;
      return true;
    case 'x':
      regex.extended = true;
      return true;
    default:
      return false;
  }
}

// Walks over a pattern once and fills a PatternShape.
class ShapeReader {
 public:
  explicit ShapeReader(const RegexText& regex) : regex_(regex), text_(regex.pattern) {
    if (regex.caseless) re2_ = "(?i)";
    if (regex.dotall) re2_ += "(?s)";
    if (regex.multiline) re2_ += "(?m)";
  }

  PatternShape read() {
    if (regex_.extended) give_up();
    while (!shape_.opaque && at_ < text_.size()) read_item();
    finish();
    return std::move(shape_);
  }

 private:
  void read_item() {
    const char c = text_[at_];
    if (c == '\\') return read_escape();
    if (c == '[') return read_class();
    if (c == '(') return read_group();
    if (c == '^' || c == '$') return read_anchor(c);
    if (c == '.' && regex_.dotall) shape_.newline = true;
    if (static_cast<unsigned char>(c) >= 0x80) high_ = true;
    ++at_;
    emit(std::string_view(&c, 1));
  }

  void read_anchor(char c) {
    ++at_;
    shape_.anchors = true;
    if (c == '^') {
      if (regex_.multiline) no_re2();  // RE2 also matches after a last newline
      return emit("^");
    }
    ends_.push_back({joined_.size(), 1});
    joined_ += '$';
    if (regex_.multiline) {
      re2_ += '$';
      return;
    }
    const bool last = at_ == text_.size() || text_[at_] == ')' || text_[at_] == '|';
    if (!last) no_re2();
    re2_ += "(?:\\n?\\z)";
  }

  void read_group() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("(?#") || rest.starts_with("(*")) return give_up();
    ++at_;
    emit("(");
    if (!rest.starts_with("(?") || rest.starts_with("(?:")) return;
    if (rest.size() > 2 && (is_alpha(rest[2]) || rest[2] == '-' || rest[2] == '^')) {
      return read_inline_flags(rest.substr(2));
    }
    shape_.exotic = true;
    no_re2();
  }

  // (?i) and (?s-i:...) are copied as they stand; `s` may let a dot consume a newline.
  void read_inline_flags(std::string_view flags) {
    for (const char flag : flags) {
      if (flag == ')' || flag == ':') break;
      if (flag == 'i') {
        inline_caseless_ = true;
      } else if (flag == 's') {
        shape_.newline = true;
      } else if (flag == '-') {
        continue;
      } else {
        return give_up();
      }
    }
  }

  void read_escape() {
    if (at_ + 1 == text_.size()) return give_up();
    const char c = text_[at_ + 1];
    if (!is_alnum(c)) return copy(2);
    switch (c) {
      case 'd':
      case 'w':
      case 'b':
      case 't':
      case 'f':
      case 'a':
      case 'r':
      case 'S':
        return copy(2);
      case 's':
        shape_.newline = true;
        joined_ += "\\s";
        re2_ += "[\\t-\\r ]";
        at_ += 2;
        return;
      case 'W':
      case 'D':
      case 'n':
        shape_.newline = true;
        return copy(2);
      case 'x':
        return read_hex();
      case 'B':
        return read_no_border();
      case 'A':
        return read_begin();
      case 'z':
      case 'Z':
        return read_end();
      case 'Q':
        return give_up();
      default:
        break;
    }
    if (is_digit(c)) no_re2();  // back reference or octal
    // \h \e and the rest: rare, so nothing is assumed about them.
    no_re2();
    shape_.newline = true;
    shape_.exotic = true;
    copy(2);
  }

  // After the newline that ends a unit there is no border, but Hyperscan sees the next unit there.
  void read_no_border() {
    ends_.push_back({joined_.size(), 2});
    copy(2);
  }

  void read_begin() {
    shape_.anchors = shape_.exotic = true;
    no_re2();
    joined_ += '^';
    at_ += 2;
  }

  void read_end() {
    shape_.anchors = shape_.exotic = true;
    no_re2();
    ends_.push_back({joined_.size(), 1});
    joined_ += '$';
    at_ += 2;
  }

  void read_hex() {
    int value = 0;
    const std::size_t length = hex_length(at_, value);
    if (value == '\n') shape_.newline = true;
    if (value >= 0x80) high_ = true;
    copy(length);
  }

  // The length of the \x escape at `at`, and what it stands for; -1 if that is not known.
  std::size_t hex_length(std::size_t at, int& value) {
    std::size_t end = at + 2;
    if (end < text_.size() && text_[end] == '{') {
      const std::size_t close = text_.find('}', end);
      value = '\n';
      no_re2();
      return close == kNone ? text_.size() - at : close + 1 - at;
    }
    value = 0;
    while (end < text_.size() && end < at + 4 && hex_value(text_[end]) >= 0) {
      value = value * 16 + hex_value(text_[end++]);
    }
    if (end < at + 4) no_re2();  // RE2 wants both digits
    return end - at;
  }

  // One side of a range, or one member, of a class.
  struct Member {
    std::size_t length = 1;
    int byte = -1;         // -1: a set of bytes
    bool newline = false;  // that set holds the newline, or may
    bool unsure = false;   // ... may
  };

  Member class_escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    Member member{.length = 2};
    switch (c) {
      case 's':
      case 'W':
      case 'D':
        member.newline = true;
        return member;
      case 'S':
      case 'd':
      case 'w':
        return member;
      case 'n':
        member.byte = '\n';
        return member;
      case 't':
        member.byte = '\t';
        return member;
      case 'r':
        member.byte = '\r';
        return member;
      case 'f':
        member.byte = '\f';
        return member;
      case 'x':
        member.length = hex_length(at_, member.byte);
        return member;
      default:
        break;
    }
    if (!is_alnum(c)) {
      member.byte = static_cast<unsigned char>(c);
      return member;
    }
    no_re2();
    member.newline = member.unsure = true;
    return member;
  }

  Member class_member() {
    const std::string_view rest = text_.substr(at_);
    if (rest.front() == '\\') return class_escape();
    if (rest.starts_with("[:")) {
      const std::size_t close = rest.find(":]");
      if (close != kNone) return {.length = close + 2, .newline = true, .unsure = true};
    }
    return {.byte = static_cast<unsigned char>(rest.front())};
  }

  void emit_member(std::string_view text) {
    joined_ += text;
    if (text == "\\s") {
      re2_ += "\\t-\\r ";
      return;
    }
    if (text == "\\S") no_re2();
    re2_ += text;
  }

  void take(const Member& member) {
    if (member.byte >= 0x80) high_ = true;
    emit_member(text_.substr(at_, member.length));
    at_ += std::min(member.length, text_.size() - at_);
  }

  void read_class() {
    emit("[");
    ++at_;
    const bool negated = at_ < text_.size() && text_[at_] == '^';
    if (negated) copy(1);
    bool surely = false;
    bool perhaps = false;
    for (bool first = true; at_ < text_.size() && (first || text_[at_] != ']'); first = false) {
      const Member low = class_member();
      take(low);
      bool holds = low.byte == '\n' || low.newline;
      if (low.byte >= 0 && is_range()) {
        copy(1);
        const Member high = class_member();
        take(high);
        holds = holds || high.byte < 0 || (low.byte <= '\n' && high.byte >= '\n');
      }
      perhaps = perhaps || holds;
      surely = surely || (holds && !low.unsure);
    }
    if (at_ >= text_.size()) return give_up();
    copy(1);
    if (negated ? !surely : perhaps) shape_.newline = true;
  }

  [[nodiscard]] bool is_range() const {
    return at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
  }

  void copy(std::size_t length) {
    emit(text_.substr(at_, length));
    at_ += std::min(length, text_.size() - at_);
  }

  void emit(std::string_view text) {
    joined_ += text;
    re2_ += text;
  }

  void no_re2() { re2_usable_ = false; }

  void give_up() {
    shape_.opaque = shape_.newline = shape_.anchors = shape_.exotic = true;
    no_re2();
  }

  // A unit that ends with its newline has a second end after it, where Hyperscan sees none: a
  // pattern that can get there must be found without what looks at it.
  void finish() {
    if (high_ && (regex_.caseless || inline_caseless_)) no_re2();
    if (shape_.newline) {
      for (auto end = ends_.rbegin(); end != ends_.rend(); ++end) {
        joined_.replace(end->at, end->length, "(?:)");
      }
    }
    if (shape_.opaque) return;
    shape_.joined = std::move(joined_);
    if (re2_usable_) shape_.re2 = std::move(re2_);
  }

  const RegexText& regex_;
  std::string_view text_;
  std::size_t at_ = 0;
  PatternShape shape_;
  std::string joined_;
  std::string re2_;

  struct End {
    std::size_t at;
    std::size_t length;
  };

  std::vector<End> ends_;  // where joined_ has what looks at the end of a unit
  bool re2_usable_ = true;
  bool high_ = false;  // names a byte above 0x7f
  bool inline_caseless_ = false;
};

}  // namespace

std::size_t pattern_offset(std::string_view text) {
  return text.starts_with('m') ? 2 : 1;
}

std::optional<RegexText> split_regex(std::string_view text, RegexFault& fault) {
  const bool marked = text.size() > 1 && text[0] == 'm' && !is_alnum(text[1]) && !is_space(text[1]);
  if (!marked && !text.starts_with('/')) {
    fault = {0, "a regular expression is written /.../ or m{...}"};
    return std::nullopt;
  }
  const std::size_t begin = marked ? 2 : 1;
  const char close = closing(text[begin - 1]);
  const std::size_t end = text.rfind(close);
  if (end == kNone || end < begin) {
    fault = {text.size(), std::string("the regular expression has no closing ") + close +
                              " (a # in it is written \\#)"};
    return std::nullopt;
  }
  RegexText out;
  for (std::size_t i = end + 1; i < text.size(); ++i) {
    if (set_flag(out, text[i])) continue;
    fault = {i, std::string("unknown regular expression flag '") + printable(text.substr(i, 1)) +
                    "'; flags are i, m, s and x"};
    return std::nullopt;
  }
  out.pattern = text.substr(begin, end - begin);
  return out;
}

PatternShape shape_of(const RegexText& regex) {
  return ShapeReader(regex).read();
}

}  // namespace sluice::rules
