// Groups of rules with caps, and the actions of rules.
//
//   group     PHISHING  PHISH_* LOGIN_PHP      rules that say much the same
//   groupcap  PHISHING  6.0                    together they add at most 6.0
//   action    MALWARE   reject                 where this rule hits, no score is needed
//
// A rule counts in one group: of those with a cap that name it, the one that was named first.
//
// Bounds:   limits::kRuleGroupsMax groups.
// Threads:  one.
// Tests:    tests/rules/cases/groups.cf, tests/engine/sender_rules_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/judge_part.h"
#include "rules/language/rule_text.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

class RuleBook;

class RuleGroups {
 public:
  // "NAME RULE...", "NAME NUMBER".
  void read_members(Statement& statement, Diagnostics& diagnostics);
  void read_cap(Statement& statement, Diagnostics& diagnostics);

  // Gives each rule its group; the groups that have a cap, in the order in which they were named.
  // Of rules that are `passed_over` nothing is said.
  std::vector<RuleGroup> settle(std::span<RuleText> rules,
                                const std::unordered_set<std::string>& passed_over,
                                Diagnostics& diagnostics) const;

 private:
  struct Member {
    std::string glob = {};
    Place place = {};
  };

  struct Group {
    std::string name = {};
    Place place = {};  // where it is named first
    std::vector<Member> members = {};
    std::optional<int32_t> cap = {};  // thousandths
  };

  class Settling;

  Group* group(Statement& statement, Diagnostics& diagnostics);

  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

// "hold", as the keyword `action` takes it; "none".
std::string_view rule_action_name(RuleAction action);

// The keywords `group`, `groupcap` and `action`.
void read_group(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_groupcap(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_action(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

}  // namespace sluice::rules
