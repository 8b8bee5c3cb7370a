// What each rule costs: to compile, in memory, and in time for each message of a sample.
//
//   CostMeter meter(*set);
//   for (mail of the sample) meter.add({.message = message});
//   meter.costs()   {VIAGRA, engine "chains", view "body", own 2.1 us, share 0.3 us, runs 0.8, ...}
//
// `own` is the time in the pattern's exact matcher, wherever the scan runs it, or in an eval
// function; what such functions share is paid by the first that asks. Of a rule that looks things
// up, compares a fact, or has conditions on links, it is the time to decide it. `share` is an equal
// part of what else a view costs, among its patterns: scanning its text once for all of them; or of
// what it costs to take the texts that are looked up, or the field, from the message that was read.
// Reading the message belongs to no rule. Metas and sender rules, which the judge evaluates, have
// no cost here.
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
  // "body", "header from:addr", "uri:host in EVIL (domains)", "structure hosts", an eval function;
  // in the rule set
  std::string_view view = {};
  std::string_view engine = {};  // of engine_name(); "eval", "map", "fact", "uri_detail", ...
  std::size_t literals = 0;      // that its pattern waits for
  std::size_t chains = 0;        // likewise
  double compile_us = 0;         // matcher, choice of the engine, a database with it alone
  std::size_t bytes = 0;         // of that database, or of the tables for its chains
  double runs = 0;               // of its exact matcher, or of itself, for each message
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

  // Of all rules that look at messages, dearest first; without messages by compile time.
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

  // The time of one step.
  struct Step {
    Time best = Time::max();  // of the message that is being scanned
    Time all = {};            // of all messages
  };

  // A rule without a view of its own.
  struct Single {
    RuleCost fixed = {};
    Step step = {};
  };

  // Taking from the message what some rules look at: the next `rules` of singles_.
  struct Reading {
    std::size_t rules = 0;
    Step step = {};
  };

  // Where a matcher's work goes.
  struct Owner {
    std::size_t view = 0;
    std::size_t pattern = 0;
  };

  void add(const ExactMatcher& matcher, Time time) override;
  void refill(const ScanInput& input);
  void scan_views(const ScanInput& input);
  void scan_view_once(std::size_t view, const ScanInput& input);
  void add_single(RuleIndex rule, std::string_view view, std::string_view engine);
  void add_singles();
  void call_evals(const ScanInput& input);
  void decide_plain_rules(const ScanInput& input);
  void decide_facts(const ScanInput& input);
  void decide_singles(const ScanInput& input);
  template <typename Run>
  void time(Step& step, const Run& run) const;
  static void finish(Step& step);
  [[nodiscard]] double per_message(Time time) const;
  void add_times(std::size_t view, std::vector<RuleCost>& costs) const;
  void add_single_costs(std::vector<RuleCost>& costs) const;

  const RuleSet& set_;
  Scratch scratch_;
  Time clock_time_;  // that reading the clock adds to each run
  std::unordered_map<const ExactMatcher*, Owner> owners_;
  ViewWork round_;                 // of the view that is being scanned
  std::vector<ViewWork> views_;    // of all messages
  std::vector<Single> singles_;    // evals, defects, exists, links, look-ups, facts
  std::vector<Reading> readings_;  // of groups of look-ups, then of facts: of the last singles_
  std::size_t messages_ = 0;
};

}  // namespace sluice::rules
