// What each rule costs: to compile, in memory, and in time for each message of a sample.
//
//   CostMeter meter(*set);
//   for (mail of the sample) meter.add({.message = message});
//   meter.costs()   {VIAGRA, engine "chains", view "body", own 2.1 us, share 0.3 us, runs 0.8, ...}
//
// `own` is the time in the pattern's exact matcher, wherever the scan runs it, or in an eval
// function; what such functions share is paid by the first that asks. `share` is an equal part of
// what else a view costs, among its patterns: scanning its text once for all of them. Reading the
// message belongs to no rule. Other rules have no cost of their own.
//
// Bounds:   each message is scanned kRounds times; the quickest counts, so that what else the
//           machine does is left out.
// Borrows:  the rule set, which outlives the meter.
// Threads:  one at a time; what is measured is one thread's time.
// Tests:    tests/rules/tools/cost_test.cc

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {

struct RuleCost {
  RuleIndex rule = 0;
  std::string_view view = {};    // "body", "header from:addr", an eval function; in the rule set
  std::string_view engine = {};  // of engine_name(), or "eval"
  std::size_t literals = 0;      // that its pattern waits for
  std::size_t chains = 0;        // likewise
  double compile_us = 0;         // matcher, choice of the engine, a database with it alone
  std::size_t bytes = 0;         // of that database, or of the tables for its chains
  double runs = 0;               // of its exact matcher or function, for each message
  double own_us = 0;             // for each message
  double share_us = 0;           // likewise

  [[nodiscard]] double us() const { return own_us + share_us; }
};

class CostMeter final : private MatchMeter {
 public:
  static constexpr int kRounds = 3;

  explicit CostMeter(const RuleSet& set);
  CostMeter(const CostMeter&) = delete;
  CostMeter& operator=(const CostMeter&) = delete;
  virtual ~CostMeter() = default;

  void add(const ScanInput& input);

  [[nodiscard]] std::size_t messages() const { return messages_; }

  // Of all rules with a pattern or a function, dearest first; without messages by compile time.
  [[nodiscard]] std::vector<RuleCost> costs() const;

 private:
  using Time = std::chrono::nanoseconds;

  struct Work {
    Time time = {};
    std::size_t runs = 0;
  };

  // Of the patterns of one view.
  struct ViewWork {
    Time time = {};  // with that of `patterns`
    std::vector<Work> patterns = {};
  };

  // Where a matcher's work goes.
  struct Owner {
    std::size_t view = 0;
    std::size_t pattern = 0;
  };

  void add(const ExactMatcher& matcher, Time time) override;
  void scan_views(const ScanInput& input);
  void scan_view_once(std::size_t view, const ScanInput& input);
  void call_evals(const ScanInput& input);
  [[nodiscard]] double per_message(Time time) const;
  void add_times(std::size_t view, std::vector<RuleCost>& costs) const;

  const RuleSet& set_;
  Scratch scratch_;
  Time clock_time_;  // that reading the clock adds to each run
  std::unordered_map<const ExactMatcher*, Owner> owners_;
  ViewWork round_;               // of the view that is being scanned
  std::vector<ViewWork> views_;  // of all messages
  std::vector<Time> eval_best_;  // of the message that is being scanned
  std::vector<Time> evals_;      // of all messages
  std::size_t messages_ = 0;
};

}  // namespace sluice::rules
