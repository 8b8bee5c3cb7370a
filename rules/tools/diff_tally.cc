#include "rules/tools/diff_tally.h"

namespace sluice::rules {
namespace {

void count(CrossingCounts& counts, MailClass mail_class) {
  if (mail_class == MailClass::kHam) {
    ++counts.ham;
  } else if (mail_class == MailClass::kSpam) {
    ++counts.spam;
  } else {
    ++counts.unknown;
  }
}

void count(RuleDiff& rule, const HitChange& change, Crossing crossing) {
  if (change.kind == HitChange::Kind::kGained) ++rule.gained;
  if (change.kind == HitChange::Kind::kLost) ++rule.lost;
  if (change.kind == HitChange::Kind::kReweighed) ++rule.reweighed;
  if (crossing == Crossing::kNewlyOver && change.after > change.before) ++rule.newly_over;
  if (crossing == Crossing::kNewlyUnder && change.after < change.before) ++rule.newly_under;
}

}  // namespace

Crossing DiffTally::crossing(const SetPair::Comparison& comparison) const {
  const bool over_before = comparison.score_before >= threshold_;
  const bool over_after = comparison.score_after >= threshold_;
  if (over_before == over_after) return Crossing::kNone;
  return over_after ? Crossing::kNewlyOver : Crossing::kNewlyUnder;
}

void DiffTally::add(MailClass mail_class, const SetPair::Comparison& comparison,
                    const ActionDiff& action) {
  ++totals_.messages;
  if (comparison.same() && !action.differs) return;
  ++totals_.changed;
  if (action.differs) ++totals_.action_changed;
  if (comparison.score_before != comparison.score_after) ++totals_.rescored;
  const Crossing crossed = crossing(comparison);
  if (crossed == Crossing::kNewlyOver) count(totals_.newly_over, mail_class);
  if (crossed == Crossing::kNewlyUnder) count(totals_.newly_under, mail_class);
  for (const HitChange& change : comparison.changes) count(rules_[change.rule], change, crossed);
  for (const ActionChange& cause : action.causes) ++rules_[cause.rule].actions;
}

}  // namespace sluice::rules
