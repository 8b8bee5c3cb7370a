// Rule texts from the disk.
//
//   load_rule_files({"rules/packs", "local.cf"})   every *.cf in the folder, by name, then local.cf
//
// Files that `include` lines name follow at the end. One that cannot be read is missing: the line
// that names it is the place to say so.
//
// Failure:  a path that cannot be read, or is too large, is an Error that names it.
// Bounds:   limits::kRuleFilesMax files of limits::kRuleFileBytesMax; folders inside a folder are
//           not entered.
// Tests:    tests/rules/rule_file_test.cc

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::rules {

struct RuleFile {
  std::string path = {};
  std::string text = {};
  bool included = false;  // an `include` line asks for it; its lines count there
};

// Where the file is that a line `include NAME` of `file` means.
std::string included_path(const std::string& file, std::string_view name);

Result<std::vector<RuleFile>> load_rule_files(std::span<const std::string> paths);

}  // namespace sluice::rules
