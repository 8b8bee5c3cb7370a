// A rule set made from the text of one file, for tests.
//
//   const auto set = compile_text("body A /zebra/\n", kLargeSet);

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "rules/rule_set.h"

namespace sluice::rules::test {

// From how many patterns on a set is compiled as a large one: literals and chains are looked for
// first.
inline constexpr std::size_t kLargeSet = 0;
inline constexpr std::size_t kSmallSet = 1'000;

// nullptr, and a test failure, if it does not compile.
std::shared_ptr<const RuleSet> compile_text(const std::string& text, std::size_t many_patterns);

}  // namespace sluice::rules::test
