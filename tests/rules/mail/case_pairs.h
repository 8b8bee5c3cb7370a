// Cases of two lines: what goes in, and below it, four blanks in, what comes out.
//
// Tests:    received_test.cc, addresses_test.cc
#pragma once

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/shared_data.h"

namespace sluice::rules {

inline std::vector<std::pair<std::string, std::string>> read_case_pairs(const std::string& name) {
  const char* set = std::getenv("SLUICE_SOURCE_DIR");
  const std::filesystem::path root = set != nullptr ? set : std::filesystem::current_path();
  std::istringstream lines(test::read_file(root / "tests/rules/mail/cases" / name));
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string in, out; std::getline(lines, in);) {
    if (in.empty() || in.starts_with("# ") || !std::getline(lines, out)) continue;
    pairs.emplace_back(in, out.substr(4));
  }
  return pairs;
}

}  // namespace sluice::rules
