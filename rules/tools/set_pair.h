// Two rule sets side by side: which hits of a message one has and the other has not, and what else
// makes their score and action differ.
//
//   const SetPair pair(*old_set, *new_set);
//   SetPair::Comparison comparison;                          // one per thread
//   pair.compare(old_evaluation, new_evaluation, comparison);
//   comparison.changes   {gained URGENT_PAY 0 -> 1500, reweighed LOGIN_PHP 1000 -> 1500}
//   comparison.groups    {PHISHING 0 -> -500}                its cap takes 500 off now
//   comparison.actions   {ATTACHED_EXE hold -> reject}
//
// Rules are the same if their names are, and so are groups. Sub-rules are left out: what they
// change shows in metas.
//
// Borrows:  the two rule sets, which outlive the pair.
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

// A group with a cap, of either set or of both.
struct PairedGroup {
  std::string_view name = {};
  const RuleGroup* before = nullptr;
  const RuleGroup* after = nullptr;
};

// A group whose cap takes more or less off the score.
struct GroupChange {
  uint32_t group = 0;  // into SetPair::groups()
  int32_t before = 0;  // thousandths, not positive
  int32_t after = 0;

  bool operator==(const GroupChange&) const = default;
};

// A rule that demands something else of the message; kNone: it does not hit, or is a shadow rule.
struct ActionChange {
  uint32_t rule = 0;  // into SetPair::rules()
  RuleAction before = RuleAction::kNone;
  RuleAction after = RuleAction::kNone;

  bool operator==(const ActionChange&) const = default;
};

// A hit with one of the sets: what it adds to the score, what it demands.
struct CountedHit {
  uint32_t rule = 0;  // into SetPair::rules()
  int32_t added = 0;
  RuleAction action = RuleAction::kNone;
};

class SetPair {
 public:
  SetPair(const RuleSet& before, const RuleSet& after);

  struct Comparison {
    int32_t score_before = 0;  // thousandths
    int32_t score_after = 0;
    std::vector<HitChange> changes = {};     // ascending by rule
    std::vector<GroupChange> groups = {};    // ascending by group
    std::vector<ActionChange> actions = {};  // ascending by rule

    // In score and hits.
    [[nodiscard]] bool same() const { return score_before == score_after && changes.empty(); }

    // Of one comparison; kept for their memory.
    std::vector<CountedHit> old_hits = {};
    std::vector<CountedHit> new_hits = {};
  };

  // Those of the old set first, in its order.
  [[nodiscard]] std::span<const PairedRule> rules() const { return rules_; }

  [[nodiscard]] std::span<const PairedGroup> groups() const { return groups_; }

  // Where a rule of either set is among rules().
  [[nodiscard]] uint32_t of_before(RuleIndex rule) const { return of_before_[rule]; }

  [[nodiscard]] uint32_t of_after(RuleIndex rule) const { return of_after_[rule]; }

  void compare(const Evaluation& before, const Evaluation& after, Comparison& out) const;

 private:
  using Places = std::vector<uint32_t>;  // of the rules, or the groups, of one set

  void pair_rules();
  void pair_groups();
  static void count(const Evaluation& evaluation, const JudgePart& judge, const Places& places,
                    std::vector<CountedHit>& out);
  static void compare_rule(uint32_t rule, const CountedHit* before, const CountedHit* after,
                           Comparison& out);
  void compare_groups(const Evaluation& before, const Evaluation& after, Comparison& out) const;

  const RuleSet& before_;
  const RuleSet& after_;
  std::vector<PairedRule> rules_;
  std::vector<PairedGroup> groups_;
  Places of_before_;  // a rule of the old set in rules_
  Places of_after_;   // a rule of the new set in rules_
  Places groups_of_before_;
  Places groups_of_after_;
};

}  // namespace sluice::rules
