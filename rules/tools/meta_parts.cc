#include "rules/tools/meta_parts.h"

#include <algorithm>
#include <unordered_set>

namespace sluice::rules {

bool is_among(std::span<const WeightedHit> hits, RuleIndex rule) {
  const auto at =
      std::lower_bound(hits.begin(), hits.end(), rule,
                       [](const WeightedHit& hit, RuleIndex r) { return hit.rule < r; });
  return at != hits.end() && at->rule == rule;
}

std::vector<MetaPart> meta_parts(const JudgePart& part, RuleIndex meta,
                                 std::span<const WeightedHit> hits) {
  std::vector<MetaPart> parts;
  std::unordered_set<RuleIndex> seen;
  for (const MetaStep& step : part.rules[meta].program) {
    if (step.op != MetaOp::kRule) continue;
    const auto rule = static_cast<RuleIndex>(step.operand);
    if (seen.insert(rule).second) parts.push_back({.rule = rule, .held = is_among(hits, rule)});
  }
  return parts;
}

}  // namespace sluice::rules
