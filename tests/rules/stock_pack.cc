#include "tests/rules/stock_pack.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace sluice::test {

std::vector<rules::RuleFile> stock_pack() {
  const char* const given = std::getenv("SLUICE_SOURCE_DIR");
  const std::filesystem::path root = given != nullptr ? given : ".";
  const std::vector<std::string> paths = {(root / "rules/packs").string()};
  auto files = rules::load_rule_files(paths);
  if (files.ok()) return std::move(files).value();
  ADD_FAILURE() << files.error().message;
  return {};
}

}  // namespace sluice::test
