// Sums up what changes between two rule sets over a corpus: messages, and rule by rule.
//
//   DiffTally tally(pair.rules().size(), 5000);
//   tally.add(MailClass::kHam, comparison, {});              for each message
//   tally.messages().newly_over.ham                          ham that the new rules would hold
//
// Bounds:   a few numbers for each rule.
// Threads:  one at a time.
// Tests:    tests/rules/tools/set_pair_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/tools/mail_class.h"
#include "rules/tools/set_pair.h"

namespace sluice::rules {

// Which side of the threshold a message is on, before and after.
enum class Crossing : uint8_t { kNone, kNewlyOver, kNewlyUnder };

struct CrossingCounts {
  uint64_t unknown = 0;
  uint64_t ham = 0;
  uint64_t spam = 0;

  [[nodiscard]] uint64_t all() const { return unknown + ham + spam; }

  bool operator==(const CrossingCounts&) const = default;
};

// What became of a message's action.
struct ActionDiff {
  bool differs = false;
  std::span<const ActionChange> causes = {};  // none: the score's action differs
};

struct DiffTotals {
  uint64_t messages = 0;
  uint64_t changed = 0;         // in score, hits or action
  uint64_t rescored = 0;        // in score
  uint64_t action_changed = 0;  // in action
  CrossingCounts newly_over = {};
  CrossingCounts newly_under = {};
};

// What a rule had to do with it. A message counts for each rule that changed in it.
struct RuleDiff {
  uint64_t gained = 0;
  uint64_t lost = 0;
  uint64_t reweighed = 0;
  uint64_t actions = 0;      // messages whose action is another one because of what it demands
  uint64_t newly_over = 0;   // messages over the threshold now, in which this rule adds more
  uint64_t newly_under = 0;  // messages under it now, in which this rule adds less

  [[nodiscard]] uint64_t all() const { return gained + lost + reweighed + actions; }
};

class DiffTally {
 public:
  // `threshold` in thousandths: a message with that score is over it.
  DiffTally(std::size_t rules, int32_t threshold) : rules_(rules), threshold_(threshold) {}

  void add(MailClass mail_class, const SetPair::Comparison& comparison, const ActionDiff& action);

  [[nodiscard]] Crossing crossing(const SetPair::Comparison& comparison) const;

  [[nodiscard]] const DiffTotals& messages() const { return totals_; }

  [[nodiscard]] std::span<const RuleDiff> rules() const { return rules_; }

 private:
  std::vector<RuleDiff> rules_;
  int32_t threshold_;
  DiffTotals totals_;
};

}  // namespace sluice::rules
