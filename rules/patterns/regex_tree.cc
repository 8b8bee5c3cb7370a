#include "rules/patterns/regex_tree.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

constexpr auto kNone = std::string_view::npos;

template <class Predicate>
ByteSet256 bytes_where(Predicate predicate) {
  ByteSet256 out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = predicate(static_cast<unsigned char>(i));
  return out;
}

bool is_word(unsigned char c) {
  return c < 0x80 && (is_alnum(static_cast<char>(c)) || c == '_');
}

bool is_perl_space(unsigned char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// \d \w \s and their opposites; \h \v \N.
std::optional<ByteSet256> named_set(char name) {
  switch (name) {
    case 'd':
      return bytes_where([](unsigned char c) { return c >= '0' && c <= '9'; });
    case 'D':
      return bytes_where([](unsigned char c) { return c < '0' || c > '9'; });
    case 'w':
      return bytes_where(is_word);
    case 'W':
      return bytes_where([](unsigned char c) { return !is_word(c); });
    case 's':
      return bytes_where(is_perl_space);
    case 'S':
      return bytes_where([](unsigned char c) { return !is_perl_space(c); });
    case 'h':
      return bytes_where([](unsigned char c) { return c == ' ' || c == '\t' || c == 0xa0; });
    case 'H':
      return bytes_where([](unsigned char c) { return c != ' ' && c != '\t' && c != 0xa0; });
    case 'v':
      return bytes_where([](unsigned char c) { return (c >= '\n' && c <= '\r') || c == 0x85; });
    case 'V':
      return bytes_where([](unsigned char c) { return (c < '\n' || c > '\r') && c != 0x85; });
    case 'N':
      return bytes_where([](unsigned char c) { return c != '\n'; });
    default:
      return std::nullopt;
  }
}

struct PosixClass {
  std::string_view name;
  bool (*holds)(unsigned char c);
};

constexpr std::array<PosixClass, 9> kPosixClasses = {{
    {"alpha", [](unsigned char c) { return c < 0x80 && is_alpha(static_cast<char>(c)); }},
    {"alnum", [](unsigned char c) { return c < 0x80 && is_alnum(static_cast<char>(c)); }},
    {"digit", [](unsigned char c) { return c >= '0' && c <= '9'; }},
    {"xdigit", [](unsigned char c) { return hex_value(static_cast<char>(c)) >= 0; }},
    {"space", is_perl_space},
    {"upper", [](unsigned char c) { return c >= 'A' && c <= 'Z'; }},
    {"lower", [](unsigned char c) { return c >= 'a' && c <= 'z'; }},
    {"punct",
     [](unsigned char c) { return c > ' ' && c < 0x7f && !is_alnum(static_cast<char>(c)); }},
    {"word", is_word},
}};

// Both cases of each letter that is in the set.
void fold(ByteSet256& set) {
  for (std::size_t c = 'a'; c <= 'z'; ++c) {
    const bool either = set[c] || set[c - 32];
    set[c] = set[c - 32] = either;
  }
}

uint32_t add_width(uint32_t a, uint32_t b) {
  return a > kUnboundedWidth - b ? kUnboundedWidth : a + b;
}

uint32_t multiply_width(uint32_t a, uint32_t b) {
  if (a == 0 || b == 0) return 0;
  return a > kUnboundedWidth / b ? kUnboundedWidth : a * b;
}

struct Flags {
  bool caseless = false;
  bool multiline = false;
  bool dotall = false;
  bool extended = false;
};

// Recursive descent; fails by ok_ = false.
class TreeParser {
 public:
  explicit TreeParser(const RegexText& regex)
      : text_(regex.pattern),
        flags_{regex.caseless, regex.multiline, regex.dotall, regex.extended} {}

  std::optional<RegexTree> parse() {
    tree_.root = alternatives();
    if (at_ != text_.size()) ok_ = false;  // a ) too many
    if (!ok_) return std::nullopt;
    return std::move(tree_);
  }

 private:
  // ---- making nodes

  NodeIndex push(RegexNode node) {
    if (tree_.nodes.size() >= limits::kRegexNodesMax) ok_ = false;
    tree_.nodes.push_back(std::move(node));
    return static_cast<NodeIndex>(tree_.nodes.size() - 1);
  }

  NodeIndex empty() { return push({}); }

  NodeIndex set(ByteSet256 bytes, bool folded) {
    if (folded && flags_.caseless) fold(bytes);
    tree_.sets.push_back(bytes);
    return push({.kind = Kind::kSet,
                 .set = static_cast<uint32_t>(tree_.sets.size() - 1),
                 .width_min = 1,
                 .width_max = 1});
  }

  NodeIndex byte(unsigned char c) {
    ByteSet256 bytes;
    bytes.set(c);
    return set(bytes, true);
  }

  NodeIndex assertion(char which) {
    RegexNode node;
    node.assertion = which;
    return push(std::move(node));
  }

  NodeIndex before_one_of(const ByteSet256& bytes) {
    tree_.sets.push_back(bytes);
    RegexNode node;
    node.assertion = '=';
    node.set = static_cast<uint32_t>(tree_.sets.size() - 1);
    return push(std::move(node));
  }

  NodeIndex any_text() {
    tree_.exact = false;
    return repeat(set(ByteSet256().set(), false), 0, kUnboundedWidth);
  }

  NodeIndex repeat(NodeIndex child, uint32_t min, uint32_t max) {
    const RegexNode& inner = tree_.node(child);
    RegexNode out{.kind = Kind::kRepeat,
                  .min = min,
                  .max = max,
                  .children = {child},
                  .width_min = multiply_width(inner.width_min, min),
                  .width_max = multiply_width(inner.width_max, max),
                  .size = inner.size + 1};
    return push(std::move(out));
  }

  NodeIndex join(Kind kind, std::vector<NodeIndex> children) {
    if (children.empty()) return empty();
    if (children.size() == 1) return children.front();
    RegexNode out{.kind = kind};
    const bool concat = kind == Kind::kConcat;
    if (!concat) out.width_min = kUnboundedWidth;
    for (const NodeIndex child : children) {
      const RegexNode& inner = tree_.node(child);
      out.width_min = concat ? add_width(out.width_min, inner.width_min)
                             : std::min(out.width_min, inner.width_min);
      out.width_max = concat ? add_width(out.width_max, inner.width_max)
                             : std::max(out.width_max, inner.width_max);
      out.size += inner.size;
    }
    out.children = std::move(children);
    return push(std::move(out));
  }

  // ---- reading

  [[nodiscard]] bool more() const { return ok_ && at_ < text_.size(); }

  [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  NodeIndex fail() {
    ok_ = false;
    return empty();
  }

  NodeIndex alternatives() {
    if (++depth_ > limits::kRegexDepthMax) return fail();
    std::vector<NodeIndex> branches = {sequence()};
    while (more() && at('|')) {
      ++at_;
      branches.push_back(sequence());
    }
    --depth_;
    return join(Kind::kAlternate, std::move(branches));
  }

  NodeIndex sequence() {
    std::vector<NodeIndex> items;
    while (more() && !at('|') && !at(')')) {
      if (flags_.extended && skip_extended()) continue;
      const std::optional<NodeIndex> item = atom();
      if (!ok_) break;
      const NodeIndex quantified = quantifiers(item.value_or(kNoNode));
      if (quantified != kNoNode) items.push_back(quantified);
    }
    return join(Kind::kConcat, std::move(items));
  }

  // Blanks and comments of the flag x.
  bool skip_extended() {
    if (is_space(text_[at_])) {
      ++at_;
      return true;
    }
    if (text_[at_] != '#') return false;
    const std::size_t end = text_.find('\n', at_);
    at_ = end == kNone ? text_.size() : end + 1;
    return true;
  }

  NodeIndex quantifiers(NodeIndex item) {
    while (more()) {
      if (flags_.extended && skip_extended()) continue;
      uint32_t min = 0;
      uint32_t max = 0;
      if (!quantifier(min, max)) break;
      if (at('+')) tree_.exact = false;
      if (at('?') || at('+')) ++at_;
      if (item != kNoNode) item = repeat(item, min, max);
    }
    return item;
  }

  bool quantifier(uint32_t& min, uint32_t& max) {
    const char c = text_[at_];
    if (c == '*' || c == '+' || c == '?') {
      min = c == '+' ? 1 : 0;
      max = c == '?' ? 1 : kUnboundedWidth;
      ++at_;
      return true;
    }
    return c == '{' && counted(min, max);
  }

  // {2} {2,} {2,5}; anything else is a literal brace.
  bool counted(uint32_t& min, uint32_t& max) {
    std::size_t end = at_ + 1;
    if (!number(end, min)) return false;
    max = min;
    if (end < text_.size() && text_[end] == ',') {
      ++end;
      if (!number(end, max)) max = kUnboundedWidth;
    }
    if (end >= text_.size() || text_[end] != '}') return false;
    at_ = end + 1;
    return true;
  }

  bool number(std::size_t& at, uint32_t& value) const {
    const std::size_t begin = at;
    value = 0;
    while (at < text_.size() && is_digit(text_[at]) && value < 100'000) {
      value = value * 10 + static_cast<uint32_t>(text_[at++] - '0');
    }
    return at > begin;
  }

  std::optional<NodeIndex> atom() {
    const char c = text_[at_];
    switch (c) {
      case '(':
        return group();
      case '[':
        return bracket();
      case '\\':
        return escape();
      case '^':
      case '$':
        ++at_;
        if (flags_.multiline) return assertion(c == '^' ? 'l' : 'L');
        return assertion(c);
      case '.':
        ++at_;
        return set(flags_.dotall ? ByteSet256().set() : *named_set('N'), false);
      default:
        ++at_;
        return byte(static_cast<unsigned char>(c));
    }
  }

  std::optional<NodeIndex> group() {
    ++at_;
    if (at('*')) return fail();
    const Flags before = flags_;
    std::string_view look;  // its sign, if the group is a look-around
    if (at('?') && !group_head(look)) {
      // (?i) up to the end of the group around it, or a comment.
      return std::nullopt;
    }
    if (!ok_) return empty();
    const NodeIndex inside = alternatives();
    if (!at(')')) return fail();
    ++at_;
    flags_ = before;
    if (look.empty()) return inside;
    tree_.exact = false;
    if (look == "=") return before_one_of(first_bytes(tree_, inside, ByteSet256().set()));
    return std::nullopt;
  }

  // After "(?". False: there is no group, only flags or a comment.
  bool group_head(std::string_view& look) {
    const std::string_view rest = text_.substr(at_ + 1);
    for (const std::string_view head : {"=", "!", "<=", "<!"}) {
      if (!rest.starts_with(head)) continue;
      look = head;
      at_ += 1 + head.size();
      return true;
    }
    if (rest.starts_with('#')) {
      const std::size_t end = text_.find(')', at_);
      if (end == kNone) ok_ = false;
      at_ = end == kNone ? text_.size() : end + 1;
      return false;
    }
    if (rest.starts_with(':') || rest.starts_with('>')) {
      if (rest.starts_with('>')) tree_.exact = false;
      at_ += 2;
      return true;
    }
    if (rest.starts_with('<') || rest.starts_with("P<") || rest.starts_with('\'')) {
      const std::size_t end = text_.find(rest.front() == '\'' ? '\'' : '>', at_ + 2);
      if (end == kNone) ok_ = false;
      at_ = end == kNone ? text_.size() : end + 1;
      return true;
    }
    return inline_flags();
  }

  bool inline_flags() {
    bool on = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ')' || c == ':') {
        ++at_;
        return c == ':';
      }
      if (c == '-') {
        on = false;
      } else if (c == '^') {
        flags_ = {};
      } else if (c == 'i') {
        flags_.caseless = on;
      } else if (c == 's') {
        flags_.dotall = on;
      } else if (c == 'x') {
        flags_.extended = on;
      } else if (c == 'm') {
        flags_.multiline = on;
      } else if (c != 'a') {
        break;
      }
    }
    ok_ = false;
    return false;
  }

  std::optional<NodeIndex> escape() {
    if (at_ + 1 >= text_.size()) return fail();
    const char c = text_[at_ + 1];
    if (const std::optional<ByteSet256> named = named_set(c)) {
      at_ += 2;
      return set(*named, false);
    }
    if (std::string_view("bBAzZG").find(c) != kNone) {
      at_ += 2;
      if (c == 'Z') return assertion('$');
      if (c == 'G') tree_.exact = false;
      return assertion(c);
    }
    if (c >= '1' && c <= '9') return back_reference();
    if (c == 'R') {
      at_ += 2;
      return repeat(set(*named_set('v'), false), 1, 2);
    }
    const std::optional<unsigned char> one = single(true);
    if (!one.has_value()) return fail();
    return byte(*one);
  }

  std::optional<NodeIndex> back_reference() {
    std::size_t end = at_ + 1;
    uint32_t value = 0;
    number(end, value);
    if (value > 9) return fail();  // perhaps octal
    at_ = end;
    return any_text();
  }

  // An escape that stands for one byte.
  std::optional<unsigned char> single(bool outside) {
    const char c = text_[at_ + 1];
    if (!is_alnum(c)) {
      at_ += 2;
      return static_cast<unsigned char>(c);
    }
    constexpr std::string_view kNames = "tnrfae";
    constexpr std::string_view kValues = "\t\n\r\f\a\x1b";
    if (const std::size_t known = kNames.find(c); known != kNone) {
      at_ += 2;
      return static_cast<unsigned char>(kValues[known]);
    }
    if (c == 'b' && !outside) {
      at_ += 2;
      return static_cast<unsigned char>('\b');
    }
    if (c == 'x') return hex();
    if (c == '0') return octal();
    return std::nullopt;
  }

  std::optional<unsigned char> hex() {
    std::size_t end = at_ + 2;
    const bool braced = end < text_.size() && text_[end] == '{';
    if (braced) ++end;
    unsigned value = 0;
    for (int digits = 0; end < text_.size() && hex_value(text_[end]) >= 0; ++digits, ++end) {
      if (!braced && digits == 2) break;
      value = value * 16 + static_cast<unsigned>(hex_value(text_[end]));
      if (value > 0xff) return std::nullopt;
    }
    if (braced && (end >= text_.size() || text_[end++] != '}')) return std::nullopt;
    at_ = end;
    return static_cast<unsigned char>(value);
  }

  std::optional<unsigned char> octal() {
    std::size_t end = at_ + 1;
    unsigned value = 0;
    while (end < text_.size() && end < at_ + 4 && text_[end] >= '0' && text_[end] <= '7') {
      value = value * 8 + static_cast<unsigned>(text_[end++] - '0');
    }
    if (value > 0xff) return std::nullopt;
    at_ = end;
    return static_cast<unsigned char>(value);
  }

  std::optional<NodeIndex> bracket() {
    ++at_;
    const bool negated = at('^');
    if (negated) ++at_;
    ByteSet256 bytes;
    for (bool first = true; more() && (first || !at(']')); first = false) member(bytes);
    if (!at(']')) return fail();
    ++at_;
    if (flags_.caseless) fold(bytes);
    return set(negated ? ~bytes : bytes, false);
  }

  void member(ByteSet256& bytes) {
    if (text_.substr(at_).starts_with("[:") && posix(bytes)) return;
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
      if (const std::optional<ByteSet256> named = named_set(text_[at_ + 1])) {
        at_ += 2;
        bytes |= *named;
        return;
      }
    }
    const std::optional<unsigned char> low = member_byte();
    if (!low.has_value()) return;
    if (!at('-') || at_ + 1 >= text_.size() || text_[at_ + 1] == ']') {
      bytes.set(*low);
      return;
    }
    const std::size_t dash = at_++;
    if (text_[at_] == '\\' && at_ + 1 < text_.size() && named_set(text_[at_ + 1])) {
      at_ = dash;  // [a-\d]: the dash is itself
      bytes.set(*low);
      return;
    }
    const std::optional<unsigned char> high = member_byte();
    if (!high.has_value()) return;
    for (unsigned c = *low; c <= *high; ++c) bytes.set(c);
  }

  std::optional<unsigned char> member_byte() {
    if (text_[at_] != '\\') return static_cast<unsigned char>(text_[at_++]);
    if (at_ + 1 >= text_.size()) {
      ok_ = false;
      return std::nullopt;
    }
    std::optional<unsigned char> out =
        text_[at_ + 1] >= '1' && text_[at_ + 1] <= '7' ? octal_from_one() : single(false);
    if (!out.has_value()) ok_ = false;
    return out;
  }

  std::optional<unsigned char> octal_from_one() { return octal(); }

  bool posix(ByteSet256& bytes) {
    const std::size_t close = text_.find(":]", at_);
    if (close == kNone) return false;
    std::string_view name = text_.substr(at_ + 2, close - at_ - 2);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    for (const PosixClass& known : kPosixClasses) {
      if (known.name != name) continue;
      const ByteSet256 set = bytes_where(known.holds);
      bytes |= negated ? ~set : set;
      at_ = close + 2;
      return true;
    }
    ok_ = false;
    return true;
  }

  static constexpr NodeIndex kNoNode = UINT32_MAX;

  std::string_view text_;
  Flags flags_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool ok_ = true;
  RegexTree tree_;
};

