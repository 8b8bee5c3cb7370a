// Why a rule hits a message with one rule set and not with the other.
//
//   const ChangeReasons reasons(*old_set, *new_set, pair);
//   reasons.of(change, old_hits, new_hits)   {kParts, {gained __LOCKED, lost __FROM_BANK}}
//
// Borrows:  the rule sets and the pair, which outlive this.
// Threads:  immutable.
// Tests:    tests/rules/tools/change_reasons_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rules/judge_part.h"
#include "rules/rule_set.h"
#include "rules/tools/set_pair.h"

namespace sluice::rules {

struct ChangeReason {
  enum class Why : uint8_t {
    kNewRule,     // the old set has no such rule
    kRuleGone,    // the new set has none
    kParts,       // a meta: rules that it names changed
    kDefinition,  // what the rule says changed
    kWeight,      // it hits with both and adds something else
  };

  struct Part {
    uint32_t rule = 0;  // into SetPair::rules()
    bool gained = false;

    bool operator==(const Part&) const = default;
  };

  Why why = Why::kDefinition;
  std::vector<Part> parts = {};  // kParts, in the order that the meta names them

  bool operator==(const ChangeReason&) const = default;
};

class ChangeReasons {
 public:
  ChangeReasons(const RuleSet& before, const RuleSet& after, const SetPair& pair);

  // `change` is one of a comparison; the hits are what the scans of the two sets found.
  [[nodiscard]] ChangeReason of(const HitChange& change, std::span<const Hit> old_hits,
                                std::span<const Hit> new_hits) const;

 private:
  [[nodiscard]] std::vector<ChangeReason::Part> changed_parts(
      uint32_t rule, std::span<const WeightedHit> old_hits,
      std::span<const WeightedHit> new_hits) const;

  const RuleSet& before_;
  const RuleSet& after_;
  const SetPair& pair_;
  JudgePart old_judge_;  // with sub-rules
  JudgePart new_judge_;
};

}  // namespace sluice::rules
