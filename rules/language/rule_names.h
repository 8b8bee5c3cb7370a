// Names of rules, groups and maps, and globs that mean several rules.
//
//   is_rule_name("__URGENT_2")                true
//   glob_matches("PHISH_*", "PHISH_BANK")     true
//
// Threads:  no state of its own.
// Tests:    tests/rules/rule_parser_test.cc, tests/rules/cases/groups.cf

#pragma once

#include <string_view>

#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

// Letters, digits and _, no digit first; at most limits::kRuleNameBytesMax.
bool is_rule_name(std::string_view name);

// The next word as the name of a rule, group or map (`what`); empty, and reported, if it is none.
std::string_view take_name(Statement& statement, std::string_view what, Diagnostics& diagnostics);

// Whether a rule's name with * and ? in it could be this.
bool is_glob(std::string_view text);

// Whether `name` is one that the glob means: * is any text, ? any character.
bool glob_matches(std::string_view glob, std::string_view name);

}  // namespace sluice::rules