// ---- writing ------------------------------------------------------------------------------------

constexpr uint32_t kRe2CountMax = 1'000;  // of counts inside each other, multiplied
constexpr uint32_t kCopiesMax = 16;       // of what is counted, where RE2 does not take the count

std::string set_text(const ByteSet256& bytes) {
  if (bytes.none()) return "[^\\x00-\\xff]";
  std::string out = "[";
  for (unsigned c = 0; c < 256; ++c) {
    if (!bytes[c]) continue;
    unsigned last = c;
    while (last < 255 && bytes[last + 1]) ++last;
    out += fmt::format("\\x{:02x}", c);
    if (last > c) out += fmt::format("-\\x{:02x}", last);
    c = last;
  }
  return out + ']';
}

std::string count_text(uint32_t min, uint32_t max) {
  if (min == 0 && max == 1) return "?";
  if (max != kUnboundedWidth) return fmt::format("{{{},{}}}", min, max);
  return min == 0 ? "*" : min == 1 ? "+" : fmt::format("{{{},}}", min);
}

class Re2Writer {
 public:
  explicit Re2Writer(const RegexTree& tree) : tree_(tree) {}

  std::optional<std::string> write() {
    ok_ = tree_.exact;
    add(tree_.root, {.last = true});
    if (!ok_) return std::nullopt;
    return std::move(out_);
  }

