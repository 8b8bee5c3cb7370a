// Runs the rules that look texts up or compare facts over one message.
//
// Tests:    tests/rules/fact_scan_test.cc

#pragma once

#include <vector>

#include "rules/rule_set_parts.h"

namespace sluice::rules {

// REQUIRES: begin_message() was called for `input`.
void scan_facts(const RuleSetParts& set, const ScanInput& input, ScratchParts& scratch);

// Adds what each rule of `hits` that is one of these looked at. REQUIRES: likewise.
void explain_facts(const RuleSetParts& set, const ScanInput& input, const std::vector<Hit>& hits,
                   ScratchParts& scratch, std::vector<Match>& out);

}  // namespace sluice::rules
