#include "rules/language/rule_groups.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/language/rule_book.h"
#include "rules/language/rule_lines.h"
#include "rules/language/rule_names.h"

namespace sluice::rules {
namespace {

struct ActionName {
  std::string_view name;
  RuleAction action;
};

constexpr std::array<ActionName, 5> kActions = {{{"accept", RuleAction::kAccept},
                                                 {"throttle", RuleAction::kThrottle},
                                                 {"hold", RuleAction::kHold},
                                                 {"defer", RuleAction::kDefer},
                                                 {"reject", RuleAction::kReject}}};

Diagnostic unknown_action(const Statement& statement, std::string_view word) {
  constexpr std::string_view kKnown = "actions are accept, throttle, hold, defer and reject";
  if (word.empty()) {
    return statement.error(word, "the action is missing", std::string(kKnown));
  }
  if (word == "drop") {
    return statement.error(word, "a rule cannot drop mail: nobody would hear of it",
                           "write reject, or hold to look at it first");
  }
  std::vector<std::string_view> names;
  for (const ActionName& action : kActions) names.push_back(action.name);
  std::string hint = did_you_mean(word, names);
  if (hint.empty()) hint = kKnown;
  return statement.error(word, fmt::format("unknown action '{}'", printable(word, 64)),
                         std::move(hint));
}

}  // namespace

std::string_view rule_action_name(RuleAction action) {
  const auto* const found =
      std::find_if(kActions.begin(), kActions.end(),
                   [action](const ActionName& one) { return one.action == action; });
  return found == kActions.end() ? "none" : found->name;
}

RuleGroups::Group* RuleGroups::group(Statement& statement, Diagnostics& diagnostics) {
  const std::string_view name = take_name(statement, "group", diagnostics);
  if (name.empty()) return nullptr;
  const auto [known, fresh] = by_name_.emplace(name, groups_.size());
  if (!fresh) return &groups_[known->second];
  if (groups_.size() == limits::kRuleGroupsMax) {
    by_name_.erase(known);
    report(diagnostics,
           statement.error(name, fmt::format("more than {} groups", limits::kRuleGroupsMax),
                           "let rules that say much the same share one"));
    return nullptr;
  }
  groups_.push_back({.name = std::string(name), .place = place_of(statement, name)});
  return &groups_.back();
}

void RuleGroups::read_members(Statement& statement, Diagnostics& diagnostics) {
  Group* const found = group(statement, diagnostics);
  if (found == nullptr) return;
  if (statement.rest().empty()) {
    report(diagnostics, statement.error(statement.rest(), "the rules of the group are missing",
                                        "write: group NAME RULE_1 RULE_2 PREFIX_*"));
  }
  while (!statement.rest().empty()) {
    const std::string_view word = statement.take_word();
    if (is_glob(word)) {
      found->members.push_back({std::string(word), place_of(statement, word)});
    } else {
      report(diagnostics,
             statement.error(word, fmt::format("'{}' is no rule name", printable(word, 64)),
                             "write names of rules, with * and ? for several"));
    }
  }
}

void RuleGroups::read_cap(Statement& statement, Diagnostics& diagnostics) {
  Group* const found = group(statement, diagnostics);
  if (found == nullptr) return;
  const std::string_view whole = statement.rest();
  const std::string_view word = statement.take_word();
  const std::optional<int32_t> cap = read_weight(word);
  if (!cap.has_value() || *cap < 0 || !statement.rest().empty()) {
    return report(
        diagnostics,
        statement.error(whole,
                        whole.empty() ? "the cap is missing"
                                      : fmt::format("'{}' is no cap", printable(whole, 32)),
                        "a cap is one number from 0 to 100000: groupcap NAME 6.0"));
  }
  found->cap = *cap;
}

// One pass over the groups.
class RuleGroups::Settling {
 public:
  Settling(std::span<RuleText> rules, const std::unordered_set<std::string>& passed_over,
           Diagnostics& diagnostics)
      : rules_(rules), passed_over_(passed_over), diagnostics_(diagnostics) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      by_name_.emplace(rules[i].name, i);
      rule_names_.push_back(rules[i].name);
    }
  }

  void take(const Group& group) {
    if (group.members.empty()) {
      if (!group.cap.has_value()) return;  // its line was reported when it was read
      return report(diagnostics_,
                    at_place(Severity::kError, group.place,
                             fmt::format("group '{}' has a cap, but no rules", group.name),
                             fmt::format("add: group {} RULE...", group.name)));
    }
    if (!group.cap.has_value()) {
      report(diagnostics_,
             at_place(Severity::kWarning, group.place,
                      fmt::format("group '{}' has no cap: it changes nothing", group.name),
                      fmt::format("add: groupcap {} 6.0", group.name)));
    } else {
      groups_.push_back({.name = group.name, .cap = *group.cap});
    }
    capped_ = group.cap.has_value();
    for (const Member& member : group.members) {
      const bool one = is_rule_name(member.glob);
      one ? add_one(member) : add_matching(member);
    }
  }

  std::vector<RuleGroup> groups() && { return std::move(groups_); }

 private:
  void add_one(const Member& member) {
    const auto found = by_name_.find(member.glob);
    if (found != by_name_.end()) return add(rules_[found->second], &member);
    if (passed_over_.contains(member.glob)) return;
    report(diagnostics_, at_place(Severity::kError, member.place,
                                  fmt::format("rule '{}' is not defined anywhere", member.glob),
                                  suggest(member.glob)));
  }

  std::string suggest(std::string_view name) {
    if (suggestions_left_ == 0) return {};
    --suggestions_left_;
    return did_you_mean(name, rule_names_);
  }

  void add_matching(const Member& member) {
    bool any = false;
    for (RuleText& rule : rules_) {
      if (!glob_matches(member.glob, rule.name)) continue;
      any = true;
      add(rule, nullptr);
    }
    if (any) return;
    report(diagnostics_, at_place(Severity::kWarning, member.place,
                                  fmt::format("no rule's name matches '{}'", member.glob),
                                  "* is any text, ? any character"));
  }

  // `named` is where the rule's own name stands, if it does.
  void add(RuleText& rule, const Member* named) {
    if (!capped_) return;
    const auto number = static_cast<uint32_t>(groups_.size());
    if (rule.group == 0) rule.group = number;
    if (rule.group == number || named == nullptr) return;
    const std::string& first = groups_[rule.group - 1].name;
    report(diagnostics_,
           at_place(Severity::kWarning, named->place,
                    fmt::format("rule '{}' counts in group '{}' already", rule.name, first),
                    "a rule counts in the first group that names it"));
  }

  std::span<RuleText> rules_;
  const std::unordered_set<std::string>& passed_over_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::vector<RuleGroup> groups_;
  std::vector<std::string_view> rule_names_;
  int suggestions_left_ = 100;  // each compares with every name
  bool capped_ = false;         // the group that is being settled
};

std::vector<RuleGroup> RuleGroups::settle(std::span<RuleText> rules,
                                          const std::unordered_set<std::string>& passed_over,
                                          Diagnostics& diagnostics) const {
  if (groups_.empty()) return {};
  Settling settling(rules, passed_over, diagnostics);
  for (const Group& group : groups_) settling.take(group);
  return std::move(settling).groups();
}

void read_group(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  book.groups().read_members(statement, diagnostics);
}

void read_groupcap(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  book.groups().read_cap(statement, diagnostics);
}

void read_action(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  const std::string_view word = statement.take_word();
  const auto known = std::find_if(kActions.begin(), kActions.end(),
                                  [word](const ActionName& action) { return action.name == word; });
  if (known == kActions.end()) return report(diagnostics, unknown_action(statement, word));
  if (!statement.rest().empty()) {
    return report(diagnostics, statement.error(statement.rest(), "a rule has one action",
                                               "write: action NAME hold"));
  }
  draft->rule.action = known->action;
  draft->action_place = place_of(statement, word);
}

}  // namespace sluice::rules
