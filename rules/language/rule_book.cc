#include "rules/language/rule_book.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/language/meta_order.h"
#include "rules/language/rule_names.h"
#include "rules/language/sender_condition.h"

namespace sluice::rules {
namespace {

constexpr int32_t kDefaultWeight = 1'000;
constexpr int32_t kTestingWeight = 10;                            // names that begin with T_
constexpr std::string_view kLocalTestsOnly = "local_tests_only";  // true: there is no network here

int32_t default_weight(const Draft& draft) {
  if (!draft.rule.counted()) return 0;
  const int32_t weight = draft.rule.name.starts_with("T_") ? kTestingWeight : kDefaultWeight;
  return draft.nice ? -weight : weight;
}

void settle_weight(Draft& draft) {
  RuleText& rule = draft.rule;
  rule.weight = draft.score.value_or(default_weight(draft)) + draft.relative_score;
  rule.off = rule.off || (draft.score == 0 && draft.relative_score == 0);
}

}  // namespace

Place place_of(const Statement& statement, std::string_view at) {
  return {std::string(statement.file()), statement.line(), statement.column(at)};
}

Draft* RuleBook::draft(Statement& statement, Diagnostics& diagnostics) {
  const std::string_view name = take_name(statement, "rule", diagnostics);
  if (name.empty()) return nullptr;
  const auto known = by_name_.find(std::string(name));
  if (known != by_name_.end()) return &drafts_[known->second];
  if (drafts_.size() == limits::kRulesMax) {
    report(diagnostics,
           statement.error(name, fmt::format("more than {} rules", limits::kRulesMax)));
    return nullptr;
  }
  by_name_.emplace(name, drafts_.size());
  drafts_.push_back({.rule = {.name = std::string(name)}, .mentioned = place_of(statement, name)});
  return &drafts_.back();
}

Draft* RuleBook::define(Statement& statement, RuleKind kind, Diagnostics& diagnostics) {
  const Place place = place_of(statement, statement.rest());
  Draft* const found = draft(statement, diagnostics);
  if (found == nullptr) return nullptr;
  if (found->defined && found->rule.place.file == place.file && found->rule.kind == kind) {
    report(diagnostics, at_place(Severity::kWarning, place,
                                 fmt::format("rule '{}' is defined again", found->rule.name),
                                 fmt::format("it replaces the one at {}:{}", found->rule.place.file,
                                             found->rule.place.line)));
  }
  RuleText fresh{.name = found->rule.name, .kind = kind, .place = place};
  fresh.description = std::move(found->rule.description);
  fresh.shadow = found->rule.shadow;
  fresh.multiple = found->rule.multiple;
  fresh.nosubject = found->rule.nosubject;
  fresh.net = found->rule.net;
  fresh.parts = std::move(found->rule.parts);
  fresh.maxhits = found->rule.maxhits;
  fresh.tests = std::move(found->rule.tests);
  fresh.action = found->rule.action;
  found->rule = std::move(fresh);
  found->meta_text.clear();
  found->defined = true;
  return found;
}

void RuleBook::set(Setting setting, Diagnostics& diagnostics) {
  if (!tags_.take(setting, diagnostics)) settings_.push_back(std::move(setting));
}

std::string RuleBook::suggest(std::string_view name) {
  if (suggestions_left_ == 0) return {};
  --suggestions_left_;
  return did_you_mean(name, defined_names_);
}

// An action that is lost would go unnoticed.
void RuleBook::check_action(const Draft& draft, Diagnostics& diagnostics) {
  const RuleText& rule = draft.rule;
  if (rule.action == RuleAction::kNone) return;
  if (!draft.defined && !passed_over_.contains(rule.name)) {
    report(diagnostics,
           at_place(Severity::kError, draft.action_place,
                    fmt::format("rule '{}' has an action, but is not defined anywhere", rule.name),
                    suggest(rule.name)));
  }
  if (rule.counted()) return;
  report(diagnostics, at_place(Severity::kError, draft.action_place,
                               fmt::format("sub-rule '{}' has an action, whose reason no verdict "
                                           "would name",
                                           rule.name),
                               "give it a name that does not begin with __"));
}

void RuleBook::check(const Draft& draft, Diagnostics& diagnostics) {
  const RuleText& rule = draft.rule;
  check_action(draft, diagnostics);
  if (!draft.defined) {
    if (passed_over_.contains(rule.name) || rule.action != RuleAction::kNone) return;
    report(diagnostics, at_place(Severity::kWarning, draft.mentioned,
                                 fmt::format("rule '{}' is not defined anywhere", rule.name),
                                 suggest(rule.name)));
    return;
  }
  if (rule.counted() && rule.description.empty() && !rule.off) {
    report(diagnostics, at_place(Severity::kWarning, rule.place,
                                 fmt::format("rule '{}' has no description", rule.name),
                                 fmt::format("add: describe {} ...", rule.name)));
  }
  if (!rule.counted() && draft.score.has_value() && draft.score != 0) {
    report(diagnostics,
           at_place(Severity::kWarning, rule.place,
                    fmt::format("sub-rule '{}' has a score, which never counts", rule.name),
                    "give it a name that does not begin with __"));
  }
}

void RuleBook::replace_tags(Draft& draft, Diagnostics& diagnostics) {
  RuleText& rule = draft.rule;
  if (!rule.has_pattern() || rule.kind == RuleKind::kMimeHeader || !tags_.wants(rule.name)) return;
  std::optional<std::string> replaced = tags_.replaced(rule.regex);
  if (!replaced.has_value()) {
    report(diagnostics,
           at_place(Severity::kError, rule.regex_place,
                    fmt::format("with its tags replaced the pattern is longer than {} bytes",
                                limits::kRulePatternBytesMax)));
    return;
  }
  rule.expanded = *replaced != rule.regex.pattern;
  rule.regex.pattern = std::move(*replaced);
}

const Draft* RuleBook::defined(const std::string& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end() || !drafts_[found->second].defined) return nullptr;
  return &drafts_[found->second];
}

