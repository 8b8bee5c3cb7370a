#include "rules/tools/set_pair.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace sluice::rules {
namespace {

using Kind = HitChange::Kind;

// What its cap takes off.
int32_t taken_off(const CappedGroup& capped, const JudgePart& judge) {
  const int64_t taken = judge.groups[capped.group].cap - capped.weight;
  return static_cast<int32_t>(std::max<int64_t>(taken, std::numeric_limits<int32_t>::min()));
}

}  // namespace

SetPair::SetPair(const RuleSet& before, const RuleSet& after) : before_(before), after_(after) {
  pair_rules();
  pair_groups();
}

void SetPair::pair_rules() {
  std::unordered_map<std::string_view, uint32_t> places;
  for (const RuleInfo& rule : before_.rules()) {
    const auto place = static_cast<uint32_t>(rules_.size());
    places.emplace(rule.name, place);
    of_before_.push_back(place);
    rules_.push_back({.name = rule.name, .before = &rule});
  }
  for (const RuleInfo& rule : after_.rules()) {
    const auto [at, is_new] = places.emplace(rule.name, static_cast<uint32_t>(rules_.size()));
    if (is_new) rules_.push_back({.name = rule.name});
    of_after_.push_back(at->second);
    rules_[at->second].after = &rule;
  }
}

void SetPair::pair_groups() {
  std::unordered_map<std::string_view, uint32_t> places;
  for (const RuleGroup& group : before_.judge_part().groups) {
    const auto place = static_cast<uint32_t>(groups_.size());
    places.emplace(group.name, place);
    groups_of_before_.push_back(place);
    groups_.push_back({.name = group.name, .before = &group});
  }
  for (const RuleGroup& group : after_.judge_part().groups) {
    const auto [at, is_new] = places.emplace(group.name, static_cast<uint32_t>(groups_.size()));
    if (is_new) groups_.push_back({.name = group.name});
    groups_of_after_.push_back(at->second);
    groups_[at->second].after = &group;
  }
}

void SetPair::count(const Evaluation& evaluation, const JudgePart& judge, const Places& places,
                    std::vector<CountedHit>& out) {
  out.clear();
  for (const WeightedHit& hit : evaluation.hits) {
    const JudgeRule& rule = judge.rules[hit.rule];
    out.push_back({.rule = places[hit.rule],
                   .added = rule.shadow ? 0 : hit.weight,
                   .action = rule.shadow ? RuleAction::kNone : rule.action});
  }
  std::sort(out.begin(), out.end(),
            [](const CountedHit& a, const CountedHit& b) { return a.rule < b.rule; });
}

// nullptr: it does not hit; with one of the sets it does.
void SetPair::compare_rule(uint32_t rule, const CountedHit* before, const CountedHit* after,
                           Comparison& out) {
  const CountedHit was = before == nullptr ? CountedHit{} : *before;
  const CountedHit is = after == nullptr ? CountedHit{} : *after;
  const Kind kind = before == nullptr  ? Kind::kGained
                    : after == nullptr ? Kind::kLost
                                       : Kind::kReweighed;
  if (kind != Kind::kReweighed || was.added != is.added) {
    out.changes.push_back({.rule = rule, .kind = kind, .before = was.added, .after = is.added});
  }
  if (was.action != is.action) {
    out.actions.push_back({.rule = rule, .before = was.action, .after = is.action});
  }
}

void SetPair::compare_groups(const Evaluation& before, const Evaluation& after,
                             Comparison& out) const {
  for (const CappedGroup& capped : before.capped) {
    out.groups.push_back({.group = groups_of_before_[capped.group],
                          .before = taken_off(capped, before_.judge_part())});
  }
  const auto had_cap = static_cast<std::ptrdiff_t>(out.groups.size());
  for (const CappedGroup& capped : after.capped) {
    const uint32_t group = groups_of_after_[capped.group];
    const auto end = out.groups.begin() + had_cap;
    auto at = std::find_if(out.groups.begin(), end,
                           [group](const GroupChange& one) { return one.group == group; });
    if (at == end) at = out.groups.insert(out.groups.end(), {.group = group});
    at->after = taken_off(capped, after_.judge_part());
  }
  std::erase_if(out.groups, [](const GroupChange& one) { return one.before == one.after; });
  std::sort(out.groups.begin(), out.groups.end(),
            [](const GroupChange& a, const GroupChange& b) { return a.group < b.group; });
}

void SetPair::compare(const Evaluation& before, const Evaluation& after, Comparison& out) const {
  out.score_before = before.score;
  out.score_after = after.score;
  out.changes.clear();
  out.groups.clear();
  out.actions.clear();
  count(before, before_.judge_part(), of_before_, out.old_hits);
  count(after, after_.judge_part(), of_after_, out.new_hits);
  auto was = out.old_hits.begin();
  auto is = out.new_hits.begin();
  while (was != out.old_hits.end() || is != out.new_hits.end()) {
    const uint32_t old_rule = was == out.old_hits.end() ? UINT32_MAX : was->rule;
    const uint32_t new_rule = is == out.new_hits.end() ? UINT32_MAX : is->rule;
    const CountedHit* const old_hit = old_rule <= new_rule ? &*was++ : nullptr;
    const CountedHit* const new_hit = new_rule <= old_rule ? &*is++ : nullptr;
    compare_rule(std::min(old_rule, new_rule), old_hit, new_hit, out);
  }
  compare_groups(before, after, out);
}

}  // namespace sluice::rules
