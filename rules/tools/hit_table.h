// Hit frequencies, as users of SpamAssassin's mass-check know them.
//
//   OVERALL%  of all messages, SPAM% and HAM% of the messages of that class
//   S/O       SPAM% / (SPAM% + HAM%): 1 only spam, 0 only ham, 0.5 also if the rule never hit
//   RANK      0 the worst rule .. 1 the best, from S/O and how much the rule finds; for rules
//             with a negative score ham is what it should find
//
// Source:   SpamAssassin's masses/hit-frequencies and its option -p.
// Threads:  plain values.
// Tests:    tests/rules/tools/hit_table_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/rule_set.h"
#include "rules/tools/hit_tally.h"

namespace sluice::rules {

struct HitRow {
  RuleIndex rule = 0;
  ClassCounts counts = {};
  double overall_percent = 0;
  double spam_percent = 0;
  double ham_percent = 0;
  double spam_ratio = 0.5;  // S/O
  double rank = 0;
};

enum class HitOrder : uint8_t { kRank, kSpam, kHam, kOverall, kRatio, kScore, kName, kPlace };

struct HitTableOptions {
  uint64_t hits_min = 1;
  bool sub_rules = false;
  HitOrder order = HitOrder::kRank;
};

// The largest first; names and places ascending.
std::vector<HitRow> hit_table(const HitTally& tally, std::span<const RuleInfo> rules,
                              const HitTableOptions& options);

// 0.5 if there is neither.
double spam_ratio(double spam_percent, double ham_percent);

// Two rules that hit the same messages.
struct Overlap {
  RuleIndex a = 0;
  RuleIndex b = 0;
  uint64_t both = 0;
  double percent_of_a = 0;  // of the messages that `a` hit, those that `b` hit too
  double percent_of_b = 0;
};

struct OverlapOptions {
  double percent_min = 50;  // of at least one of the two
  uint64_t both_min = 1;
  bool sub_rules = false;
};

// Those that agree most first.
std::vector<Overlap> overlaps(const HitTally& tally, std::span<const RuleInfo> rules,
                              const OverlapOptions& options);

}  // namespace sluice::rules
