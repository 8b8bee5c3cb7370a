// The functions that Sluice knows by name and never runs: they ask the network, or what was learnt
// from earlier mail, or belong to plugins that SpamAssassin does not load by default.
//
//   find_eval("check_rbl")->nature == EvalNature::kNetwork
//
// Source:   the plugins that come with SpamAssassin 4.0.1.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <span>

#include "rules/evals/evals.h"

namespace sluice::rules {

std::span<const EvalEntry> inactive_evals();

}  // namespace sluice::rules
