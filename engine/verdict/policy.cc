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

// `strict` is decided more strictly than the other evaluation.
bool makes_stricter(rules::RuleAction here, rules::RuleAction there,
                    const rules::Evaluation& strict, const Limits& limits) {
  const records::Action action = decide(strict, limits).action;
  if (here == there) return false;
  if (action_of(here) == action) return true;
  return there == rules::RuleAction::kAccept && !strict.accepts &&
         decide(strict.score, limits) == action;
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

bool is_cause(const Demand& demand, const rules::Evaluation& before, const rules::Evaluation& after,
              const Limits& limits) {
  const records::Action was = decide(before, limits).action;
  const records::Action is = decide(after, limits).action;
  if (was == is) return false;
  return is > was ? makes_stricter(demand.after, demand.before, after, limits)
                  : makes_stricter(demand.before, demand.after, before, limits);
}

}  // namespace sluice::verdict
