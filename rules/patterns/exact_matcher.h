// One pattern on one unit of text, with exact Perl semantics and a bounded cost.
//
//   MatchWork work(limits);                        one per worker thread, refilled per message
//   matcher.find("free money", 0, work)            {kMatch, 0, 10}
//
// A unit is what a pattern may not look beyond: a paragraph, a URL, a header's text. Texts are
// bytes: a pattern sees UTF-8 as the bytes it is made of, letters are ASCII letters.
//
// PCRE2 runs a pattern for so many steps as most searches need. A search that needs more is done by
// RE2 in linear time, if RE2 understands the pattern in the same way; else by PCRE2, step by step.
// Where only PCRE2 understands a large pattern, RE2 first looks for something that matches more:
// mostly not even that is there.
//
// Failure:  a search that runs out of budget or meets a limit says kGaveUp, never kNoMatch.
// Bounds:   the budget; those of rules/patterns/perl_pattern.h.
// Threads:  an ExactMatcher is immutable but for its programs, which are made once, by whoever asks
//           first; a MatchWork belongs to one thread.
// Tests:    tests/rules/differential_test.cc, tests/rules/exact_matcher_test.cc

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "rules/patterns/large_pattern.h"
#include "rules/patterns/perl_pattern.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

enum class MatchOutcome : uint8_t { kNoMatch, kMatch, kGaveUp };

struct MatchSpan {
  MatchOutcome outcome = MatchOutcome::kNoMatch;
  std::size_t from = 0;  // into the unit; valid for kMatch
  std::size_t to = 0;
};

class ExactMatcher;

// Told of each search that a MatchWork pays for.
class MatchMeter {
 public:
  virtual void add(const ExactMatcher& matcher, std::chrono::nanoseconds time) = 0;

 protected:
  ~MatchMeter() = default;
};

// What searches may still cost, and the memory PCRE2 works in.
class MatchWork {
 public:
  MatchWork();
  MatchWork(const MatchWork&) = delete;
  MatchWork& operator=(const MatchWork&) = delete;
  ~MatchWork();

  void refill(int64_t steps) { left_ = steps; }

  [[nodiscard]] int64_t left() const { return left_; }

  // False, and nothing left, if `steps` is more than is left.
  bool pay(int64_t steps) {
    left_ = left_ > steps ? left_ - steps : 0;
    return left_ > 0;
  }

  // For PCRE2's callout: a search begins at `position`, a step is taken there.
  void begin_search(std::size_t position) { last_position_ = position; }

  bool pay_step(std::size_t position);

  [[nodiscard]] PerlMatchWork& perl() { return perl_; }

  [[nodiscard]] LargeMatchWork& large() { return large_; }

  // nullptr, as at first: nobody measures. It outlives the searches.
  void set_meter(MatchMeter* meter) { meter_ = meter; }

  [[nodiscard]] MatchMeter* meter() const { return meter_; }

 private:
  PerlMatchWork perl_;
  LargeMatchWork large_;
  int64_t left_ = 0;
  std::size_t last_position_ = 0;
  MatchMeter* meter_ = nullptr;
};

class ExactMatcher {
 public:
  // On a fault the result is empty and `fault.offset` is into regex.pattern. `counts`: all matches
  // of a text are asked for, one after the other.
  static std::optional<ExactMatcher> compile(const RegexText& regex, bool counts,
                                             RegexFault& fault);

  // Compiles when first asked. A pattern that compile() would not take never has an answer.
  static ExactMatcher later(const RegexText& regex, bool counts);

  ExactMatcher(ExactMatcher&&) noexcept;
  ExactMatcher& operator=(ExactMatcher&&) noexcept;
  ~ExactMatcher();

  // What begins in [from, to] and is at most `width` bytes long.
  struct Window {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t width = 0;
  };

  // The first match in the window. REQUIRES: no match that begins there is longer than `width`.
  MatchSpan find(std::string_view unit, const Window& window, MatchWork& work) const;

  // The first match that begins at or after `from`.
  MatchSpan find(std::string_view unit, std::size_t from, MatchWork& work) const {
    return find(unit, {.from = from, .to = unit.size(), .width = unit.size()}, work);
  }

  // Whether there is a match in the window; with a yes, it may also be another one. No offsets are
  // given.
  MatchOutcome find_in(std::string_view unit, const Window& window, MatchWork& work) const;

 private:
  struct Programs;
  struct Inside;

  ExactMatcher(const RegexText& regex, bool counts);

  [[nodiscard]] const Programs& programs() const;

  std::unique_ptr<Inside> inside_;
};

}  // namespace sluice::rules
