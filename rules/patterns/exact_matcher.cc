#include "rules/patterns/exact_matcher.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {
namespace {

constexpr int64_t kRe2MemoryBytes = 2 << 20;  // compiled program and DFA cache of one pattern
constexpr int64_t kRe2LargeMemoryBytes = 32 << 20;
constexpr int kRe2LargeProgram = 1'000;      // instructions
constexpr std::size_t kBytesPerStep = 16;    // that a loop over single bytes passes in one step
constexpr std::size_t kBytesPerRe2Step = 8;  // that RE2 reads in the time of one

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

}  // namespace

MatchWork::MatchWork() : perl_(*this) {}

MatchWork::~MatchWork() = default;

bool MatchWork::pay_step(std::size_t position) {
  const std::size_t moved =
      position > last_position_ ? position - last_position_ : last_position_ - position;
  last_position_ = position;
  return pay(1 + static_cast<int64_t>(moved / kBytesPerStep));
}

ExactMatcher::ExactMatcher() = default;
ExactMatcher::ExactMatcher(ExactMatcher&&) noexcept = default;
ExactMatcher& ExactMatcher::operator=(ExactMatcher&&) noexcept = default;
ExactMatcher::~ExactMatcher() = default;

std::optional<ExactMatcher> ExactMatcher::compile(const RegexText& regex, const PatternShape& shape,
                                                  bool counts, RegexFault& fault) {
  ExactMatcher out;
  out.perl_ = PerlPattern::compile(regex, fault);  // the judge of what is a pattern
  if (!out.perl_.has_value()) return std::nullopt;
  // As RE2 is given it, `$` takes the newline with it that the next match may begin with.
  const bool may_be_re2 = !counts || !shape.anchors;
  if (may_be_re2 && shape.re2.has_value()) out.re2_ = compile_re2(*shape.re2);
  // The tree does not say which repeats are lazy: where matches end is not known from it.
  const bool same_spans = !counts || !has_lazy_repeat(regex.pattern);
  if (may_be_re2 && same_spans && out.re2_ == nullptr) {
    const std::optional<RegexTree> tree = parse_regex(regex);
    const std::optional<std::string> pattern =
        tree.has_value() ? re2_pattern(*tree) : std::optional<std::string>();
    if (pattern.has_value()) out.re2_ = compile_re2(*pattern);
  }
  if (out.re2_ != nullptr && out.re2_->ProgramSize() >= kRe2LargeProgram) out.perl_.reset();
  return out;
}

// Machine code is the quicker one of short searches; a large program is what RE2 is good at. It
// counts its steps from each byte on anew: on a long text they are many.
MatchSpan ExactMatcher::find_quickly(std::string_view unit, const Window& window,
                                     MatchWork& work) const {
  const std::size_t end = std::min(unit.size(), window.to + window.width);
  if (!perl_.has_value() || end - window.from > limits::kPcre2QuickBytes) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  return perl_->find_quickly(unit, window.from, window.to, work);
}

MatchSpan ExactMatcher::find(std::string_view unit, std::size_t from, MatchWork& work) const {
  SLUICE_ASSERT(from <= unit.size());
  const Measured measured(*this, work);
  if (!work.pay(1 + static_cast<int64_t>((unit.size() - from) / kBytesPerStep))) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  const MatchSpan quick = find_quickly(unit, {.from = from, .to = unit.size(), .width = 0}, work);
  if (quick.outcome != MatchOutcome::kGaveUp) return quick;
  if (re2_ != nullptr) return find_re2(unit, from, work);
  return perl_->find_carefully(unit, from, unit.size(), work);
}

MatchOutcome ExactMatcher::find_in(std::string_view unit, const Window& window,
                                   MatchWork& work) const {
  const Measured measured(*this, work);
  const std::size_t end = std::min(unit.size(), window.to + window.width);
  if (!work.pay(1 + static_cast<int64_t>((end - window.from) / kBytesPerStep))) {
    return MatchOutcome::kGaveUp;
  }
  const MatchOutcome quick = find_quickly(unit, window, work).outcome;
  if (quick != MatchOutcome::kGaveUp) return quick;
  if (re2_ == nullptr) return perl_->find_carefully(unit, window.from, window.to, work).outcome;
  if (!work.pay(static_cast<int64_t>((end - window.from) / kBytesPerRe2Step))) {
    return MatchOutcome::kGaveUp;
  }
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  // What looks beyond the end sees the unit's text there. `$` may take a newline with it.
  const bool found = re2_->Match(text, window.from, std::min(unit.size(), end + 1),
                                 re2::RE2::UNANCHORED, nullptr, 0);
  return found ? MatchOutcome::kMatch : MatchOutcome::kNoMatch;
}

MatchSpan ExactMatcher::find_re2(std::string_view unit, std::size_t from, MatchWork& work) const {
  // RE2 may read the text several times, and slowly when its cache of states is full.
  if (!work.pay(static_cast<int64_t>(unit.size() - from) / 2)) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  re2::StringPiece found;
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  if (!re2_->Match(text, from, text.size(), re2::RE2::UNANCHORED, &found, 1)) return {};
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return {.outcome = MatchOutcome::kMatch, .from = begin, .to = begin + found.size()};
}

}  // namespace sluice::rules
