// Finds, for each hit of a scan, its first match: the scan itself keeps only that there was one.

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/limits.h"
#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

// Looking for spans may cost as much again as the scan.
void refill(const ScanInput& input, ScratchParts& scratch) {
  const auto bytes = static_cast<int64_t>(input.message.raw.size());
  scratch.work.refill(limits::kRuleWorkBase + bytes * limits::kRuleWorkPerByte);
}

std::optional<Match> match_in_block(const View& view, const ViewPattern& pattern,
                                    std::string_view block, MatchWork& work) {
  const UnitReader units(block, view.shape);
  for (std::size_t at = 0; at != kNone;) {
    const Unit unit = units.unit_from(at);
    const MatchSpan span = pattern.matcher.find(units.text(unit), 0, work);
    if (span.outcome == MatchOutcome::kMatch) {
      return Match{.rule = pattern.rule,
                   .view_name = view.name,
                   .from = unit.from + span.from,
                   .to = unit.from + span.to,
                   .text = block.substr(unit.from + span.from, span.to - span.from)};
    }
    at = units.after(unit);
  }
  return std::nullopt;
}

// What is known of a hit without a span: a negated pattern, a missing header, no budget left.
Match first_match(const View& view, const ViewPattern& pattern, ScratchParts& scratch) {
  for (const std::string_view block : scratch.blocks) {
    const std::optional<Match> match = match_in_block(view, pattern, block, scratch.work);
    if (match.has_value()) return *match;
  }
  return {.rule = pattern.rule, .view_name = view.name};
}

bool is_hit(const std::vector<Hit>& hits, RuleIndex rule) {
  const auto at = std::lower_bound(hits.begin(), hits.end(), rule,
                                   [](const Hit& hit, RuleIndex r) { return hit.rule < r; });
  return at != hits.end() && at->rule == rule;
}

}  // namespace

std::vector<Match> explain(const RuleSet& set, const ScanInput& input, Scratch& scratch) {
  std::vector<Hit> hits;
  set.scan(input, scratch, hits);
  ScratchParts& work = scratch.parts();
  refill(input, work);

  std::vector<Match> matches;
  for (const View& view : set.parts().views) {
    read_view(view.key, input, work.arena, work.blocks);
    for (const ViewPattern& pattern : view.patterns) {
      if (is_hit(hits, pattern.rule)) matches.push_back(first_match(view, pattern, work));
    }
  }
  for (const DefectRule& rule : set.parts().defect_rules) {
    if (is_hit(hits, rule.rule)) matches.push_back({.rule = rule.rule, .view_name = "defect"});
  }
  for (const ExistsRule& rule : set.parts().exists_rules) {
    if (is_hit(hits, rule.rule)) matches.push_back({.rule = rule.rule, .view_name = "header"});
  }
  std::sort(matches.begin(), matches.end(),
            [](const Match& a, const Match& b) { return a.rule < b.rule; });
  return matches;
}

}  // namespace sluice::rules
