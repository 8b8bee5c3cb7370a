// Functions that look for listed texts in the subject: WelcomeListSubject.
//
//   blocklist_subject Make Money *
//   header SUBJECT_IN_BLOCKLIST eval:check_subject_in_blocklist()
//
// Source:   Mail::SpamAssassin::Plugin::WelcomeListSubject 4.0.1.
// Bounds:   a text of a list is searched in time linear in the subject.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/evals/family.h"

namespace sluice::rules {

struct WelcomeListSubjectSettings {
  std::vector<std::string> welcome = {};  // lower case; "*" and "?" stand for texts and bytes
  std::vector<std::string> block = {};

  bool take(const Setting& setting, Diagnostics& diagnostics);
};

std::span<const EvalEntry> welcome_list_subject_evals();

}  // namespace sluice::rules
