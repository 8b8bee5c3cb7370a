// The reference for RuleSet::scan: PCRE2 alone, one rule and one unit of text after the other.
//
//   slow_count(rule, input)   how often the rule hits, 0 if it does not
//
// Written to be obviously right: units are cut out and copied, nothing is shared between rules,
// there is no Hyperscan, no RE2, no budget.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/rule_set.h"
#include "rules/language/rule_text.h"

namespace sluice::rules::test {

// Of a rule with a pattern. `gave_up` is set if PCRE2's own (high) limits stopped the reference.
uint32_t slow_count(const RuleText& rule, const ScanInput& input, bool& gave_up);

// The units that a rule of that kind looks at.
std::vector<std::string> slow_units(const RuleText& rule, const ScanInput& input);

}  // namespace sluice::rules::test