// "A && rules_matching(__B*)" as "A && (__B1+__B2)".
std::string RuleBook::with_matching_rules(const Draft& draft) const {
  constexpr std::string_view kCall = "rules_matching(";
  std::string text = draft.meta_text;
  for (std::size_t at = text.find(kCall); at != std::string::npos; at = text.find(kCall, at + 1)) {
    const std::size_t close = text.find(')', at);
    if (close == std::string::npos) break;
    const std::string_view glob =
        trim(std::string_view(text).substr(at + kCall.size(), close - at - kCall.size()));
    if (!is_glob(glob)) break;
    std::string names;
    for (const std::string_view name : defined_names_) {
      if (name == draft.rule.name || !glob_matches(glob, name)) continue;
      names += names.empty() ? "(" : "+";
      names += name;
    }
    names += names.empty() ? "(0)" : ")";
    text.replace(at, close + 1 - at, names);
  }
  return text;
}

void RuleBook::read_meta(Draft& draft, Diagnostics& diagnostics) {
  const std::string text = with_matching_rules(draft);
  RegexFault fault;
  std::optional<MetaExpression> meta = parse_meta(text, fault);
  if (meta.has_value()) {
    draft.meta = std::move(*meta);
    return;
  }
  Place place = draft.meta_place;
  if (text == draft.meta_text) place.column += static_cast<int>(fault.offset);
  report(diagnostics, at_place(Severity::kError, place, fault.message));
  draft.meta.program = {{.op = MetaOp::kConstant, .operand = 0}};
}

// Names become indices. A rule that does not exist never hits.
void RuleBook::link(Draft& draft, Diagnostics& diagnostics) {
  draft.rule.program = std::move(draft.meta.program);
  for (MetaStep& step : draft.rule.program) {
    if (step.op != MetaOp::kRule) continue;
    const std::string& name = draft.meta.names[static_cast<std::size_t>(step.operand)].name;
    const auto found = by_name_.find(name);
    if (found != by_name_.end() && drafts_[found->second].defined) {
      step.operand = index_[found->second];
    } else {
      step = {.op = MetaOp::kConstant, .operand = name == kLocalTestsOnly ? 1'000 : 0};
    }
  }
  check_names(draft, diagnostics);
  if (draft.rule.off) draft.rule.program = {{.op = MetaOp::kConstant, .operand = 0}};
}

void RuleBook::check_names(const Draft& draft, Diagnostics& diagnostics) {
  for (const MetaName& name : draft.meta.names) {
    if (defined(name.name) != nullptr || name.name == kLocalTestsOnly) continue;
    if (passed_over_.contains(name.name)) continue;
    Place place = draft.meta_place;
    place.column += static_cast<int>(name.offset);
    report(diagnostics, at_place(Severity::kWarning, place,
                                 fmt::format("meta '{}' names rule '{}', which is not defined and "
                                             "never hits",
                                             draft.rule.name, name.name),
                                 suggest(name.name)));
  }
}

RuleTexts RuleBook::finish(Diagnostics& diagnostics) && {
  RuleIndex next = 0;
  for (const Draft& draft : drafts_) {
    index_.push_back(next);
    if (!draft.defined) continue;
    ++next;
    defined_names_.push_back(draft.rule.name);
  }
  for (Draft& draft : drafts_) {
    settle_weight(draft);
    check(draft, diagnostics);
    if (!draft.defined) continue;
    replace_tags(draft, diagnostics);
    check_sender_tests(draft.rule, diagnostics);
    if (!draft.rule.judged()) continue;
    if (draft.rule.kind == RuleKind::kSender) {
      draft.meta.program = std::move(draft.rule.program);
    } else {
      read_meta(draft, diagnostics);
    }
    link(draft, diagnostics);
  }
  RuleTexts out{.settings = std::move(settings_), .maps = std::move(maps_)};
  for (Draft& draft : drafts_) {
    if (draft.defined) out.rules.push_back(std::move(draft.rule));
  }
  out.metas = order_metas(out.rules, diagnostics);
  out.groups = groups_.settle(out.rules, passed_over_, diagnostics);
  return out;
}

}  // namespace sluice::rules
