// Patterns over one header line: a regular-expression dialect that knows Internet addresses,
// matched by backtracking that remembers where it failed, so that time stays linear.
//
//   static const LinePattern kPattern(R"(^(\S+) \(\[(\i)\]\) by (\S+) )");
//   LineMatcher matcher(arena);
//   if (matcher.match(kPattern, "mx.x.example ([192.0.2.1]) by y ...")) matcher.group(2)
//   "192.0.2.1"
//
// Of Perl's syntax it has  . [..] \S \s \d \w \b ^ $ | ( ) (?: ) * + ? {m,n}  their lazy forms, and
// (?!..) with one class or plain text; and besides:
//   \i    an IP address as SpamAssassin knows it ("IPv6:2001:db8::1" too)
//   \l    "localhost" in its spellings
//   \q"   up to a `"` that no backslash escapes; \q( up to a parenthesis
//   *+ ++ on a class: never gives back
// The first match wins as in Perl, not the longest. RE2 has no way to say \i's look to either side,
// and a table of eighty patterns tried one after the other wants each miss to cost nanoseconds.
//
// Failure:  a pattern outside the dialect is our own mistake: asserted.
// Borrows:  the matcher borrows the arena; groups point into the text.
// Bounds:   time linear in the text for each pattern.
// Threads:  patterns are constant; a matcher belongs to one thread.
// Tests:    tests/rules/mail/line_pattern_test.cc, against PCRE2

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace sluice::rules {

class LinePattern {
 public:
  static constexpr std::size_t kGroupsMax = 8;

  enum class Case : uint8_t { kKept, kIgnored };

  explicit LinePattern(std::string_view pattern, Case letter_case = Case::kKept);

 private:
  friend class LineMatcher;
  friend class LinePatternCompiler;

  enum class Kind : uint8_t {
    kText,     // `text`
    kRun,      // `min` to `max` bytes of `set`
    kSave,     // marks a group's begin or end, `target` is the slot
    kSplit,    // goes on at the next step, and if that fails at `target`
    kJump,     // to `target`
    kBegin,    // ^
    kEnd,      // $
    kEdge,     // \b
    kIp,       // \i
    kLocal,    // \l
    kEscaped,  // \q: bytes outside `set`, or escaped
    kNotSet,   // (?![..])
    kNotText,  // (?!..)
    kMatch,
  };
  enum class Greed : uint8_t { kGreedy, kLazy, kPossessive };

  using Set = std::array<bool, 256>;

  static constexpr uint32_t kNoMax = UINT32_MAX;

  struct Step {
    Kind kind = Kind::kMatch;
    Greed greed = Greed::kGreedy;
    bool filtered = false;  // a run: only ends before the byte `next` are worth trying
    char next = 0;
    uint32_t set = 0;
    uint32_t min = 0;
    uint32_t max = kNoMax;
    uint32_t target = 0;
    uint32_t memory = 0;  // row of remembered failures: runs and splits
    std::string text = {};
  };

  std::vector<Step> steps_;
  std::vector<Set> sets_;
  Set first_ = {};  // bytes a match can begin with, if first_known_
  bool first_known_ = false;
  // What settles most misses at once: the text a match begins with, or with ^ the text that must
  // stand behind the first word.
  std::string head_ = {};
  std::string after_word_ = {};
  bool anchored_ = false;
  bool fold_case_ = false;
  uint32_t memory_rows_ = 0;
};

class LineMatcher {
 public:
  explicit LineMatcher(Arena& arena) : jobs_(&arena), failed_(&arena) {}

  // Searches `text`; with ^ tries only its begin.
  bool match(const LinePattern& pattern, std::string_view text);

  // Of the last match() that was true. A group that took no part is empty, with no data.
  [[nodiscard]] std::string_view group(std::size_t number) const;

  [[nodiscard]] std::size_t match_end() const { return slots_[1]; }

 private:
  using Step = LinePattern::Step;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::size_t kStepsUnremembered = 256;

  // What to try when the current way fails.
  struct Job {
    enum class Kind : uint8_t { kGoOn, kRunShorter, kRunLonger, kRestore };
    Kind kind = Kind::kGoOn;
    uint32_t step = 0;
    std::size_t at = 0;     // kRestore: the old value of slot `step`
    std::size_t other = 0;  // the run's other bound
  };

  bool match_from(std::size_t start);
  bool match_begin();
  bool go(uint32_t step, std::size_t at);
  bool back_track(uint32_t& step, std::size_t& at);
  bool enter_run(uint32_t& step, std::size_t& at);
  bool enter_address(const Step& s, uint32_t& step, std::size_t& at);
  bool check(const Step& s, std::size_t& at) const;
  bool shorter(const Job& job, uint32_t& step, std::size_t& at);
  bool longer(const Job& job, uint32_t& step, std::size_t& at);
  bool seen(uint32_t row, std::size_t at);
  void save(uint32_t slot, std::size_t at);
  [[nodiscard]] const LinePattern::Set& set_of(const Step& s) const;
  [[nodiscard]] bool text_at(const std::string& text, std::size_t at) const;
  [[nodiscard]] bool edge(std::size_t at) const;
  [[nodiscard]] std::size_t escaped_end(const Step& s, std::size_t at) const;

  const LinePattern* pattern_ = nullptr;
  std::string_view text_ = {};
  std::array<std::size_t, 2 * (LinePattern::kGroupsMax + 1)> slots_ = {};
  std::pmr::vector<Job> jobs_;
  std::pmr::vector<uint64_t> failed_;  // bits: a row of text_.size() + 1 for each choice
  std::size_t steps_taken_ = 0;
  bool remembers_ = false;
};

}  // namespace sluice::rules
