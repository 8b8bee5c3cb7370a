// A rule set from a text, for tests that need rules and no mail.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "rules/compiler.h"
#include "rules/rule_set.h"

namespace sluice::rules::test {

inline std::shared_ptr<const RuleSet> small_set(const std::string& text) {
  Diagnostics diagnostics;
  auto set = compile_rules(std::vector<RuleFile>{{"a.cf", text}}, {}, diagnostics);
  SLUICE_ASSERT(set != nullptr);
  return set;
}

inline RuleIndex index_of(const RuleSet& set, std::string_view name) {
  for (RuleIndex rule = 0; rule < set.rules().size(); ++rule) {
    if (set.rules()[rule].name == name) return rule;
  }
  SLUICE_ASSERT(false);
  return 0;
}

}  // namespace sluice::rules::test
