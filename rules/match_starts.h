// Where in its texts matches of a view's patterns may begin: what the engines report.
//
//   find_starts(view, message, scratch)     adds to scratch.starts, in any order
//
// Engines look at a text once, for all patterns. What they report is no match yet, but narrows down
// where one may begin.
//
// Bounds:   limits::kMatchStartsMax stretches of a message; a pattern that would need more of them
//           is marked: its matches may begin anywhere.
// Threads:  as the scratch.
// Tests:    tests/rules/match_starts_test.cc, batch_test.cc, differential_test.cc

#pragma once

#include <cstdint>

#include "rules/rule_set_parts.h"

namespace sluice::rules {

// Of scratch.present[message]. REQUIRES: its text of the view was read, and has units.
void find_starts(const View& view, uint32_t message, BatchScratch& scratch);

}  // namespace sluice::rules
