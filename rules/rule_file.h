// Rule texts from the disk.
//
//   load_rule_files({"rules/packs", "local.cf"})   every *.cf in the folder, by name, then local.cf
//
// Failure:  a path that cannot be read, or is too large, is an Error that names it.
// Bounds:   limits::kRuleFilesMax files of limits::kRuleFileBytesMax; folders inside a folder are
//           not entered.
// Tests:    tests/rules/rule_file_test.cc

#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::rules {

struct RuleFile {
  std::string path = {};
  std::string text = {};
};

Result<std::vector<RuleFile>> load_rule_files(std::span<const std::string> paths);

}  // namespace sluice::rules
