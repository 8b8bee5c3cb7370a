#include "rules/patterns/exact_matcher.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <re2/re2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {
namespace {

constexpr int64_t kRe2MemoryBytes = 2 << 20;  // compiled program and DFA cache of one pattern
constexpr int64_t kRe2LargeMemoryBytes = 32 << 20;
constexpr int kRe2LargeProgram = 1'000;         // instructions
constexpr std::size_t kBytesPerStep = 16;       // that a loop over single bytes passes in one step
constexpr std::size_t kBytesPerRe2Step = 8;     // that RE2 reads in the time of one
constexpr uint32_t kLargeTree = 500;            // nodes
constexpr uint64_t kManyCounts = 10'000;        // inside each other
constexpr std::size_t kSupersetBytesMin = 128;  // less is searched as quickly with PCRE2

// Tells the meter, if there is one, how long it lived.
class Measured {
 public:
  Measured(const ExactMatcher& matcher, const MatchWork& work)
      : matcher_(matcher), meter_(work.meter()) {
    if (meter_ != nullptr) [[unlikely]]
      begun_ = std::chrono::steady_clock::now();
  }

  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

  ~Measured() {
    if (meter_ == nullptr) [[likely]]
      return;
    meter_->add(matcher_, std::chrono::steady_clock::now() - begun_);
  }

