#include "tests/rules/stock_rules.h"

#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace sluice::test {

std::optional<std::vector<rules::RuleFile>> installed_rules() {
  std::vector<std::string> paths = {"/usr/share/spamassassin"};
  if (!std::filesystem::is_directory(paths[0])) return std::nullopt;
  const std::string debian = "/etc/spamassassin/65_debian.cf";
  if (std::filesystem::exists(debian)) paths.push_back(debian);
  auto files = rules::load_rule_files(paths);
  if (files.ok()) return std::move(files).value();
  ADD_FAILURE() << files.error().message;
  return std::nullopt;
}

}  // namespace sluice::test
