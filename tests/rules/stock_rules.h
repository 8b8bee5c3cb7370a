// SpamAssassin's rules as they are installed on this machine, for tests that need the real ones.
//
//   const auto files = installed_rules();
//   if (!files) GTEST_SKIP() << kNoInstalledRules;

#pragma once

#include <optional>
#include <vector>

#include "rules/language/rule_file.h"

namespace sluice::test {

inline constexpr const char* kNoInstalledRules =
    "SpamAssassin's rules are not installed in /usr/share/spamassassin";

// With what Debian adds, where that is there. nullopt if they are not installed.
std::optional<std::vector<rules::RuleFile>> installed_rules();

}  // namespace sluice::test
