// A pattern that PCRE2 runs.
//
// There are two ways. Quickly: as machine code, where memory may be made executable, which stops
// after a number of steps that most searches never reach. Carefully: each step is counted and paid
// from the message's budget. The answer is the same.
//
//   PerlPattern::compile({.pattern = "(\\w+) \\1"}, fault)->find("no no", 0, 5, work)   {kMatch, 0,
//   5}
//
// Failure:  a search that runs out of budget or meets a limit says kGaveUp, never kNoMatch.
// Bounds:   limits::kPcre2QuickLimit; then kPcre2MatchLimit, kPcre2DepthLimit, kPcre2HeapKib, and
//           the budget.
// Threads:  immutable but for the code that counts, which is compiled when it is first
//           needed, once; a PerlMatchWork belongs to one thread.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/patterns/regex_text.h"

struct pcre2_real_code_8;

namespace sluice::rules {

class MatchWork;
struct MatchSpan;

// The memory PCRE2 works in.
class PerlMatchWork {
 public:
  explicit PerlMatchWork(MatchWork& budget);
  PerlMatchWork(const PerlMatchWork&) = delete;
  PerlMatchWork& operator=(const PerlMatchWork&) = delete;
  ~PerlMatchWork();

 private:
  friend class PerlPattern;
  struct Pcre2;
  std::unique_ptr<Pcre2> pcre2_;
};

// Of the library that runs patterns.
std::string pcre2_version();

class PerlPattern {
 public:
  // On a fault the result is empty and `fault.offset` is into regex.pattern.
  static std::optional<PerlPattern> compile(const RegexText& regex, RegexFault& fault);

  PerlPattern(PerlPattern&&) noexcept;
  PerlPattern& operator=(PerlPattern&&) noexcept;
  ~PerlPattern();

  // The first match that begins in [from, last], in few steps; kGaveUp: they were not enough.
  MatchSpan find_quickly(std::string_view unit, std::size_t from, std::size_t last,
                         MatchWork& work) const;

  // Likewise; each step is paid.
  MatchSpan find_carefully(std::string_view unit, std::size_t from, std::size_t last,
                           MatchWork& work) const;

  // All matches begin with the same byte: most of a text is passed at once.
  [[nodiscard]] bool begins_with_known_byte() const;

 private:
  PerlPattern();

  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const;
  };

  using Code = std::unique_ptr<pcre2_real_code_8, FreeCode>;

  struct Careful;  // what counts its steps

  Code quick_;        // null: the pattern is too large for it
  bool jit_ = false;  // `quick_` is machine code
  std::unique_ptr<Careful> careful_;
};

}  // namespace sluice::rules
