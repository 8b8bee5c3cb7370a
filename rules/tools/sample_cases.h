// The sample messages of a folder, and which rule must or must not hit each.
//
//   samples/URGENT_PAY.ok/    messages that the rule URGENT_PAY must hit
//   samples/URGENT_PAY.fail/  messages that it must not hit
//
// What each folder holds is whatever the reader of mail accepts: files, mboxes, folders. Other
// files in the folder, and names that begin with a dot, are left alone.
//
// Failure:  an Error if the folder cannot be read. Folders that name no rule, or say neither `ok`
//           nor `fail`, are faults, so that a slip of the pen is no silent pass.
// Threads:  plain values.
// Tests:    tests/rules/tools/sample_cases_test.cc

#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/rule_set.h"

namespace sluice::rules {

struct SampleCase {
  RuleIndex rule = 0;
  bool expected = true;  // the rule must hit
  std::string path = {};
};

struct SampleCases {
  std::vector<SampleCase> cases = {};    // by path
  std::vector<std::string> faults = {};  // one line each, naming the folder
};

Result<SampleCases> find_sample_cases(const std::string& folder, std::span<const RuleInfo> rules);

}  // namespace sluice::rules
