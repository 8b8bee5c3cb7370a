// The order in which metas are evaluated: each after those it names.
//
//   A = B && C,  B = D || E      B, A
//
// Failure:  metas that need each other cannot be ordered: each circle is a diagnostic.
// Bounds:   time linear in the length of all programs; no recursion.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <span>
#include <vector>

#include "rules/language/rule_text.h"
#include "rules/lines/diagnostic.h"

namespace sluice::rules {

// Metas of a circle, and those that lean on one, are missing in the result.
std::vector<RuleIndex> order_metas(std::span<const RuleText> rules, Diagnostics& diagnostics);

}  // namespace sluice::rules
