// The settings and the state of all families of eval functions, one member each.
//
// Adding a family = an include and a member in each struct here, if it has settings or a state; its
// table in eval_families(), its settings in make_eval_settings(), its state in begin_message().
//
// Tests:    tests/rules/evals/

#pragma once

#include "rules/evals/relay_eval.h"
#include "rules/evals/welcome_list_subject.h"

namespace sluice::rules {

struct EvalSettings {
  WelcomeListSubjectSettings welcome_list_subject = {};

  // True: some family knows the line.
  bool take(const Setting& setting, Diagnostics& diagnostics);
  void finish();
};

struct EvalState {
  RelayEvalState relay = {};

  void begin_message();
};

}  // namespace sluice::rules