 private:
  struct Place {
    bool last = false;       // nothing follows but other ways to end
    uint64_t width_min = 0;  // bytes that follow
  };

  void add(NodeIndex index, Place place) {
    const RegexNode& node = tree_.node(index);
    switch (node.kind) {
      case Kind::kEmpty:
        return add_assertion(node.assertion, place);
      case Kind::kSet:
        out_ += set_text(tree_.sets[node.set]);
        return;
      case Kind::kConcat:
        return add_row(node, place);
      case Kind::kAlternate:
        return add_branches(node, place);
      case Kind::kRepeat:
        return add_repeat(node, place);
    }
  }

  void add_row(const RegexNode& node, Place place) {
    uint64_t follow = place.width_min;
    for (const NodeIndex child : node.children) follow += tree_.node(child).width_min;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      follow -= tree_.node(node.children[i]).width_min;
      const bool last = place.last && i + 1 == node.children.size();
      add(node.children[i], {.last = last, .width_min = follow});
    }
  }

  void add_repeat(const RegexNode& node, Place place) {
    const NodeIndex child = node.children.front();
    const uint64_t inside = counts_inside(tree_, child);
    const uint32_t most = node.max == kUnboundedWidth ? node.min : node.max;
    if (inside * most <= kRe2CountMax) {
      add_copy(child, {.last = place.last && node.max == 1, .width_min = place.width_min});
      out_ += count_text(node.min, node.max);
    } else if (most <= kCopiesMax && node.max != kUnboundedWidth) {
      const Place inner = {.width_min = place.width_min};
      for (uint32_t i = 0; i < node.min; ++i) add_copy(child, inner);
      for (uint32_t i = node.min; i < node.max; ++i) {
        out_ += "(?:";
        add_copy(child, inner);
      }
      for (uint32_t i = node.min; i < node.max; ++i) out_ += ")?";
    } else {
      ok_ = false;
    }
  }

  void add_copy(NodeIndex child, Place place) {
    out_ += "(?:";
    add(child, place);
    out_ += ')';
  }

  void add_branches(const RegexNode& node, Place place) {
    out_ += "(?:";
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) out_ += '|';
      add(node.children[i], place);
    }
    out_ += ')';
  }

  // At the end of a text, after its last newline, only RE2 sees the begin of a line.
  void add_assertion(char assertion, Place place) {
    if (assertion == '^' || assertion == 'A') out_ += "\\A";
    if (assertion == 'b') out_ += "\\b";
    if (assertion == 'B') out_ += "\\B";
    if (assertion == 'z') out_ += "\\z";
    if (assertion == 'l' && place.width_min == 0) ok_ = false;
    if (assertion == 'l') out_ += "(?m:^)";
    if (assertion == 'L') out_ += "(?m:$)";
    if (assertion != '$') return;
    if (!place.last) ok_ = false;
    out_ += "(?:\\n?\\z)";
  }

  const RegexTree& tree_;
  std::string out_;
  bool ok_ = true;
};

