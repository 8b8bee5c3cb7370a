// From a score and the actions of rules to an action: the limits an operator sets.
//
//   decide(score 6200, {.hold_at = 5000, .reject_at = 15000}) == Action::hold
//   decide({score 200, a rule says reject}, limits)            {Action::reject, Reason::rule}
//
// Tests:    tests/engine/policy_test.cc, sender_rules_test.cc

#pragma once

#include <cstdint>

#include "ingest/schemas/verdict_generated.h"
#include "rules/judge_part.h"

namespace sluice::verdict {

// Scores in thousandths.
struct Limits {
  int32_t hold_at = 5'000;
  int32_t reject_at = 15'000;
  int32_t spam_at = 5'000;       // from here on a message counts as spam for its sender
  bool unreadable_defer = true;  // what an envelope that cannot be read gets: defer, else accept
  uint32_t idle_days = 30;       // a sender unseen that long is forgotten

  bool operator==(const Limits&) const = default;
};

inline records::Action decide(int32_t score, const Limits& limits) {
  if (score >= limits.reject_at) return records::Action::reject;
  return score >= limits.hold_at ? records::Action::hold : records::Action::accept;
}

struct Decided {
  records::Action action = records::Action::accept;
  records::Reason reason = records::Reason::clean;
};

// The strictest of the score's action and those of rules; a rule's `accept` takes back the score's.
Decided decide(const rules::Evaluation& evaluation, const Limits& limits);

// What a rule demands in two evaluations of one message; kNone where it does not hit or is a shadow
// rule.
struct Demand {
  rules::RuleAction before = rules::RuleAction::kNone;
  rules::RuleAction after = rules::RuleAction::kNone;
};

// Whether it is why the actions differ: it demands the stricter one, and only there; or what it
// accepts in the other evaluation the score now decides. False if the actions are the same.
bool is_cause(const Demand& demand, const rules::Evaluation& before, const rules::Evaluation& after,
              const Limits& limits);

}  // namespace sluice::verdict
