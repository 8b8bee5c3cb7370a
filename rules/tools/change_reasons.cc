#include "rules/tools/change_reasons.h"

#include <algorithm>

#include "rules/tools/meta_parts.h"
#include "rules/tools/sub_rules.h"

namespace sluice::rules {
namespace {

using Part = ChangeReason::Part;
using Why = ChangeReason::Why;

// Rules of a set that hit, sub-rules and metas among them.
class HitRules {
 public:
  HitRules(const RuleSet& set, std::span<const WeightedHit> hits) : set_(set), hits_(hits) {}

  // `info` is of this set, or null.
  [[nodiscard]] bool has(const RuleInfo* info) const {
    return info != nullptr && is_among(hits_, index_of(*info));
  }

  [[nodiscard]] std::vector<MetaPart> parts_of(const JudgePart& judge, const RuleInfo& meta) const {
    return meta_parts(judge, index_of(meta), hits_);
  }

 private:
  [[nodiscard]] RuleIndex index_of(const RuleInfo& info) const {
    return static_cast<RuleIndex>(&info - set_.rules().data());
  }

  const RuleSet& set_;
  std::span<const WeightedHit> hits_;
};

}  // namespace

ChangeReasons::ChangeReasons(const RuleSet& before, const RuleSet& after, const SetPair& pair)
    : before_(before),
      after_(after),
      pair_(pair),
      old_judge_(with_sub_rules(before.judge_part())),
      new_judge_(with_sub_rules(after.judge_part())) {}

std::vector<Part> ChangeReasons::changed_parts(uint32_t rule, std::span<const WeightedHit> old_hits,
                                               std::span<const WeightedHit> new_hits) const {
  const HitRules old_rules(before_, old_hits);
  const HitRules new_rules(after_, new_hits);
  const PairedRule& meta = pair_.rules()[rule];
  std::vector<Part> parts;
  const auto add = [&](uint32_t part) {
    const bool held = old_rules.has(pair_.rules()[part].before);
    const bool holds = new_rules.has(pair_.rules()[part].after);
    const Part changed{.rule = part, .gained = holds};
    if (held == holds || std::find(parts.begin(), parts.end(), changed) != parts.end()) return;
    parts.push_back(changed);
  };
  for (const MetaPart& part : new_rules.parts_of(new_judge_, *meta.after)) {
    add(pair_.of_after(part.rule));
  }
  for (const MetaPart& part : old_rules.parts_of(old_judge_, *meta.before)) {
    add(pair_.of_before(part.rule));
  }
  return parts;
}

ChangeReason ChangeReasons::of(const HitChange& change, std::span<const Hit> old_hits,
                               std::span<const Hit> new_hits) const {
  const PairedRule& rule = pair_.rules()[change.rule];
  if (change.kind == HitChange::Kind::kReweighed) return {.why = Why::kWeight};
  if (rule.before == nullptr) return {.why = Why::kNewRule};
  if (rule.after == nullptr) return {.why = Why::kRuleGone};
  Evaluation before;
  Evaluation after;
  old_judge_.evaluate(old_hits, before);
  new_judge_.evaluate(new_hits, after);
  std::vector<Part> parts = changed_parts(change.rule, before.hits, after.hits);
  if (parts.empty()) return {.why = Why::kDefinition};
  return {.why = Why::kParts, .parts = std::move(parts)};
}

}  // namespace sluice::rules
