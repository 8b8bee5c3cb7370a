// Finds, for each hit of a scan, its first match: the scan itself keeps only that there was one.

#include <algorithm>
#include <cstddef>

#include "base/limits.h"
#include "rules/fact_scan.h"
#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {
namespace {

// Looking for spans may cost as much again as the scan.
void refill(const ScanInput& input, ScratchParts& scratch) {
  const auto bytes = static_cast<int64_t>(input.message.raw.size());
  scratch.work.refill(limits::kRuleWorkBase + bytes * limits::kRuleWorkPerByte);
}

// What is known of a hit without a span: a negated pattern, a missing header, no budget left.
Match first_match(const View& view, const ViewPattern& pattern, ScratchParts& scratch) {
  const ViewText& text = scratch.text;
  for (std::size_t i = 0; i < text.units.size(); ++i) {
    if (pattern.nosubject && i == 0) continue;
    const Unit& unit = text.units[i];
    const MatchSpan span = pattern.matcher.find(text.text(unit), 0, scratch.work);
    if (span.outcome != MatchOutcome::kMatch) continue;
    return {.rule = pattern.rule,
            .view_name = view.name,
            .from = unit.from + span.from,
            .to = unit.from + span.to,
            .text = scratch.mail->arena().copy(  // the next view may put its text in the same place
                text.block.substr(unit.from + span.from, span.to - span.from))};
  }
  return {.rule = pattern.rule, .view_name = view.name};
}

std::string_view first_defect(const mime::DefectSet& wanted, const mime::DefectSet& found) {
  for (std::size_t i = 0; i < mime::kDefectCount; ++i) {
    const auto defect = static_cast<mime::Defect>(i);
    if (wanted.has(defect) && found.has(defect)) return mime::defect_name(defect);
  }
  return "";
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
    read_view(view.key, *work.mail, input.given, work.text);
    for (const ViewPattern& pattern : view.patterns) {
      if (is_hit(hits, pattern.rule)) matches.push_back(first_match(view, pattern, work));
    }
  }
  for (const DefectRule& rule : set.parts().defect_rules) {
    if (!is_hit(hits, rule.rule)) continue;
    matches.push_back({.rule = rule.rule,
                       .view_name = "defect",
                       .text = first_defect(rule.defects, input.message.defects)});
  }
  for (const ExistsRule& rule : set.parts().exists_rules) {
    if (is_hit(hits, rule.rule)) matches.push_back({.rule = rule.rule, .view_name = "header"});
  }
  for (const UriRule& rule : set.parts().uri_rules) {
    if (is_hit(hits, rule.rule)) matches.push_back({.rule = rule.rule, .view_name = "uri"});
  }
  for (const EvalRule& rule : set.parts().eval_rules) {
    if (is_hit(hits, rule.rule)) {
      matches.push_back({.rule = rule.rule, .view_name = rule.entry->name});
    }
  }
  FactScan(set.parts(), input, work).explain(hits, matches);
  std::sort(matches.begin(), matches.end(),
            [](const Match& a, const Match& b) { return a.rule < b.rule; });
  return matches;
}

}  // namespace sluice::rules
