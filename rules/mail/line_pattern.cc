#include "rules/mail/line_pattern.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "rules/mail/ip_text.h"

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

bool LineMatcher::match(const LinePattern& pattern, std::string_view text) {
  pattern_ = &pattern;
  text_ = text;
  steps_taken_ = 0;
  remembers_ = false;
  if (pattern.anchored_) return match_begin();
  for (std::size_t start = 0; start <= text.size(); ++start) {
    if (!pattern.head_.empty() && !pattern.fold_case_) {
      start = text.find(pattern.head_, start);
      if (start == std::string_view::npos) return false;
    } else if (pattern.first_known_) {
      while (start < text.size() && !pattern.first_[static_cast<uint8_t>(text[start])]) ++start;
      if (start == text.size()) return false;
    }
    if (text_at(pattern.head_, start) && match_from(start)) return true;
  }
  return false;
}

bool LineMatcher::match_begin() {
  const LinePattern& p = *pattern_;
  if (p.first_known_ && (text_.empty() || !p.first_[static_cast<uint8_t>(text_[0])])) return false;
  if (!p.after_word_.empty()) {
    const std::size_t word_end = text_.find(p.after_word_.front());
    if (word_end == std::string_view::npos || !text_at(p.after_word_, word_end)) return false;
  }
  return match_from(0);
}

std::string_view LineMatcher::group(std::size_t number) const {
  const std::size_t from = slots_[2 * number];
  const std::size_t to = slots_[2 * number + 1];
  return from == kNowhere || to == kNowhere ? std::string_view() : text_.substr(from, to - from);
}

bool LineMatcher::match_from(std::size_t start) {
  slots_.fill(kNowhere);
  jobs_.clear();
  return go(0, start);
}

const LinePattern::Set& LineMatcher::set_of(const Step& s) const {
  return pattern_->sets_[s.set];
}

bool LineMatcher::text_at(const std::string& text, std::size_t at) const {
  if (text_.size() - at < text.size()) return false;
  const char* here = text_.data() + at;
  if (!pattern_->fold_case_) return std::memcmp(here, text.data(), text.size()) == 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ascii_lower(here[i]) != text[i]) return false;
  }
  return true;
}

bool LineMatcher::edge(std::size_t at) const {
  const auto word = [&](std::size_t i) { return is_alnum(text_[i]) || text_[i] == '_'; };
  return (at > 0 && word(at - 1)) != (at < text_.size() && word(at));
}

