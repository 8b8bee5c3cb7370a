#include "engine/verdict/policy.h"

#include "base/assert.h"

namespace sluice::verdict {
namespace {

records::Action action_of(rules::RuleAction action) {
  switch (action) {
    case rules::RuleAction::kNone:
    case rules::RuleAction::kAccept:
      return records::Action::accept;
    case rules::RuleAction::kThrottle:
      return records::Action::throttle;
    case rules::RuleAction::kHold:
      return records::Action::hold;
    case rules::RuleAction::kDefer:
      return records::Action::defer;
    case rules::RuleAction::kReject:
      return records::Action::reject;
  }
  SLUICE_ASSERT(false);
  return records::Action::accept;
}

}  // namespace

// records::Action, too, names the stricter ones later.
Decided decide(const rules::Evaluation& evaluation, const Limits& limits) {
  const records::Action by_score = decide(evaluation.score, limits);
  const records::Action by_rule = action_of(evaluation.action);
  const records::Action kept = evaluation.accepts ? records::Action::accept : by_score;
  if (by_rule > kept) return {by_rule, records::Reason::rule};
  if (kept != by_score) return {kept, records::Reason::rule};
  const bool clean = by_score == records::Action::accept;
  return {by_score, clean ? records::Reason::clean : records::Reason::content};
}

}  // namespace sluice::verdict
