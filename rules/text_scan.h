// What the patterns of a view find in some texts.
//
//   scan_texts(view, scratch)      goes to scratch.present[i]->patterns
//
// First the engines say where matches may begin, text by text. Then the exact matchers are asked,
// pattern by pattern: what one is made of comes from memory once for all texts.
//
// Threads:  as the scratch.
// Tests:    tests/rules/differential_test.cc, tests/rules/batch_test.cc

#pragma once

#include "rules/rule_set_parts.h"

namespace sluice::rules {

// REQUIRES: each text that is present was read, and PatternStates::begin() called for the view.
void scan_texts(const View& view, BatchScratch& scratch);

}  // namespace sluice::rules
