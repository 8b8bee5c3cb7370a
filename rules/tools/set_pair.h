// Two rule sets side by side: which hits of a message one has and the other has not.
//
//   const SetPair pair(*old_set, *new_set);
//   SetPair::Comparison comparison;                          // one per thread
//   pair.compare(old_evaluation, new_evaluation, comparison);
//   comparison.changes   {gained URGENT_PAY 0 -> 1500, reweighed LOGIN_PHP 1000 -> 1500}
//
// Rules are the same if their names are. Sub-rules are left out: what they change shows in metas.
//
// Borrows:  the names, from the two rule sets, which outlive the pair.
// Bounds:   no allocation once a comparison has grown.
// Threads:  a pair is immutable; a comparison belongs to one thread at a time.
// Tests:    tests/rules/tools/set_pair_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/rule_set.h"

namespace sluice::rules {

// A rule of either set or of both. A shadow rule adds nothing to the score.
struct PairedRule {
  std::string_view name = {};
  const RuleInfo* before = nullptr;  // null: only the new set has it
  const RuleInfo* after = nullptr;   // null: only the old set has it
};

struct HitChange {
  enum class Kind : uint8_t {
    kGained,     // hits with the new set only
    kLost,       // hit with the old set only
    kReweighed,  // hits with both, and adds something else to the score
  };

  uint32_t rule = 0;  // into SetPair::rules()
  Kind kind = Kind::kGained;
  int32_t before = 0;  // what it added to the score, in thousandths
  int32_t after = 0;

  bool operator==(const HitChange&) const = default;
};

class SetPair {
 public:
  SetPair(const RuleSet& before, const RuleSet& after);

  struct Comparison {
    int32_t score_before = 0;  // thousandths
    int32_t score_after = 0;
    std::vector<HitChange> changes = {};  // ascending by rule

    [[nodiscard]] bool same() const { return score_before == score_after && changes.empty(); }

    // Of one comparison; kept for their memory.
    std::vector<HitChange> old_hits = {};
    std::vector<HitChange> new_hits = {};
  };

  // Those of the old set first, in its order.
  [[nodiscard]] std::span<const PairedRule> rules() const { return rules_; }

  // Where a rule of either set is among rules().
  [[nodiscard]] uint32_t of_before(RuleIndex rule) const { return of_before_[rule]; }

  [[nodiscard]] uint32_t of_after(RuleIndex rule) const { return of_after_[rule]; }

  void compare(const Evaluation& before, const Evaluation& after, Comparison& out) const;

 private:
  std::vector<PairedRule> rules_;
  std::vector<uint32_t> of_before_;  // a rule of the old set in rules_
  std::vector<uint32_t> of_after_;   // a rule of the new set in rules_
};

}  // namespace sluice::rules
