#include "rules/patterns/exact_matcher.h"

#include <algorithm>
#include <array>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/re2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {
namespace {

constexpr int64_t kRe2MemoryBytes = 2 << 20;  // compiled program and DFA cache of one pattern
constexpr int64_t kRe2LargeMemoryBytes = 32 << 20;
constexpr int kRe2LargeProgram = 1'000;    // instructions
constexpr int kTooLarge = 120;             // PCRE2's ERR20, which has no public name
constexpr std::size_t kBytesPerStep = 16;  // that a loop over single bytes passes in one step

uint32_t pcre2_options(const RegexText& regex) {
  // A callout before each item lets us count what a search costs.
  uint32_t options =
      PCRE2_AUTO_CALLOUT | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_USE_OFFSET_LIMIT;
  if (regex.caseless) options |= PCRE2_CASELESS;
  if (regex.multiline) options |= PCRE2_MULTILINE;
  if (regex.dotall) options |= PCRE2_DOTALL;
  if (regex.extended) options |= PCRE2_EXTENDED;
  return options;
}

int on_step(pcre2_callout_block* at, void* work) {
  const bool paid = static_cast<MatchWork*>(work)->pay_step(at->current_position);
  return paid ? 0 : PCRE2_ERROR_CALLOUT;
}

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

struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() != nullptr ? text.data() : "");
}

// `too_large`: only for this library.
pcre2_code* compile_pcre2(const RegexText& regex, bool& too_large, RegexFault& fault) {
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  SLUICE_ASSERT(context != nullptr);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* out = pcre2_compile(bytes_of(regex.pattern), regex.pattern.size(),
                                  pcre2_options(regex), &code, &offset, context.get());
  if (out != nullptr) return out;
  too_large = code == kTooLarge;
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  fault = {offset, reinterpret_cast<const char*>(text.data())};
  return nullptr;
}

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

}  // namespace

struct MatchWork::Pcre2 {
  pcre2_match_context* context = nullptr;
  pcre2_match_data* data = nullptr;
};

MatchWork::MatchWork() : pcre2_(std::make_unique<Pcre2>()) {
  pcre2_->context = pcre2_match_context_create(nullptr);
  pcre2_->data = pcre2_match_data_create(1, nullptr);  // the whole match; no groups
  SLUICE_ASSERT(pcre2_->context != nullptr && pcre2_->data != nullptr);
  pcre2_set_match_limit(pcre2_->context, limits::kPcre2MatchLimit);
  pcre2_set_depth_limit(pcre2_->context, limits::kPcre2DepthLimit);
  pcre2_set_heap_limit(pcre2_->context, limits::kPcre2HeapKib);
  pcre2_set_callout(pcre2_->context, on_step, this);
}

MatchWork::~MatchWork() {
  pcre2_match_data_free(pcre2_->data);
  pcre2_match_context_free(pcre2_->context);
}

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

void ExactMatcher::FreeCode::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

std::optional<ExactMatcher> ExactMatcher::compile(const RegexText& regex, const PatternShape& shape,
                                                  bool counts, RegexFault& fault) {
  ExactMatcher out;
  bool too_large = false;
  out.pcre2_.reset(compile_pcre2(regex, too_large, fault));
  if (too_large) out.large_ = LargePattern::compile(regex, fault);
  if (out.pcre2_ == nullptr && !out.large_.has_value()) return std::nullopt;
  // As RE2 is given it, `$` takes the newline with it that the next match may begin with.
  const bool may_be_re2 = !counts || !shape.anchors;
  if (may_be_re2 && shape.re2.has_value()) out.re2_ = compile_re2(*shape.re2);
  if (out.re2_ != nullptr) return out;
  const std::optional<RegexTree> tree = parse_regex(regex);
  if (!tree.has_value()) return out;
  const std::optional<std::string> pattern = may_be_re2 ? re2_pattern(*tree) : std::nullopt;
  if (pattern.has_value()) out.re2_ = compile_re2(*pattern);
  const bool may_be_empty = tree->node(tree->root).width_min == 0;
  if (out.re2_ == nullptr && !may_be_empty) out.wide_ = compile_re2(widened_pattern(*tree));
  return out;
}

bool ExactMatcher::ruled_out(std::string_view unit, std::size_t from, std::size_t to) const {
  if (wide_ == nullptr) return false;
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  return !wide_->Match(text, from, to, re2::RE2::UNANCHORED, nullptr, 0);
}

MatchSpan ExactMatcher::find(std::string_view unit, std::size_t from, MatchWork& work) const {
  SLUICE_ASSERT(from <= unit.size());
  const Measured measured(*this, work);
  if (!work.pay(1 + static_cast<int64_t>((unit.size() - from) / kBytesPerStep))) {
    return {.outcome = MatchOutcome::kGaveUp};
  }
  return re2_ != nullptr ? find_re2(unit, from, work) : find_pcre2(unit, from, work);
}

MatchOutcome ExactMatcher::find_in(std::string_view unit, const Window& window,
                                   MatchWork& work) const {
  const Measured measured(*this, work);
  const std::size_t end = std::min(unit.size(), window.to + window.width);
  if (!work.pay(1 + static_cast<int64_t>((end - window.from) / kBytesPerStep))) {
    return MatchOutcome::kGaveUp;
  }
  if (re2_ == nullptr) return find_in_pcre2(unit, window, work);
  const re2::StringPiece text(unit.data() != nullptr ? unit.data() : "", unit.size());
  // What looks beyond the end sees the unit's text there. `$` may take a newline with it.
  const bool found = re2_->Match(text, window.from, std::min(unit.size(), end + 1),
                                 re2::RE2::UNANCHORED, nullptr, 0);
  return found ? MatchOutcome::kMatch : MatchOutcome::kNoMatch;
}

MatchOutcome ExactMatcher::find_in_pcre2(std::string_view unit, const Window& window,
                                         MatchWork& work) const {
  if (ruled_out(unit, window.from, std::min(unit.size(), window.to + window.width + 1))) {
    return MatchOutcome::kNoMatch;
  }
  if (large_.has_value()) return large_->find(unit, window.from, window.to, work).outcome;
  work.begin_search(window.from);
  pcre2_set_offset_limit(work.pcre2_->context, window.to);
  const int found = pcre2_match(pcre2_.get(), bytes_of(unit), unit.size(), window.from, 0,
                                work.pcre2_->data, work.pcre2_->context);
  pcre2_set_offset_limit(work.pcre2_->context, PCRE2_UNSET);
  if (found == PCRE2_ERROR_NOMATCH) return MatchOutcome::kNoMatch;
  return found < 0 ? MatchOutcome::kGaveUp : MatchOutcome::kMatch;
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

MatchSpan ExactMatcher::find_pcre2(std::string_view unit, std::size_t from, MatchWork& work) const {
  if (ruled_out(unit, from, unit.size())) return {};
  if (large_.has_value()) return large_->find(unit, from, unit.size(), work);
  work.begin_search(from);
  const int found = pcre2_match(pcre2_.get(), bytes_of(unit), unit.size(), from, 0,
                                work.pcre2_->data, work.pcre2_->context);
  if (found == PCRE2_ERROR_NOMATCH) return {};
  if (found < 0) return {.outcome = MatchOutcome::kGaveUp};
  const PCRE2_SIZE* const at = pcre2_get_ovector_pointer(work.pcre2_->data);
  // \K in a lookahead can put the begin after the end.
  return {.outcome = MatchOutcome::kMatch, .from = at[0] < at[1] ? at[0] : at[1], .to = at[1]};
}

}  // namespace sluice::rules
