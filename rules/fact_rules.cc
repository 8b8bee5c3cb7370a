#include "rules/fact_rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {
namespace {

// What is wrong with the file as a whole is said at the line that names it.
Diagnostic at_line(const MapText& map, Diagnostic fault) {
  if (fault.line != 0) return fault;
  fault.message = fmt::format("map '{}': {} {}", map.name, fault.file, fault.message);
  fault.file = map.place.file;
  fault.line = map.place.line;
  fault.column = map.place.column;
  return fault;
}

std::optional<ExactMatcher> compile(const RuleText& rule, Diagnostics& diagnostics) {
  RegexFault fault;
  std::optional<ExactMatcher> out = ExactMatcher::compile(rule.regex, false, fault);
  if (!out.has_value()) {
    report(diagnostics, {.file = rule.regex_place.file,
                         .line = rule.regex_place.line,
                         .column = rule.regex_place.column + static_cast<int>(fault.offset),
                         .message = "regular expression: " + fault.message});
  }
  return out;
}

}  // namespace

void FactRules::open_maps(std::span<const MapText> texts, MapLibrary& library,
                          Diagnostics& diagnostics) {
  for (const MapText& text : texts) {
    Diagnostics faults;
    maps.push_back({.name = text.name, .live = library.open(text.path, text.kind, faults)});
    for (Diagnostic& fault : faults) report(diagnostics, at_line(text, std::move(fault)));
  }
}

bool FactRules::ask_for_texts() const {
  const auto looked_up = [](const LookupGroup& group) {
    return group.text.info != nullptr && group.text.info->of_texts;
  };
  const auto compared = [](const FactGroup& group) { return group.field->of_texts; };
  return std::any_of(lookups.begin(), lookups.end(), looked_up) ||
         std::any_of(facts.begin(), facts.end(), compared);
}

void FactRules::add(RuleIndex index, const RuleText& rule, Diagnostics& diagnostics) {
  if (rule.kind == RuleKind::kLookup) add_lookup(index, rule);
  if (rule.kind == RuleKind::kFact) add_fact(index, rule, diagnostics);
}

// A rule whose map is not there has an error already.
void FactRules::add_lookup(RuleIndex index, const RuleText& rule) {
  const auto map = std::find_if(maps.begin(), maps.end(), [&rule](const SetMap& one) {
    return one.name == rule.lookup.map && one.live != nullptr;
  });
  if (map == maps.end()) return;
  auto group = std::find_if(lookups.begin(), lookups.end(), [&rule](const LookupGroup& one) {
    return one.text == rule.lookup.text;
  });
  if (group == lookups.end()) group = lookups.insert(group, {.text = rule.lookup.text});
  group->rules.push_back({.rule = index,
                          .map = static_cast<std::size_t>(map - maps.begin()),
                          .count_max = rule.multiple ? rule.maxhits : uint16_t{1},
                          .label = fmt::format("{} in {} ({})", rule.lookup.text.name, map->name,
                                               map_kind_name(map->live->kind()))});
}

void FactRules::add_fact(RuleIndex index, const RuleText& rule, Diagnostics& diagnostics) {
  FactRule out{.rule = index, .test = rule.fact.test};
  if (rule.fact.test.op == FactOp::kMatches || rule.fact.test.op == FactOp::kMatchesNot) {
    out.matcher = compile(rule, diagnostics);
    if (!out.matcher.has_value()) return;
  }
  auto group = std::find_if(facts.begin(), facts.end(), [&rule](const FactGroup& one) {
    return one.field == rule.fact.field && one.argument == rule.fact.argument;
  });
  if (group == facts.end()) {
    const std::string_view colon = rule.fact.field->named ? ":" : "";
    group = facts.insert(group,
                         {.field = rule.fact.field,
                          .argument = rule.fact.argument,
                          .label = fmt::format("{} {}{}{}", fact_family_name(rule.fact.family),
                                               rule.fact.field->name, colon, rule.fact.argument)});
  }
  group->rules.push_back(std::move(out));
}

void update_maps(const FactRules& rules, FactScratch& scratch) {
  bool changed = scratch.maps.size() != rules.maps.size();
  scratch.maps.resize(rules.maps.size());
  for (std::size_t i = 0; i < rules.maps.size(); ++i) {
    changed = scratch.maps[i].update(*rules.maps[i].live) || changed;
  }
  if (!changed) return;
  std::string all;
  for (std::size_t i = 0; i < rules.maps.size(); ++i) {
    const MapTable& table = scratch.maps[i].table();
    all += fmt::format("{} {}:", rules.maps[i].name, map_kind_name(table.kind()));
    all += table.digest();
  }
  scratch.maps_version = rules.maps.empty() ? std::string() : digest128(all);
}

}  // namespace sluice::rules