constexpr uint32_t kTimesMax = 8;  // that a repeat is counted out in a superset

// Writes what matches wherever the tree's pattern does, as small as may be: counts are given up.
class SupersetWriter {
 public:
  explicit SupersetWriter(const RegexTree& tree) : tree_(tree) {}

  std::string write() {
    add(tree_.root);
    return std::move(out_);
  }

 private:
  void add(NodeIndex index) {
    const RegexNode& node = tree_.node(index);
    switch (node.kind) {
      case Kind::kEmpty:
        return add_assertion(node.assertion);
      case Kind::kSet:
        out_ += set_text(tree_.sets[node.set]);
        return;
      case Kind::kConcat:
        for (const NodeIndex child : node.children) add(child);
        return;
      case Kind::kAlternate:
        return add_branches(node);
      case Kind::kRepeat:
        return add_repeat(node);
    }
  }

  void add_repeat(const RegexNode& node) {
    const RegexNode& child = tree_.node(node.children.front());
    const uint32_t times_max = child.kind == Kind::kSet ? kTimesMax : 1;
    out_ += "(?:";
    add(node.children.front());
    out_ += ')';
    const uint32_t max = node.max <= times_max ? node.max : kUnboundedWidth;
    out_ += count_text(std::min(node.min, times_max), max);
  }

