// A pattern that is too large for PCRE2's 8-bit library, whose compiled code ends at 64 KiB: the
// 32-bit library runs it, on a text that is widened for it.
//
//   LargePattern::compile({.pattern = "(?:...200 KB of look-alikes...)"}, fault)
//
// Bounds:   as rules/patterns/exact_matcher.h; a widened text takes four times its bytes.
// Threads:  immutable; a LargeMatchWork belongs to one thread.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/patterns/regex_text.h"

struct pcre2_real_code_32;
struct pcre2_real_match_data_32;
struct pcre2_real_match_context_32;

namespace sluice::rules {

class MatchWork;
struct MatchSpan;

// The memory in which large patterns are matched.
class LargeMatchWork {
 public:
  LargeMatchWork();
  LargeMatchWork(const LargeMatchWork&) = delete;
  LargeMatchWork& operator=(const LargeMatchWork&) = delete;
  ~LargeMatchWork();

 private:
  friend class LargePattern;
  pcre2_real_match_context_32* context_ = nullptr;
  pcre2_real_match_data_32* data_ = nullptr;
  std::vector<uint32_t> wide_;
};

class LargePattern {
 public:
  static std::optional<LargePattern> compile(const RegexText& regex, RegexFault& fault);

  // The first match that begins in [from, last].
  MatchSpan find(std::string_view unit, std::size_t from, std::size_t last, MatchWork& work) const;

 private:
  LargePattern() = default;

  struct FreeCode {
    void operator()(pcre2_real_code_32* code) const;
  };

  std::unique_ptr<pcre2_real_code_32, FreeCode> code_;
};

}  // namespace sluice::rules
