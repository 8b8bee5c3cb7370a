// Names of rules, and globs that mean several.
//
//   is_rule_name("__URGENT_2")                true
//   glob_matches("PHISH_*", "PHISH_BANK")     true
//
// Threads:  pure functions.
// Tests:    tests/rules/rule_parser_test.cc, tests/rules/cases/groups.cf

#pragma once

#include <string_view>

namespace sluice::rules {

// Letters, digits and _, no digit first; at most limits::kRuleNameBytesMax.
bool is_rule_name(std::string_view name);

// Whether a rule's name with * and ? in it could be this.
bool is_glob(std::string_view text);

// Whether `name` is one that the glob means: * is any text, ? any character.
bool glob_matches(std::string_view glob, std::string_view name);

}  // namespace sluice::rules
