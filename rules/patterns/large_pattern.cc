#include "rules/patterns/large_pattern.h"

#include <algorithm>
#include <array>

#define PCRE2_CODE_UNIT_WIDTH 32
#include <pcre2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/patterns/exact_matcher.h"

namespace sluice::rules {
namespace {

uint32_t options_of(const RegexText& regex) {
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

void widen(std::string_view text, std::vector<uint32_t>& out) {
  out.assign(text.size() + 1, 0);  // never empty: PCRE2 takes no null pointer
  std::transform(text.begin(), text.end(), out.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
}

struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

}  // namespace

LargeMatchWork::LargeMatchWork()
    : context_(pcre2_match_context_create(nullptr)), data_(pcre2_match_data_create(1, nullptr)) {
  SLUICE_ASSERT(context_ != nullptr && data_ != nullptr);
  pcre2_set_match_limit(context_, limits::kPcre2MatchLimit);
  pcre2_set_depth_limit(context_, limits::kPcre2DepthLimit);
  pcre2_set_heap_limit(context_, limits::kPcre2HeapKib);
}

LargeMatchWork::~LargeMatchWork() {
  pcre2_match_data_free(data_);
  pcre2_match_context_free(context_);
}

void LargePattern::FreeCode::operator()(pcre2_real_code_32* code) const {
  pcre2_code_free(code);
}

std::optional<LargePattern> LargePattern::compile(const RegexText& regex, RegexFault& fault) {
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  SLUICE_ASSERT(context != nullptr);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  std::vector<uint32_t> wide;
  widen(regex.pattern, wide);
  int code = 0;
  PCRE2_SIZE offset = 0;
  LargePattern out;
  out.code_.reset(pcre2_compile(wide.data(), regex.pattern.size(), options_of(regex), &code,
                                &offset, context.get()));
  if (out.code_ != nullptr) return out;
  std::array<PCRE2_UCHAR, 256> message{};
  pcre2_get_error_message(code, message.data(), message.size());
  fault = {offset, {}};
  for (std::size_t i = 0; i < message.size() && message[i] != 0; ++i) {
    fault.message += static_cast<char>(message[i]);
  }
  return std::nullopt;
}

MatchSpan LargePattern::find(std::string_view unit, std::size_t from, std::size_t last,
                             MatchWork& work) const {
  LargeMatchWork& large = work.large();
  widen(unit, large.wide_);
  work.begin_search(from);
  pcre2_set_callout(large.context_, on_step, &work);
  pcre2_set_offset_limit(large.context_, last);
  const int found = pcre2_match(code_.get(), large.wide_.data(), unit.size(), from, 0, large.data_,
                                large.context_);
  if (found == PCRE2_ERROR_NOMATCH) return {};
  if (found < 0) return {.outcome = MatchOutcome::kGaveUp};
  const PCRE2_SIZE* const at = pcre2_get_ovector_pointer(large.data_);
  return {.outcome = MatchOutcome::kMatch, .from = std::min(at[0], at[1]), .to = at[1]};
}

}  // namespace sluice::rules
