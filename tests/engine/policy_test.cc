// Claim:   of what rules demand in two evaluations, exactly what makes the stricter action is why
//          the actions differ.
// Oracle:  by hand; for all pairs of small evaluations: where the actions differ at the same score
//          there is a cause, and putting all causes back takes the stricter action away.

#include "engine/verdict/policy.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::verdict {
namespace {

using rules::RuleAction;

constexpr Limits kLimits;

rules::Evaluation evaluation(int32_t score, const std::vector<RuleAction>& demands) {
  rules::Evaluation out{.score = score};
  for (const RuleAction action : demands) {
    if (action == RuleAction::kAccept) {
      out.accepts = true;
    } else {
      out.action = std::max(out.action, action);
    }
  }
  return out;
}

TEST(IsCause, OfRulesThatDemandTheStricterAction) {
  const auto before = evaluation(0, {RuleAction::kHold, RuleAction::kNone});
  const auto after = evaluation(0, {RuleAction::kReject, RuleAction::kThrottle});
  const Demand held{RuleAction::kHold, RuleAction::kReject};
  const Demand slowed{RuleAction::kNone, RuleAction::kThrottle};
  EXPECT_TRUE(is_cause(held, before, after, kLimits));
  EXPECT_FALSE(is_cause(slowed, before, after, kLimits));
  EXPECT_TRUE(is_cause({held.after, held.before}, after, before, kLimits));
  EXPECT_FALSE(is_cause({slowed.after, slowed.before}, after, before, kLimits));
  EXPECT_FALSE(is_cause(held, after, after, kLimits)) << "the actions are the same";
}

TEST(IsCause, OfRulesThatAcceptWhatTheScoreHolds) {
  const auto before = evaluation(6'000, {RuleAction::kAccept});
  const auto after = evaluation(6'000, {RuleAction::kThrottle});
  EXPECT_TRUE(is_cause({RuleAction::kAccept, RuleAction::kNone}, before, after, kLimits));
  EXPECT_TRUE(is_cause({RuleAction::kNone, RuleAction::kAccept}, after, before, kLimits));
  EXPECT_FALSE(is_cause({RuleAction::kNone, RuleAction::kThrottle}, before, after, kLimits));
  const auto rejected = evaluation(6'000, {RuleAction::kReject});
  EXPECT_FALSE(is_cause({RuleAction::kAccept, RuleAction::kNone}, before, rejected, kLimits));
}

TEST(IsCause, NotWhereTheScoreAloneDiffers) {
  const auto before = evaluation(0, {RuleAction::kThrottle});
  const auto after = evaluation(6'000, {RuleAction::kNone});
  EXPECT_FALSE(is_cause({RuleAction::kThrottle, RuleAction::kNone}, before, after, kLimits));
}

constexpr RuleAction kActions[] = {RuleAction::kNone, RuleAction::kAccept, RuleAction::kThrottle,
                                   RuleAction::kHold, RuleAction::kReject};

std::vector<std::vector<RuleAction>> pairs_of_demands() {
  std::vector<std::vector<RuleAction>> all;
  for (const RuleAction one : kActions) {
    for (const RuleAction other : kActions) all.push_back({one, other});
  }
  return all;
}

void expect_causes(int32_t score, const std::vector<RuleAction>& lax,
                   const std::vector<RuleAction>& strict) {
  const auto before = evaluation(score, lax);
  const auto after = evaluation(score, strict);
  const records::Action action = decide(after, kLimits).action;
  if (action <= decide(before, kLimits).action) return;
  std::vector<RuleAction> without = strict;
  bool any = false;
  for (std::size_t i = 0; i < lax.size(); ++i) {
    if (!is_cause({lax[i], strict[i]}, before, after, kLimits)) continue;
    any = true;
    without[i] = lax[i];
  }
  EXPECT_TRUE(any);
  EXPECT_LT(decide(evaluation(score, without), kLimits).action, action);
}

TEST(IsCause, TakenBackTakesTheActionBack) {
  for (const int32_t score : {0, 6'000, 20'000}) {
    for (const auto& lax : pairs_of_demands()) {
      for (const auto& strict : pairs_of_demands()) expect_causes(score, lax, strict);
    }
  }
}

}  // namespace
}  // namespace sluice::verdict
