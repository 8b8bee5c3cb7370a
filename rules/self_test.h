// Runs the `test` lines of a rule set on the rules they belong to.
//
//   test URGENT ok act now!    the rule URGENT must hit a message whose text is "act now!"
//
// Each test makes a small message and scans it with the whole set; a meta is evaluated as the judge
// does. What texts stand for is in LANGUAGE.md under `test`.
//
// Threads:  those of RuleSet::scan.
// Tests:    tests/rules/self_test_test.cc

#pragma once

#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace sluice::rules {

struct TestResult {
  RuleIndex rule = 0;
  bool passed = false;
  bool expected = true;  // the test wants a hit
  std::string text = {};
  Place place = {};  // of the text
};

std::vector<TestResult> run_rule_tests(const RuleSet& set);

}  // namespace sluice::rules
