// Functions on the relays that Received fields tell of: RelayEval.
//
//   header ALL_TRUSTED eval:check_all_trusted()
//
// Source:   Mail::SpamAssassin::Plugin::RelayEval 4.0.1.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <span>

#include "rules/evals/family.h"

namespace sluice::rules {

struct RelayEvalState {
  bool trail_read = false;
  int mismatches = 0;       // a relay's `by` is not what the one before calls itself
  int helo_mismatches = 0;  // a HELO names an address far from the relay's own

  void begin_message() { *this = {}; }
};

std::span<const EvalEntry> relay_evals();

}  // namespace sluice::rules
