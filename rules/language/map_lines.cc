#include "rules/language/map_lines.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/language/rule_file.h"
#include "rules/language/rule_names.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kUsage = "write: map NAME domains file:PATH";

std::string kind_names() {
  std::string out;
  for (const MapKindInfo& kind : map_kinds()) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", kind.name);
  }
  return out;
}

Diagnostic unknown_kind(const Statement& statement, std::string_view word) {
  std::vector<std::string_view> names;
  for (const MapKindInfo& kind : map_kinds()) names.push_back(kind.name);
  const std::string near = did_you_mean(word, names);
  return statement.error(word,
                         word.empty() || word.starts_with(kFile)
                             ? "the kind of the map is missing"
                             : fmt::format("unknown kind of map '{}'", printable(word, 64)),
                         near.empty() ? "kinds are " + kind_names() : near);
}

void add_map(MapText map, const Statement& statement, std::string_view name, RuleBook& book,
             Diagnostics& diagnostics) {
  for (MapText& known : book.maps()) {
    if (known.name != map.name) continue;
    report(diagnostics, statement.warning(name, fmt::format("map '{}' is defined again", map.name),
                                          fmt::format("it replaces the one at {}:{}",
                                                      known.place.file, known.place.line)));
    known = std::move(map);
    return;
  }
  if (book.maps().size() == limits::kMapsMax) {
    return report(diagnostics,
                  statement.error(name, fmt::format("more than {} maps", limits::kMapsMax)));
  }
  book.maps().push_back(std::move(map));
}

const MapText* find_map(const RuleTexts& texts, std::string_view name) {
  const auto found = std::find_if(texts.maps.begin(), texts.maps.end(),
                                  [name](const MapText& map) { return map.name == name; });
  return found == texts.maps.end() ? nullptr : &*found;
}

Diagnostic at_map(const RuleText& rule, std::string message, std::string hint) {
  return at_place(Severity::kError, rule.lookup.map_place, std::move(message), std::move(hint));
}

Diagnostic unknown_map(const RuleText& rule, const RuleTexts& texts) {
  std::vector<std::string_view> names;
  for (const MapText& map : texts.maps) names.push_back(map.name);
  const std::string near = did_you_mean(rule.lookup.map, names);
  return at_map(
      rule, fmt::format("unknown map '{}'", rule.lookup.map),
      near.empty() ? fmt::format("add: map {} {} file:PATH", rule.lookup.map, "domains") : near);
}

void check_lookup(const RuleText& rule, const RuleTexts& texts, Diagnostics& diagnostics) {
  const MapText* const map = find_map(texts, rule.lookup.map);
  if (map == nullptr) return report(diagnostics, unknown_map(rule, texts));
  if (fits(map->kind, rule.lookup.text.type)) return;
  report(diagnostics,
         at_map(rule,
                fmt::format("map '{}' holds {}, in which {} cannot be looked up", map->name,
                            map_kind_name(map->kind), rule.lookup.text.name),
                fmt::format("{} needs a map of {}", rule.lookup.text.name,
                            kinds_that_fit(rule.lookup.text.type))));
}

}  // namespace

void read_map(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  const std::string_view name = take_name(statement, "map", diagnostics);
  if (name.empty()) return;
  const std::string_view word = statement.take_word();
  const MapKindInfo* const kind = find_map_kind(word);
  if (kind == nullptr) return report(diagnostics, unknown_kind(statement, word));
  const std::string_view file = statement.rest();
  if (!file.starts_with(kFile) || file.size() == kFile.size()) {
    return report(diagnostics,
                  statement.error(file, "the file of the map is missing", std::string(kUsage)));
  }
  add_map({.name = std::string(name),
           .kind = kind->kind,
           .path = included_path(std::string(statement.file()), file.substr(kFile.size())),
           .place = place_of(statement, file)},
          statement, name, book, diagnostics);
}

void check_lookups(RuleTexts& texts, Diagnostics& diagnostics) {
  std::unordered_set<std::string_view> used;
  for (RuleText& rule : texts.rules) {
    if (rule.kind != RuleKind::kLookup || rule.lookup.map.empty()) continue;
    check_lookup(rule, texts, diagnostics);
    used.insert(rule.lookup.map);
  }
  for (const MapText& map : texts.maps) {
    if (used.contains(map.name)) continue;
    report(diagnostics, at_place(Severity::kWarning, map.place,
                                 fmt::format("no rule looks anything up in map '{}'", map.name),
                                 fmt::format("add: lookup NAME TEXT in {}", map.name)));
  }
}

std::string map_kinds_reference() {
  std::string out = "Kinds, and what an entry is:\n\n";
  for (const MapKindInfo& kind : map_kinds()) {
    out += fmt::format("- `{}`: {}\n", kind.name, kind.meaning);
  }
  return out;
}

}  // namespace sluice::rules
