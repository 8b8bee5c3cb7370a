#include "rules/patterns/perl_pattern.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/large_pattern.h"

namespace sluice::rules {
namespace {

constexpr int kTooLarge = 120;  // PCRE2's ERR20, which has no public name
constexpr std::size_t kJitStackBytesMin = 32U << 10U;
constexpr std::size_t kJitStackBytesMax = 256U << 10U;

uint32_t options_of(const RegexText& regex) {
  uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_USE_OFFSET_LIMIT;
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

struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() != nullptr ? text.data() : "");
}

// `too_large`: only for this library.
pcre2_code* compile_code(const RegexText& regex, uint32_t options, bool& too_large,
                         RegexFault& fault) {
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  SLUICE_ASSERT(context != nullptr);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* out = pcre2_compile(bytes_of(regex.pattern), regex.pattern.size(), options, &code,
                                  &offset, context.get());
  if (out != nullptr) return out;
  too_large = code == kTooLarge;
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  fault = {offset, reinterpret_cast<const char*>(text.data())};
  return nullptr;
}

MatchSpan span_of(pcre2_match_data* data) {
  const PCRE2_SIZE* const at = pcre2_get_ovector_pointer(data);
  // \K in a lookahead can put the begin after the end.
  return {.outcome = MatchOutcome::kMatch, .from = std::min(at[0], at[1]), .to = at[1]};
}

}  // namespace

struct PerlMatchWork::Pcre2 {
  pcre2_match_context* quick = nullptr;
  pcre2_match_context* careful = nullptr;
  pcre2_jit_stack* stack = nullptr;
  pcre2_match_data* data = nullptr;
};

PerlMatchWork::PerlMatchWork(MatchWork& budget) : pcre2_(std::make_unique<Pcre2>()) {
  Pcre2& own = *pcre2_;
  own.quick = pcre2_match_context_create(nullptr);
  own.careful = pcre2_match_context_create(nullptr);
  own.stack = pcre2_jit_stack_create(kJitStackBytesMin, kJitStackBytesMax, nullptr);
  own.data = pcre2_match_data_create(1, nullptr);  // the whole match; no groups
  SLUICE_ASSERT(own.quick != nullptr && own.careful != nullptr && own.data != nullptr);
  pcre2_set_match_limit(own.quick, limits::kPcre2QuickLimit);
  pcre2_set_depth_limit(own.quick, limits::kPcre2DepthLimit);
  pcre2_set_heap_limit(own.quick, limits::kPcre2HeapKib);
  pcre2_jit_stack_assign(own.quick, nullptr, own.stack);
  pcre2_set_match_limit(own.careful, limits::kPcre2MatchLimit);
  pcre2_set_depth_limit(own.careful, limits::kPcre2DepthLimit);
  pcre2_set_heap_limit(own.careful, limits::kPcre2HeapKib);
  pcre2_set_callout(own.careful, on_step, &budget);
  pcre2_jit_stack_assign(own.careful, nullptr, own.stack);
}

PerlMatchWork::~PerlMatchWork() {
  pcre2_match_data_free(pcre2_->data);
  pcre2_jit_stack_free(pcre2_->stack);
  pcre2_match_context_free(pcre2_->careful);
  pcre2_match_context_free(pcre2_->quick);
}

struct PerlPattern::Careful {
  explicit Careful(const RegexText& text) : regex(text) {}

  void compile() {
    bool too_large = false;
    RegexFault fault;
    // A callout before each item lets us count what a search costs.
    code.reset(compile_code(regex, options_of(regex) | PCRE2_AUTO_CALLOUT, too_large, fault));
    if (code != nullptr) pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
    if (too_large) large = LargePattern::compile(regex, fault);
  }

  RegexText regex;
  std::once_flag compiled = {};
  Code code = {};
  std::optional<LargePattern> large = {};  // instead of `code`
};

std::string pcre2_version() {
  std::array<char, 64> text{};
  const int bytes = pcre2_config(PCRE2_CONFIG_VERSION, nullptr);
  SLUICE_ASSERT(bytes > 0 && static_cast<std::size_t>(bytes) <= text.size());
  pcre2_config(PCRE2_CONFIG_VERSION, text.data());
  return text.data();
}

PerlPattern::PerlPattern() = default;
PerlPattern::PerlPattern(PerlPattern&&) noexcept = default;
PerlPattern& PerlPattern::operator=(PerlPattern&&) noexcept = default;
PerlPattern::~PerlPattern() = default;

void PerlPattern::FreeCode::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

std::optional<PerlPattern> PerlPattern::compile(const RegexText& regex, RegexFault& fault) {
  PerlPattern out;
  out.careful_ = std::make_unique<Careful>(regex);
  bool too_large = false;
  out.quick_.reset(compile_code(regex, options_of(regex), too_large, fault));
  if (out.quick_ != nullptr) {
    // Where no memory may be made executable the interpreter runs it, a few times slower.
    out.jit_ = pcre2_jit_compile(out.quick_.get(), PCRE2_JIT_COMPLETE) == 0;
    return out;
  }
  if (!too_large) return std::nullopt;
  out.careful_->large = LargePattern::compile(regex, fault);
  if (!out.careful_->large.has_value()) return std::nullopt;
  return out;
}

MatchSpan PerlPattern::find_quickly(std::string_view unit, std::size_t from, std::size_t last,
                                    MatchWork& work) const {
  if (quick_ == nullptr) return {.outcome = MatchOutcome::kGaveUp};
  PerlMatchWork::Pcre2& own = *work.perl().pcre2_;
  pcre2_set_offset_limit(own.quick, last);
  const auto match = jit_ ? pcre2_jit_match : pcre2_match;
  const int found = match(quick_.get(), bytes_of(unit), unit.size(), from, 0, own.data, own.quick);
  if (found == PCRE2_ERROR_NOMATCH) return {};
  if (found < 0) return {.outcome = MatchOutcome::kGaveUp};
  return span_of(own.data);
}

MatchSpan PerlPattern::find_carefully(std::string_view unit, std::size_t from, std::size_t last,
                                      MatchWork& work) const {
  std::call_once(careful_->compiled, [this] {
    if (!careful_->large.has_value()) careful_->compile();
  });
  if (careful_->large.has_value()) return careful_->large->find(unit, from, last, work);
  if (careful_->code == nullptr) return {.outcome = MatchOutcome::kGaveUp};
  PerlMatchWork::Pcre2& own = *work.perl().pcre2_;
  pcre2_set_offset_limit(own.careful, last);
  const auto run = [&](uint32_t options) {
    work.begin_search(from);
    return pcre2_match(careful_->code.get(), bytes_of(unit), unit.size(), from, options, own.data,
                       own.careful);
  };
  int found = run(0);
  // Machine code has a small stack.
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = run(PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return {};
  if (found < 0) return {.outcome = MatchOutcome::kGaveUp};
  return span_of(own.data);
}

bool PerlPattern::begins_with_known_byte() const {
  if (quick_ == nullptr) return false;
  uint32_t kind = 0;
  pcre2_pattern_info(quick_.get(), PCRE2_INFO_FIRSTCODETYPE, &kind);
  return kind == 1;
}

}  // namespace sluice::rules
