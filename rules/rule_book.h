// Gathers what the lines of rule files say about each rule, in any order, and makes a rule set's
// text of it.
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
#include <vector>

#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"
#include "rules/meta_expression.h"
#include "rules/rule_text.h"

namespace sluice::rules {

// What is known of one name so far.
struct Draft {
  RuleText rule = {};
  bool defined = false;
  bool nice = false;
  std::optional<int32_t> score = {};  // thousandths
  int32_t relative_score = 0;         // thousandths to add
  MetaExpression meta = {};
  Place meta_place = {};  // of the expression
  Place mentioned = {};   // where the name stands first
};

Place place_of(const Statement& statement, std::string_view at);

class RuleBook {
 public:
  // The draft of the rule that the statement's next word names; nullptr, with a diagnostic, if that
  // is no rule name.
  Draft* draft(Statement& statement, Diagnostics& diagnostics);

  // Like draft(), for a statement that defines its rule.
  Draft* define(Statement& statement, RuleKind kind, Diagnostics& diagnostics);

  RuleTexts finish(Diagnostics& diagnostics) &&;

 private:
  void check(const Draft& draft, Diagnostics& diagnostics);
  void link(Draft& draft, Diagnostics& diagnostics);
  std::string suggest(std::string_view name);

  std::vector<Draft> drafts_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<std::string_view> defined_names_;
  std::vector<RuleIndex> index_;  // of each draft in the finished set
  int suggestions_left_ = 100;    // each compares with every name
};

}  // namespace sluice::rules
