// Runs one view of a rule set over its texts of some messages.
//
//   scan_view(view, inputs, scratch)   counts of matches go to scratch.messages[i]->counts, by rule
//
// Threads:  as the scratch.
// Tests:    tests/rules/differential_test.cc, tests/rules/batch_test.cc

#pragma once

#include <span>

#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {

void scan_view(const View& view, std::span<const ScanInput> inputs, BatchScratch& scratch);

}  // namespace sluice::rules
