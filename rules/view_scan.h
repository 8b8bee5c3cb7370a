// Runs one view of a rule set over its texts of one message.
//
//   scan_view(view, input, scratch)   counts of matches go to scratch.counts, by rule
//
// Threads:  as the scratch.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {

void scan_view(const View& view, const ScanInput& input, ScratchParts& scratch);

}  // namespace sluice::rules
