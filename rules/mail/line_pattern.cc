#include "rules/mail/line_pattern.h"

#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace sluice::rules {

// Reads a pattern by recursive descent. Targets in fragments are relative; the whole is resolved.
class LinePatternCompiler {
 public:
  LinePatternCompiler(LinePattern& out, std::string_view pattern) : out_(out), rest_(pattern) {}

  void run() {
    Fragment whole = alternatives();
    SLUICE_ASSERT(rest_.empty());
    Fragment all;
    append(all, mark(0));
    append(all, std::move(whole));
    append(all, {Step{.kind = Kind::kMatch}});
    resolve(all);
    out_.steps_ = std::move(all);
    sharpen_runs();
    out_.anchored_ = out_.steps_[1].kind == Kind::kBegin;
    out_.first_known_ = add_first(out_.anchored_ ? 2 : 0);
    find_marks();
  }

 private:
  using Kind = LinePattern::Kind;
  using Greed = LinePattern::Greed;
  using Step = LinePattern::Step;
  using Set = LinePattern::Set;
  using Fragment = std::vector<Step>;

  struct Count {
    uint32_t min = 1;
    uint32_t max = 1;
    Greed greed = Greed::kGreedy;
  };

  // What a pattern names with one or a few bytes.
  struct Atom {
    bool is_text = false;
    bool is_set = false;
    char text = 0;
    Set set = {};
    Fragment steps = {};
  };

  static void append(Fragment& to, Fragment what) {
    to.insert(to.end(), std::make_move_iterator(what.begin()), std::make_move_iterator(what.end()));
  }

  static Fragment mark(uint32_t slot) { return {Step{.kind = Kind::kSave, .target = slot}}; }

  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  char take_byte() {
    SLUICE_ASSERT(!rest_.empty());
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Step branch(std::size_t distance, Greed greed) {
    return {.kind = Kind::kSplit,
            .greed = greed,
            .target = static_cast<uint32_t>(distance),
            .memory = out_.memory_rows_++};
  }

  static Step jump(std::ptrdiff_t distance) {
    return {.kind = Kind::kJump, .target = static_cast<uint32_t>(distance)};
  }

  Fragment alternatives() {
    Fragment left = sequence();
    if (!take("|")) return left;
    Fragment right = alternatives();
    Fragment both = {branch(left.size() + 2, Greed::kGreedy)};
    append(both, std::move(left));
    both.push_back(jump(static_cast<std::ptrdiff_t>(right.size()) + 1));
    append(both, std::move(right));
    return both;
  }

  Fragment sequence() {
    Fragment out;
    std::string text;
    const auto flush = [&] {
      if (!text.empty()) out.push_back({.kind = Kind::kText, .text = std::exchange(text, {})});
    };
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      Atom atom = read_atom();
      const Count count = read_count();
      if (atom.is_text && count.min == 1 && count.max == 1) {
        text += out_.fold_case_ ? ascii_lower(atom.text) : atom.text;
        continue;
      }
      flush();
      append(out, repeat(std::move(atom), count));
    }
    flush();
    return out;
  }

  Atom read_atom() {
    if (take("^")) return steps({.kind = Kind::kBegin});
    if (take("$")) return steps({.kind = Kind::kEnd});
    if (take(".")) return set_atom(all_but({}));
    if (take("[")) return set_atom(read_class());
    if (take("(?!")) return read_refusal();
    if (take("(?:")) return group(false);
    if (take("(")) return group(true);
    if (take("\\")) return read_escape();
    return text_atom(take_byte());
  }

  static Atom steps(Step step) { return {.steps = {std::move(step)}}; }

  static Atom set_atom(Set set) { return {.is_set = true, .set = set}; }

  static Atom text_atom(char c) { return {.is_text = true, .text = c}; }

  Atom group(bool captures) {
    Atom atom;
    const uint32_t number = captures ? ++groups_ : 0;
    SLUICE_ASSERT(groups_ <= LinePattern::kGroupsMax);
    Fragment inside = alternatives();
    SLUICE_ASSERT(take_byte() == ')');
    if (captures) append(atom.steps, mark(2 * number));
    append(atom.steps, std::move(inside));
    if (captures) append(atom.steps, mark(2 * number + 1));
    return atom;
  }

