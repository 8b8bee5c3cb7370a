#include "rules/tools/set_pair.h"

#include <algorithm>
#include <unordered_map>

namespace sluice::rules {
namespace {

using Kind = HitChange::Kind;

int32_t added(const RuleInfo& rule, int32_t weight) {
  return rule.shadow ? 0 : weight;
}

void sort_by_rule(std::vector<HitChange>& hits) {
  std::sort(hits.begin(), hits.end(),
            [](const HitChange& a, const HitChange& b) { return a.rule < b.rule; });
}

// Both ascend by rule.
void merge(std::span<const HitChange> lost, std::span<const HitChange> gained,
           std::vector<HitChange>& out) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < lost.size() || j < gained.size()) {
    if (j == gained.size() || (i < lost.size() && lost[i].rule < gained[j].rule)) {
      out.push_back(lost[i++]);
    } else if (i == lost.size() || gained[j].rule < lost[i].rule) {
      out.push_back(gained[j++]);
    } else {
      const HitChange both{lost[i].rule, Kind::kReweighed, lost[i].before, gained[j].after};
      if (both.before != both.after) out.push_back(both);
      ++i;
      ++j;
    }
  }
}

}  // namespace

SetPair::SetPair(const RuleSet& before, const RuleSet& after) {
  std::unordered_map<std::string_view, uint32_t> places;
  for (const RuleInfo& rule : before.rules()) {
    const auto place = static_cast<uint32_t>(rules_.size());
    places.emplace(rule.name, place);
    of_before_.push_back(place);
    rules_.push_back({.name = rule.name, .before = &rule});
  }
  for (const RuleInfo& rule : after.rules()) {
    const auto [at, is_new] = places.emplace(rule.name, static_cast<uint32_t>(rules_.size()));
    if (is_new) rules_.push_back({.name = rule.name});
    of_after_.push_back(at->second);
    rules_[at->second].after = &rule;
  }
}

void SetPair::compare(const Evaluation& before, const Evaluation& after, Comparison& out) const {
  out.score_before = before.score;
  out.score_after = after.score;
  out.old_hits.clear();
  out.new_hits.clear();
  out.changes.clear();
  for (const WeightedHit& hit : before.hits) {
    const uint32_t rule = of_before_[hit.rule];
    out.old_hits.push_back(
        {.rule = rule, .kind = Kind::kLost, .before = added(*rules_[rule].before, hit.weight)});
  }
  for (const WeightedHit& hit : after.hits) {
    const uint32_t rule = of_after_[hit.rule];
    out.new_hits.push_back(
        {.rule = rule, .kind = Kind::kGained, .after = added(*rules_[rule].after, hit.weight)});
  }
  sort_by_rule(out.old_hits);
  sort_by_rule(out.new_hits);
  merge(out.old_hits, out.new_hits, out.changes);
}

}  // namespace sluice::rules