 private:
  const ExactMatcher& matcher_;
  MatchMeter* meter_;
  std::chrono::steady_clock::time_point begun_;
};

std::unique_ptr<re2::RE2> compile_re2(const std::string& pattern, int64_t memory) {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  auto out = std::make_unique<re2::RE2>(pattern, options);
  if (!out->ok()) out.reset();
  return out;
}

// A large program needs room for the states of its automaton, or it makes them again and again.
std::unique_ptr<re2::RE2> compile_re2(const std::string& pattern) {
  std::unique_ptr<re2::RE2> out = compile_re2(pattern, kRe2MemoryBytes);
  if (out != nullptr && out->ProgramSize() < kRe2LargeProgram) return out;
  return compile_re2(pattern, kRe2LargeMemoryBytes);
}

// Of a pattern that takes PCRE2 long to see that it does not match: nullptr of others.
std::unique_ptr<re2::RE2> compile_superset(const RegexText& regex) {
  const std::optional<RegexTree> tree = parse_regex(regex);
  if (!tree.has_value()) return nullptr;
  const bool large = tree->node(tree->root).size >= kLargeTree;
  if (!large && counts_inside(*tree, tree->root) <= kManyCounts) return nullptr;
  return compile_re2(re2_superset(*tree), kRe2LargeMemoryBytes);
}

// True for "\+?" as well, where there is none.
bool has_lazy_repeat(std::string_view pattern) {
  for (std::size_t at = pattern.find('?'); at != std::string_view::npos;
       at = pattern.find('?', at + 1)) {
    if (at > 0 && std::string_view("*+?}").find(pattern[at - 1]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// Where the last match of the window may end.
std::size_t end_of(const ExactMatcher::Window& window, std::string_view unit) {
  return std::min(unit.size(), window.to + std::min(window.width, unit.size()));
}

// A match that begins in one place only is given up at the first byte that does not fit.
re2::RE2::Anchor anchor_of(const ExactMatcher::Window& window) {
  return window.from == window.to ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED;
}

}  // namespace

MatchWork::MatchWork() : perl_(*this) {}

MatchWork::~MatchWork() = default;

bool MatchWork::pay_step(std::size_t position) {
  const std::size_t moved =
      position > last_position_ ? position - last_position_ : last_position_ - position;
  last_position_ = position;
  return pay(1 + static_cast<int64_t>(moved / kBytesPerStep));
}

struct ExactMatcher::Programs {
  std::unique_ptr<re2::RE2> re2 = {};
  std::optional<PerlPattern> perl = {};     // asked first; none where RE2's program is large
  std::unique_ptr<re2::RE2> superset = {};  // where this finds nothing, nothing is

  // False: `fault` says what is wrong with the pattern.
  bool compile(const RegexText& regex, bool counts, RegexFault& fault);

  bool may_match(std::string_view unit, const Window& window, MatchWork& work) const;
  MatchSpan find_quickly(std::string_view unit, const Window& window, MatchWork& work) const;
  MatchSpan find_carefully(std::string_view unit, std::size_t from, std::size_t last,
                           MatchWork& work) const;
  MatchSpan find_linear(std::string_view unit, const Window& window, MatchWork& work) const;
  MatchSpan find(std::string_view unit, const Window& window, MatchWork& work) const;
  MatchOutcome find_in(std::string_view unit, const Window& window, MatchWork& work) const;
};

bool ExactMatcher::Programs::compile(const RegexText& regex, bool counts, RegexFault& fault) {
  perl = PerlPattern::compile(regex, fault);  // the judge of what is a pattern
  if (!perl.has_value()) return false;
  const PatternShape shape = shape_of(regex);
  // As RE2 is given it, `$` takes the newline with it that the next match may begin with.
  const bool may_be_re2 = !counts || !shape.anchors;
  if (may_be_re2 && shape.re2.has_value()) re2 = compile_re2(*shape.re2);
  // The tree does not say which repeats are lazy: where matches end is not known from it.
  const bool same_spans = !counts || !has_lazy_repeat(regex.pattern);
  if (may_be_re2 && same_spans && re2 == nullptr) {
    const std::optional<RegexTree> tree = parse_regex(regex);
    const std::optional<std::string> pattern =
        tree.has_value() ? re2_pattern(*tree) : std::optional<std::string>();
    if (pattern.has_value()) re2 = compile_re2(*pattern);
  }
  const bool large = re2 != nullptr && re2->ProgramSize() >= kRe2LargeProgram;
  if (large && !perl->begins_with_known_byte()) perl.reset();
  if (re2 == nullptr) superset = compile_superset(regex);
  return true;
}

// False: there is no match in the window.
bool ExactMatcher::Programs::may_match(std::string_view unit, const Window& window,
                                       MatchWork& work) const {
  const std::size_t end = end_of(window, unit);
  if (superset == nullptr || end - window.from < kSupersetBytesMin) return true;
  work.pay(static_cast<int64_t>((end - window.from) / kBytesPerRe2Step));
  const re2::StringPiece text(unit.data(), unit.size());
  return superset->Match(text, window.from, std::min(unit.size(), end + 1), anchor_of(window),
                         nullptr, 0);
}

// Machine code is the quicker one of short searches; a large program is what RE2 is good at. It
// counts its steps from each byte on anew: on a long text they are many.
MatchSpan ExactMatcher::Programs::find_quickly(std::string_view unit, const Window& window,
                                               MatchWork& work) const {
  const std::size_t end = end_of(window, unit);
  if (!perl.has_value() || end - window.from > limits::kPcre2QuickBytes) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  return perl->find_quickly(unit, window.from, window.to, work);
}

MatchSpan ExactMatcher::Programs::find_carefully(std::string_view unit, std::size_t from,
                                                 std::size_t last, MatchWork& work) const {
  if (!perl.has_value()) return {.outcome = MatchOutcome::kGaveUp};  // it was not to be compiled
  return perl->find_carefully(unit, from, last, work);
}

// A quick search pays for what it passed when that is known: callers go on from where it ended.
MatchSpan ExactMatcher::Programs::find(std::string_view unit, const Window& window,
                                       MatchWork& work) const {
  if (!work.pay(1)) return {.outcome = MatchOutcome::kGaveUp};
  if (!may_match(unit, window, work)) return {};
  const MatchSpan quick = find_quickly(unit, window, work);
  const std::size_t end = quick.outcome == MatchOutcome::kMatch ? quick.to : end_of(window, unit);
  work.pay(static_cast<int64_t>((end - window.from) / kBytesPerStep));
  if (quick.outcome != MatchOutcome::kGaveUp) return quick;
  if (re2 != nullptr) return find_linear(unit, window, work);
  return find_carefully(unit, window.from, window.to, work);
}

MatchOutcome ExactMatcher::Programs::find_in(std::string_view unit, const Window& window,
                                             MatchWork& work) const {
  const std::size_t end = end_of(window, unit);
  if (!work.pay(1 + static_cast<int64_t>((end - window.from) / kBytesPerStep))) {
    return MatchOutcome::kGaveUp;
  }
  if (!may_match(unit, window, work)) return MatchOutcome::kNoMatch;
  const MatchOutcome quick = find_quickly(unit, window, work).outcome;
  if (quick != MatchOutcome::kGaveUp) return quick;
  if (re2 == nullptr) return find_carefully(unit, window.from, window.to, work).outcome;
  if (!work.pay(static_cast<int64_t>((end - window.from) / kBytesPerRe2Step))) {
    return MatchOutcome::kGaveUp;
  }
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  // What looks beyond the end sees the unit's text there. `$` may take a newline with it.
  const bool found =
      re2->Match(text, window.from, std::min(unit.size(), end + 1), anchor_of(window), nullptr, 0);
  return found ? MatchOutcome::kMatch : MatchOutcome::kNoMatch;
}

MatchSpan ExactMatcher::Programs::find_linear(std::string_view unit, const Window& window,
                                              MatchWork& work) const {
  const std::size_t end = std::min(unit.size(), end_of(window, unit) + 1);
  // RE2 may read the text several times, and slowly when its cache of states is full.
  if (!work.pay(static_cast<int64_t>(end - window.from) / 2)) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  re2::StringPiece found;
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  if (!re2->Match(text, window.from, end, anchor_of(window), &found, 1)) return {};
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  if (begin > window.to) return {};
  return {.outcome = MatchOutcome::kMatch, .from = begin, .to = begin + found.size()};
}

struct ExactMatcher::Inside {
  Inside(const RegexText& text, bool all) : regex(text), counts(all) {}

  bool compile(RegexFault& fault) {
    const bool taken = programs.compile(regex, counts, fault);
    ready.store(true, std::memory_order_release);
    return taken;
  }

  const RegexText regex;
  const bool counts;
  std::atomic<bool> ready = false;  // `programs` are there, and change no more
  std::once_flag asked = {};
  Programs programs = {};
};

ExactMatcher::ExactMatcher(const RegexText& regex, bool counts)
    : inside_(std::make_unique<Inside>(regex, counts)) {}

ExactMatcher::ExactMatcher(ExactMatcher&&) noexcept = default;
ExactMatcher& ExactMatcher::operator=(ExactMatcher&&) noexcept = default;
ExactMatcher::~ExactMatcher() = default;

std::optional<ExactMatcher> ExactMatcher::compile(const RegexText& regex, bool counts,
                                                  RegexFault& fault) {
  ExactMatcher out(regex, counts);
  if (!out.inside_->compile(fault)) return std::nullopt;
  return out;
}

ExactMatcher ExactMatcher::later(const RegexText& regex, bool counts) {
  return {regex, counts};
}

const ExactMatcher::Programs& ExactMatcher::programs() const {
  Inside& inside = *inside_;
  if (!inside.ready.load(std::memory_order_acquire)) [[unlikely]] {
    std::call_once(inside.asked, [&inside] {
      RegexFault fault;
      inside.compile(fault);
    });
  }
  return inside.programs;
}

MatchSpan ExactMatcher::find(std::string_view unit, const Window& window, MatchWork& work) const {
  SLUICE_ASSERT(window.from <= window.to && window.to <= unit.size());
  const Programs& ready = programs();
  const Measured measured(*this, work);
  return ready.find(unit, window, work);
}

MatchOutcome ExactMatcher::find_in(std::string_view unit, const Window& window,
                                   MatchWork& work) const {
  const Programs& ready = programs();
  const Measured measured(*this, work);
  return ready.find_in(unit, window, work);
}

}  // namespace sluice::rules