  Atom read_refusal() {
    Atom atom;
    if (take("[")) {
      atom = steps({.kind = Kind::kNotSet, .set = keep(read_class())});
    } else {
      const std::size_t end = rest_.find(')');
      SLUICE_ASSERT(end != std::string_view::npos);
      atom = steps({.kind = Kind::kNotText, .text = std::string(rest_.substr(0, end))});
      rest_.remove_prefix(end);
    }
    SLUICE_ASSERT(take_byte() == ')');
    return atom;
  }

  Atom read_escape() {
    const char c = take_byte();
    switch (c) {
      case 'b':
        return steps({.kind = Kind::kEdge});
      case 'i':
        return steps({.kind = Kind::kIp});
      case 'l':
        return steps({.kind = Kind::kLocal});
      case 'q':
        return read_escaped_run();
      default:
        break;
    }
    Set set = {};
    if (named_class(c, set)) return set_atom(set);
    SLUICE_ASSERT(!is_alnum(c));
    return text_atom(c);
  }

  Atom read_escaped_run() {
    const char close = take_byte();
    const std::string_view stops = close == '"' ? "\"\\" : "()\\";
    return steps({.kind = Kind::kEscaped, .set = keep(all_but(stops))});
  }

  static Set all_but(std::string_view members) {
    Set set;
    set.fill(true);
    for (const char c : members) set[static_cast<uint8_t>(c)] = false;
    return set;
  }

  static bool named_class(char name, Set& set) {
    const char lower = ascii_lower(name);
    if (lower != 's' && lower != 'd' && lower != 'w') return false;
    for (int i = 0; i < 256; ++i) {
      const char c = static_cast<char>(i);
      const bool in = lower == 's'   ? is_space(c)
                      : lower == 'd' ? is_digit(c)
                                     : is_alnum(c) || c == '_';
      if (in == (name == lower)) set[static_cast<std::size_t>(i)] = true;
    }
    return true;
  }

