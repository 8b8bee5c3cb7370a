// Reads rule files into the text of a rule set, and finds every fault in them at once.
//
//   parse_rules(load_rule_files(paths), diagnostics)
//
// Patterns are checked when they are compiled (rules/compiler.h); all else is checked here.
//
// Failure:  none: what is wrong stands in the diagnostics, what is right in the result.
// Bounds:   limits::kRulesMax rules; limits::kRuleFilesMax lines that include a file.
// Tests:    tests/rules/rule_parser_test.cc, fuzz/rule_parser_fuzz.cc

#pragma once

#include <span>

#include "rules/language/rule_file.h"
#include "rules/language/rule_text.h"
#include "rules/lines/diagnostic.h"

namespace sluice::rules {

RuleTexts parse_rules(std::span<const RuleFile> files, Diagnostics& diagnostics);

}  // namespace sluice::rules
