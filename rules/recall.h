// What is remembered of units that were seen before, in place of a scan.
//
//   recall_units(view, messages, scratch)
//     what is known of units counts for messages[i]->patterns; units left in ->text are to be
//     scanned
//
// A unit that comes for the second time is scanned alone, to the end of each count, and remembered.
// It costs its message as much work whether it is scanned or remembered. Where that would be too
// much, or something could not be decided, it is scanned with the rest of its text.
//
// Bounds:   limits::kRecalledUnitsMax units of a text; those after them are scanned.
// Threads:  as the scratch.
// Tests:    tests/rules/recall_test.cc

#pragma once

#include <span>

#include "rules/rule_set_parts.h"

namespace sluice::rules {

// REQUIRES: view.remembered; scratch.unit_memory; the view's text of each message was read.
void recall_units(const View& view, std::span<ScratchParts* const> messages, BatchScratch& scratch);

}  // namespace sluice::rules