  // After "[".
  Set read_class() {
    Set set = {};
    const bool negated = take("^");
    while (!take("]")) {
      const char from = take_byte();
      if (from == '\\') {
        const char escaped = take_byte();
        if (!named_class(escaped, set)) set[static_cast<uint8_t>(escaped)] = true;
        continue;
      }
      char to = from;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        take_byte();
        to = take_byte();
      }
      for (int c = static_cast<uint8_t>(from); c <= static_cast<uint8_t>(to); ++c) {
        set[static_cast<std::size_t>(c)] = true;
      }
    }
    if (out_.fold_case_) fold(set);
    if (negated) {
      for (bool& in : set) in = !in;
    }
    return set;
  }

  static void fold(Set& set) {
    for (int c = 'a'; c <= 'z'; ++c) {
      const auto lower = static_cast<std::size_t>(c);
      const std::size_t upper = lower - 0x20;
      set[lower] = set[upper] = set[lower] || set[upper];
    }
  }

  uint32_t read_number() {
    uint32_t number = 0;
    while (!rest_.empty() && is_digit(rest_.front())) {
      number = number * 10 + static_cast<uint32_t>(take_byte() - '0');
    }
    return number;
  }

  Count read_count() {
    Count count;
    if (take("*")) {
      count = {.min = 0, .max = LinePattern::kNoMax};
    } else if (take("+")) {
      count = {.min = 1, .max = LinePattern::kNoMax};
    } else if (take("?")) {
      count = {.min = 0, .max = 1};
    } else if (take("{")) {
      count.min = count.max = read_number();
      if (take(",")) count.max = rest_.starts_with("}") ? LinePattern::kNoMax : read_number();
      SLUICE_ASSERT(take("}"));
    } else {
      return count;
    }
    if (take("?")) count.greed = Greed::kLazy;
    if (take("+")) count.greed = Greed::kPossessive;
    return count;
  }

  uint32_t keep(const Set& set) {
    out_.sets_.push_back(set);
    return static_cast<uint32_t>(out_.sets_.size() - 1);
  }

  Fragment repeat(Atom atom, const Count& count) {
    if (atom.is_text) {
      atom.set[static_cast<uint8_t>(atom.text)] = true;
      if (out_.fold_case_) fold(atom.set);
      atom.is_set = true;
    }
    if (!atom.is_set) return repeat_group(atom.steps, count);
    return {Step{.kind = Kind::kRun,
                 .greed = count.greed,
                 .set = keep(atom.set),
                 .min = count.min,
                 .max = count.max,
                 .memory = out_.memory_rows_++}};
  }

  // A copy with rows of memory of its own.
  Fragment copy_of(const Fragment& steps) {
    Fragment copy = steps;
    for (Step& s : copy) {
      if (s.kind == Kind::kRun || s.kind == Kind::kSplit) s.memory = out_.memory_rows_++;
    }
    return copy;
  }

  Fragment repeat_group(const Fragment& steps, const Count& count) {
    SLUICE_ASSERT(count.greed != Greed::kPossessive);
    Fragment out;
    for (uint32_t i = 0; i < count.min; ++i) append(out, copy_of(steps));
    if (count.max == LinePattern::kNoMax) {
      out.push_back(branch(steps.size() + 2, count.greed));
      append(out, copy_of(steps));
      out.push_back(jump(-static_cast<std::ptrdiff_t>(steps.size()) - 1));
      return out;
    }
    SLUICE_ASSERT(count.max <= count.min + 1);
    if (count.max > count.min) {
      out.push_back(branch(steps.size() + 1, count.greed));
      append(out, copy_of(steps));
    }
    return out;
  }

  static void resolve(Fragment& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      Step& s = steps[i];
      if (s.kind != Kind::kSplit && s.kind != Kind::kJump) continue;
      s.target = static_cast<uint32_t>(static_cast<int64_t>(i) + static_cast<int32_t>(s.target));
    }
  }

  // A run before a text ends where the text can begin; if the run cannot hold the text's first byte
  // there is one such end.
  void sharpen_runs() {
    for (std::size_t i = 0; i < out_.steps_.size(); ++i) {
      Step& s = out_.steps_[i];
      if (s.kind != Kind::kRun || s.greed == Greed::kPossessive) continue;
      std::size_t next = i + 1;
      while (out_.steps_[next].kind == Kind::kSave) ++next;
      const Step& after = out_.steps_[next];
      const bool free = s.max == LinePattern::kNoMax;
      if (after.kind == Kind::kEnd && free) s.greed = Greed::kPossessive;
      if (after.kind != Kind::kText) continue;
      const char c = after.text.front();
      if (out_.fold_case_ && is_alpha(c)) continue;
      if (free && !out_.sets_[s.set][static_cast<uint8_t>(c)]) s.greed = Greed::kPossessive;
      s.filtered = true;
      s.next = c;
    }
  }

  void find_marks() {
    std::size_t i = out_.anchored_ ? 2 : 1;
    while (out_.steps_[i].kind == Kind::kSave) ++i;
    if (out_.steps_[i].kind == Kind::kText) out_.head_ = out_.steps_[i].text;
    if (!out_.anchored_ || !is_word_run(out_.steps_[i])) return;
    ++i;
    while (out_.steps_[i].kind == Kind::kSave) ++i;
    if (out_.steps_[i].kind == Kind::kText) out_.after_word_ = out_.steps_[i].text;
  }

  // \S+ or \S* before a text with a blank.
  [[nodiscard]] bool is_word_run(const Step& s) const {
    if (s.kind != Kind::kRun || s.greed != Greed::kPossessive || out_.fold_case_) return false;
    const Set& set = out_.sets_[s.set];
    for (int c = 0; c < 256; ++c) {
      if (set[static_cast<std::size_t>(c)] == is_space(static_cast<char>(c))) return false;
    }
    return true;
  }

  // Adds the bytes a match from `step` on can begin with; false: any, or it may be empty.
  bool add_first(uint32_t step) {
    const Step& s = out_.steps_[step];
    switch (s.kind) {
      case Kind::kText:
        out_.first_[static_cast<uint8_t>(s.text.front())] = true;
        if (out_.fold_case_) fold(out_.first_);
        return true;
      case Kind::kRun:
        for (std::size_t c = 0; c < 256; ++c) out_.first_[c] |= out_.sets_[s.set][c];
        return s.min > 0 || add_first(step + 1);
      case Kind::kSave:
      case Kind::kEdge:
        return add_first(step + 1);
      case Kind::kIp:
        for (const char c : std::string_view("0123456789abcdefABCDEF:iI")) {
          out_.first_[static_cast<uint8_t>(c)] = true;
        }
        return true;
      case Kind::kSplit:
        return s.target > step && add_first(step + 1) && add_first(s.target);
      case Kind::kJump:
        return s.target > step && add_first(s.target);
      default:
        return false;
    }
  }

  LinePattern& out_;
  std::string_view rest_;
  uint32_t groups_ = 0;
};

LinePattern::LinePattern(std::string_view pattern, Case letter_case)
    : fold_case_(letter_case == Case::kIgnored) {
  LinePatternCompiler(*this, pattern).run();
}

}  // namespace sluice::rules
