#include "tests/rules/text_set.h"

#include <vector>

#include <gtest/gtest.h>

#include "rules/compiler.h"

namespace sluice::rules::test {

std::shared_ptr<const RuleSet> compile_text(const std::string& text, std::size_t many_patterns) {
  Diagnostics diagnostics;
  auto set = compile_rules(std::vector<RuleFile>{{"a.cf", text}}, {.many_patterns = many_patterns},
                           diagnostics);
  EXPECT_NE(set, nullptr) << (diagnostics.empty() ? "" : to_string(diagnostics.front()));
  return set;
}

}  // namespace sluice::rules::test