std::size_t LineMatcher::escaped_end(const Step& s, std::size_t at) const {
  const LinePattern::Set& plain = set_of(s);
  while (at < text_.size()) {
    if (plain[static_cast<uint8_t>(text_[at])]) {
      ++at;
    } else if (text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n') {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// Remembers that a choice is entered at a place; true if it was before. Nothing is remembered until
// a match proves to be hard.
bool LineMatcher::seen(uint32_t row, std::size_t at) {
  if (!remembers_) return false;
  const std::size_t bit = row * (text_.size() + 1) + at;
  uint64_t& word = failed_[bit / 64];
  const uint64_t mask = uint64_t{1} << (bit % 64);
  const bool was = (word & mask) != 0;
  word |= mask;
  return was;
}

void LineMatcher::save(uint32_t slot, std::size_t at) {
  if (!jobs_.empty()) {
    jobs_.push_back({.kind = Job::Kind::kRestore, .step = slot, .at = slots_[slot]});
  }
  slots_[slot] = at;
}

bool LineMatcher::check(const Step& s, std::size_t& at) const {
  using Kind = LinePattern::Kind;
  switch (s.kind) {
    case Kind::kText:
      if (!text_at(s.text, at)) return false;
      at += s.text.size();
      return true;
    case Kind::kBegin:
      return at == 0;
    case Kind::kEnd:
      return at == text_.size();
    case Kind::kEdge:
      return edge(at);
    case Kind::kEscaped:
      at = escaped_end(s, at);
      return true;
    case Kind::kNotSet:
      return at == text_.size() || !set_of(s)[static_cast<uint8_t>(text_[at])];
    default:
      return !text_at(s.text, at);  // kNotText
  }
}

bool LineMatcher::go(uint32_t step, std::size_t at) {
  using Kind = LinePattern::Kind;
  while (true) {
    const Step& s = pattern_->steps_[step];
    bool good = true;
    switch (s.kind) {
      case Kind::kMatch:
        slots_[1] = at;
        return true;
      case Kind::kSave:
        save(s.target, at);
        ++step;
        break;
      case Kind::kJump:
        step = s.target;
        break;
      case Kind::kSplit: {
        const bool lazy = s.greed == LinePattern::Greed::kLazy;
        good = !seen(s.memory, at);
        if (!good) break;
        jobs_.push_back({.step = lazy ? step + 1 : s.target, .at = at});
        step = lazy ? s.target : step + 1;
        break;
      }
      case Kind::kRun:
        good = enter_run(step, at);
        break;
      case Kind::kIp:
      case Kind::kLocal:
        good = enter_address(s, step, at);
        break;
      default:
        good = check(s, at);
        ++step;
        break;
    }
    if (!good && !back_track(step, at)) return false;
  }
}

bool LineMatcher::back_track(uint32_t& step, std::size_t& at) {
  if (++steps_taken_ > kStepsUnremembered && !remembers_) {
    remembers_ = true;
    failed_.assign(pattern_->memory_rows_ * (text_.size() + 1) / 64 + 1, 0);
  }
  while (!jobs_.empty()) {
    const Job job = jobs_.back();
    jobs_.pop_back();
    switch (job.kind) {
      case Job::Kind::kGoOn:
        step = job.step;
        at = job.at;
        return true;
      case Job::Kind::kRestore:
        slots_[job.step] = job.at;
        break;
      case Job::Kind::kRunShorter:
        if (shorter(job, step, at)) return true;
        break;
      case Job::Kind::kRunLonger:
        if (longer(job, step, at)) return true;
        break;
    }
  }
  return false;
}

// The next end of a greedy run: `at` and below, not below `other`.
bool LineMatcher::shorter(const Job& job, uint32_t& step, std::size_t& at) {
  const Step& s = pattern_->steps_[job.step];
  std::size_t end = job.at;
  if (s.filtered) {
    while (end > job.other && (end >= text_.size() || text_[end] != s.next)) --end;
    if (end >= text_.size() || text_[end] != s.next) return false;
  }
  if (end > job.other) {
    jobs_.push_back(
        {.kind = Job::Kind::kRunShorter, .step = job.step, .at = end - 1, .other = job.other});
  }
  step = job.step + 1;
  at = end;
  return true;
}

// The next end of a lazy run: one byte more than `at`, `other` bytes at most.
bool LineMatcher::longer(const Job& job, uint32_t& step, std::size_t& at) {
  const Step& s = pattern_->steps_[job.step];
  std::size_t end = job.at;
  std::size_t left = job.other;
  while (true) {
    if (left == 0 || end >= text_.size() || !set_of(s)[static_cast<uint8_t>(text_[end])]) {
      return false;
    }
    ++end;
    --left;
    if (s.max == LinePattern::kNoMax && seen(s.memory, end)) return false;
    if (!s.filtered || (end < text_.size() && text_[end] == s.next)) break;
  }
  jobs_.push_back({.kind = Job::Kind::kRunLonger, .step = job.step, .at = end, .other = left});
  step = job.step + 1;
  at = end;
  return true;
}

bool LineMatcher::enter_run(uint32_t& step, std::size_t& at) {
  using Greed = LinePattern::Greed;
  const Step& s = pattern_->steps_[step];
  const LinePattern::Set& set = set_of(s);
  const auto in = [&](std::size_t i) {
    return i < text_.size() && set[static_cast<uint8_t>(text_[i])];
  };
  const bool free = s.max == LinePattern::kNoMax;
  if (!free && s.max > 1 && seen(s.memory, at)) return false;
  std::size_t end = at;
  while (end - at < s.min) {
    if (!in(end)) return false;
    ++end;
  }
  const std::size_t least = end;
  if (s.greed == Greed::kLazy) {
    if (free && seen(s.memory, end)) return false;
    jobs_.push_back({.kind = Job::Kind::kRunLonger,
                     .step = step,
                     .at = end,
                     .other = free ? text_.size() : s.max - s.min});
    ++step;
    at = end;
    return true;
  }
  const std::size_t room = free ? text_.size() : s.max;
  const bool remembered = remembers_ && free && s.greed == Greed::kGreedy;
  if (remembered && seen(s.memory, end)) return false;
  while (end - at < room && in(end)) {
    if (remembered && seen(s.memory, end + 1)) break;
    ++end;
  }
  if (s.greed == Greed::kPossessive || end == least) {
    ++step;
    at = end;
    return true;
  }
  return shorter({.step = step, .at = end, .other = least}, step, at);
}

bool LineMatcher::enter_address(const Step& s, uint32_t& step, std::size_t& at) {
  const Lengths lengths =
      s.kind == LinePattern::Kind::kIp ? ip_lengths(text_, at) : localhost_lengths(text_, at);
  if (lengths.count == 0) return false;
  ++step;
  if (lengths.count > 1) jobs_.push_back({.step = step, .at = at + lengths.of[1]});
  at += lengths.of[0];
  return true;
}

}  // namespace sluice::rules