  void add_branches(const RegexNode& node) {
    out_ += "(?:";
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) out_ += '|';
      add(node.children[i]);
    }
    out_ += ')';
  }

  // `$` at the end of a text may stand before a newline: anything may follow.
  void add_assertion(char assertion) {
    if (assertion == '^' || assertion == 'A') out_ += "\\A";
    if (assertion == 'b') out_ += "\\b";
    if (assertion == 'l') out_ += "(?m:^)";
    if (assertion == 'L') out_ += "(?m:$)";
  }

  const RegexTree& tree_;
  std::string out_;
};

}  // namespace

std::optional<RegexTree> parse_regex(const RegexText& regex) {
  return TreeParser(regex).parse();
}

ByteSet256 all_bytes(const RegexTree& tree, NodeIndex index) {
  const RegexNode& node = tree.node(index);
  ByteSet256 out;
  if (node.kind == Kind::kSet) out = tree.sets[node.set];
  for (const NodeIndex child : node.children) out |= all_bytes(tree, child);
  return out;
}

namespace {

ByteSet256 newline_of(const ByteSet256& bytes) {
  ByteSet256 out;
  out['\n'] = bytes['\n'];
  return out;
}

// What may stand next to a place where an assertion holds, of bytes that may stand there.
ByteSet256 after_assertion(char assertion, const ByteSet256& after) {
  if (assertion == 'z') return {};
  return assertion == '$' || assertion == 'L' ? newline_of(after) : after;
}

ByteSet256 before_assertion(char assertion, const ByteSet256& before) {
  if (assertion == '^' || assertion == 'A') return {};
  return assertion == 'l' ? newline_of(before) : before;
}

}  // namespace

