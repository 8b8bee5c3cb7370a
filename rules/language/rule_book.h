// Gathers what the lines of rule files say, in any order, and makes a rule set's text of it.
//
//   score URGENT 2.0         may stand before
//   body  URGENT /act now/i  the rule itself, and in another file
//
// A rule that is defined again replaces the earlier one, as in SpamAssassin.
//
// Bounds:   limits::kRulesMax names.
// Threads:  one.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/language/meta_expression.h"
#include "rules/language/replace_tags.h"
#include "rules/language/rule_groups.h"
#include "rules/language/rule_text.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/setting.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

// What is known of one name so far.
struct Draft {
  RuleText rule = {};
  bool defined = false;
  bool nice = false;
  std::optional<int32_t> score = {};  // thousandths
  int32_t relative_score = 0;         // thousandths to add
  std::string meta_text = {};
  Place meta_place = {};  // of the expression
  Place mentioned = {};   // where the name stands first
  Place action_place = {};
  MetaExpression meta = {};
};

Place place_of(const Statement& statement, std::string_view at);

class RuleBook {
 public:
  // The draft of the rule that the statement's next word names; nullptr, with a diagnostic, if that
  // is no rule name.
  Draft* draft(Statement& statement, Diagnostics& diagnostics);

  // Like draft(), for a statement that defines its rule.
  Draft* define(Statement& statement, RuleKind kind, Diagnostics& diagnostics);

  void set(Setting setting, Diagnostics& diagnostics);

  // Those of `map` lines so far, each name once.
  std::vector<MapText>& maps() { return maps_; }

  // A rule that stands where a condition does not hold.
  void pass_over(std::string_view name) { passed_over_.emplace(name); }

  RuleGroups& groups() { return groups_; }

  RuleTexts finish(Diagnostics& diagnostics) &&;

 private:
  void check(const Draft& draft, Diagnostics& diagnostics);
  void check_action(const Draft& draft, Diagnostics& diagnostics);
  void replace_tags(Draft& draft, Diagnostics& diagnostics);
  void read_meta(Draft& draft, Diagnostics& diagnostics);
  [[nodiscard]] std::string with_matching_rules(const Draft& draft) const;
  void link(Draft& draft, Diagnostics& diagnostics);
  void check_names(const Draft& draft, Diagnostics& diagnostics);
  [[nodiscard]] const Draft* defined(const std::string& name) const;
  std::string suggest(std::string_view name);

  std::vector<Draft> drafts_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_set<std::string> passed_over_;
  std::vector<std::string_view> defined_names_;
  std::vector<RuleIndex> index_;  // of each draft in the finished set
  std::vector<Setting> settings_;
  std::vector<MapText> maps_;
  RuleGroups groups_;
  ReplaceTags tags_;
  int suggestions_left_ = 100;  // each compares with every name
};

}  // namespace sluice::rules
