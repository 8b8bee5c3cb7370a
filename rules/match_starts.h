// Where in its texts matches of a view's patterns may begin: what the engines report.
//
//   find_starts(view, message, scratch, ask)     adds to scratch.starts()
//
// Engines look at a text once, for all patterns. What they report is no match yet, but narrows down
// where one may begin; asking the exact matchers is left to `ask`, which is also called whenever
// limits::kMatchStartsMax stretches have come together.
//
// Threads:  as the scratch.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <functional>

#include "rules/rule_set_parts.h"

namespace sluice::rules {

// Asks for all stretches there are, and removes them.
using AskMatches = std::function<void()>;

// REQUIRES: the text of the view was read, and has units.
void find_starts(const View& view, uint32_t message, BatchScratch& scratch, const AskMatches& ask);

}  // namespace sluice::rules