ByteSet256 first_bytes(const RegexTree& tree, NodeIndex index, const ByteSet256& after) {
  const RegexNode& node = tree.node(index);
  switch (node.kind) {
    case Kind::kEmpty:
      if (node.assertion == '=') return after & tree.sets[node.set];
      return after_assertion(node.assertion, after);
    case Kind::kSet:
      return tree.sets[node.set];
    case Kind::kConcat: {
      ByteSet256 out = after;
      for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
        out = first_bytes(tree, *child, out);
      }
      return out;
    }
    case Kind::kAlternate: {
      ByteSet256 out;
      for (const NodeIndex child : node.children) out |= first_bytes(tree, child, after);
      return out;
    }
    case Kind::kRepeat: {
      const ByteSet256 out = first_bytes(tree, node.children.front(), after);
      return node.min > 0 ? out : out | after;
    }
  }
  return after;
}

ByteSet256 last_bytes(const RegexTree& tree, NodeIndex index, const ByteSet256& before) {
  const RegexNode& node = tree.node(index);
  switch (node.kind) {
    case Kind::kEmpty:
      return before_assertion(node.assertion, before);
    case Kind::kSet:
      return tree.sets[node.set];
    case Kind::kConcat: {
      ByteSet256 out = before;
      for (const NodeIndex child : node.children) out = last_bytes(tree, child, out);
      return out;
    }
    case Kind::kAlternate: {
      ByteSet256 out;
      for (const NodeIndex child : node.children) out |= last_bytes(tree, child, before);
      return out;
    }
    case Kind::kRepeat: {
      const ByteSet256 out = last_bytes(tree, node.children.front(), before);
      return node.min > 0 ? out : out | before;
    }
  }
  return before;
}

