#include "rules/rule_book.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/meta_order.h"

namespace sluice::rules {
namespace {

constexpr int32_t kDefaultWeight = 1'000;
constexpr int32_t kTestingWeight = 10;  // names that begin with T_

bool is_rule_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kRuleNameBytesMax || is_digit(name.front()))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

Diagnostic at_place(Severity severity, const Place& place, std::string message,
                    std::string hint = {}) {
  return {.severity = severity,
          .file = place.file,
          .line = place.line,
          .column = place.column,
          .message = std::move(message),
          .hint = std::move(hint)};
}

int32_t default_weight(const Draft& draft) {
  if (!draft.rule.counted()) return 0;
  const int32_t weight = draft.rule.name.starts_with("T_") ? kTestingWeight : kDefaultWeight;
  return draft.nice ? -weight : weight;
}

void settle_weight(Draft& draft) {
  RuleText& rule = draft.rule;
  rule.weight = draft.score.value_or(default_weight(draft)) + draft.relative_score;
  rule.off = rule.off || (rule.counted() && draft.score == 0 && draft.relative_score == 0);
}

}  // namespace

Place place_of(const Statement& statement, std::string_view at) {
  return {std::string(statement.file()), statement.line(), statement.column(at)};
}

Draft* RuleBook::draft(Statement& statement, Diagnostics& diagnostics) {
  const std::string_view name = statement.take_word();
  if (!is_rule_name(name)) {
    report(diagnostics,
           statement.error(name,
                           name.empty() ? "a rule name is missing"
                                        : fmt::format("'{}' is no rule name", printable(name, 64)),
                           "a rule name has letters, digits and _ and begins with no digit"));
    return nullptr;
  }
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
  if (found->defined) {
    report(diagnostics, at_place(Severity::kWarning, place,
                                 fmt::format("rule '{}' is defined again", found->rule.name),
                                 fmt::format("it replaces the one at {}:{}", found->rule.place.file,
                                             found->rule.place.line)));
  }
  RuleText fresh{.name = found->rule.name, .kind = kind, .place = place};
  fresh.description = std::move(found->rule.description);
  fresh.shadow = found->rule.shadow;
  fresh.multiple = found->rule.multiple;
  fresh.maxhits = found->rule.maxhits;
  fresh.tests = std::move(found->rule.tests);
  found->rule = std::move(fresh);
  found->meta = {};
  found->defined = true;
  return found;
}

std::string RuleBook::suggest(std::string_view name) {
  if (suggestions_left_ == 0) return {};
  --suggestions_left_;
  return did_you_mean(name, defined_names_);
}

void RuleBook::check(const Draft& draft, Diagnostics& diagnostics) {
  const RuleText& rule = draft.rule;
  if (!draft.defined) {
    report(diagnostics, at_place(Severity::kWarning, draft.mentioned,
                                 fmt::format("rule '{}' is not defined anywhere", rule.name),
                                 suggest(rule.name)));
    return;
  }
  if (rule.counted() && rule.description.empty()) {
    report(diagnostics, at_place(Severity::kWarning, rule.place,
                                 fmt::format("rule '{}' has no description", rule.name),
                                 fmt::format("add: describe {} ...", rule.name)));
  }
  if (!rule.counted() && draft.score.has_value()) {
    report(diagnostics,
           at_place(Severity::kWarning, rule.place,
                    fmt::format("sub-rule '{}' has a score, which never counts", rule.name),
                    "give it a name that does not begin with __"));
  }
}

// Names become indices. A rule that does not exist never hits.
void RuleBook::link(Draft& draft, Diagnostics& diagnostics) {
  draft.rule.program = std::move(draft.meta.program);
  for (MetaStep& step : draft.rule.program) {
    if (step.op != MetaOp::kRule) continue;
    const MetaName& name = draft.meta.names[static_cast<std::size_t>(step.operand)];
    const auto found = by_name_.find(name.name);
    if (found != by_name_.end() && drafts_[found->second].defined) {
      step.operand = index_[found->second];
    } else {
      step = {.op = MetaOp::kConstant, .operand = 0};
    }
  }
  for (const MetaName& name : draft.meta.names) {
    const auto found = by_name_.find(name.name);
    if (found != by_name_.end() && drafts_[found->second].defined) continue;
    Place place = draft.meta_place;
    place.column += static_cast<int>(name.offset);
    report(diagnostics, at_place(Severity::kWarning, place,
                                 fmt::format("meta '{}' names rule '{}', which is not defined and "
                                             "never hits",
                                             draft.rule.name, name.name),
                                 suggest(name.name)));
  }
  if (draft.rule.off) draft.rule.program = {{.op = MetaOp::kConstant, .operand = 0}};
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
    if (draft.defined && draft.rule.kind == RuleKind::kMeta) link(draft, diagnostics);
  }
  RuleTexts out;
  for (Draft& draft : drafts_) {
    if (draft.defined) out.rules.push_back(std::move(draft.rule));
  }
  out.metas = order_metas(out.rules, diagnostics);
  return out;
}

}  // namespace sluice::rules
