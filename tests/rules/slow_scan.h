// The reference for RuleSet::scan: PCRE2 alone, one rule and one unit of text after the other.
//
//   Mail mail(settings);
//   mail.read(raw, mail_from);
//   slow_count(rule, nullptr, mail, gave_up)   how often the rule hits, 0 if it does not
//
// Written to be obviously right: units are cut out and copied, nothing is shared between rules,
// there is no Hyperscan, no RE2, no budget.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/language/rule_text.h"
#include "rules/mail/mail.h"
#include "rules/text_view.h"

namespace sluice::rules::test {

// Of a rule with a pattern. `given` as in ScanInput. `gave_up` is set if PCRE2's own (high) limits
// stopped the reference.
uint32_t slow_count(const RuleText& rule, const GivenTexts* given, Mail& mail, bool& gave_up);

// The units that the rule looks at.
std::vector<std::string> slow_units(const RuleText& rule, const GivenTexts* given, Mail& mail);

}  // namespace sluice::rules::test