bool begins_text(const RegexTree& tree, NodeIndex index) {
  const RegexNode& node = tree.node(index);
  const auto begins = [&tree](NodeIndex child) { return begins_text(tree, child); };
  switch (node.kind) {
    case Kind::kEmpty:
      return node.assertion == '^' || node.assertion == 'A';
    case Kind::kSet:
      return false;
    case Kind::kConcat:
      for (const NodeIndex child : node.children) {
        if (begins(child)) return true;
        if (tree.node(child).width_max > 0) return false;
      }
      return false;
    case Kind::kAlternate:
      return std::all_of(node.children.begin(), node.children.end(), begins);
    case Kind::kRepeat:
      return node.min > 0 && begins(node.children.front());
  }
  return false;
}

uint64_t counts_inside(const RegexTree& tree, NodeIndex index) {
  const RegexNode& node = tree.node(index);
  uint64_t out = 1;
  for (const NodeIndex child : node.children) out = std::max(out, counts_inside(tree, child));
  if (node.kind != Kind::kRepeat) return out;
  const uint32_t most = node.max == kUnboundedWidth ? node.min : node.max;
  return std::min<uint64_t>(out * std::max(most, 1U), UINT32_MAX);
}

std::optional<std::string> re2_pattern(const RegexTree& tree) {
  return Re2Writer(tree).write();
}

std::string re2_superset(const RegexTree& tree) {
  return SupersetWriter(tree).write();
}

}  // namespace sluice::rules
