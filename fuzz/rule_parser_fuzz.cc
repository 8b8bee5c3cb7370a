// Feeds any bytes to the rule parser and, if they are a rule set, to the compiler and a scan.
// Beyond "no crash": a set compiles exactly if no diagnostic is an error, its judge's part is
// valid, and every diagnostic names a line that exists.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "rules/compiler.h"
#include "rules/self_test.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  namespace rules = sluice::rules;
  if (size > 4'096) return 0;  // long patterns only make Hyperscan slow
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;

  rules::Diagnostics diagnostics;
  const auto set =
      rules::compile_rules(std::vector<rules::RuleFile>{{"fuzz.cf", text}}, {}, diagnostics);
  if ((set == nullptr) != rules::has_errors(diagnostics)) std::abort();
  for (const rules::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.line > lines || rules::to_string(diagnostic).empty()) std::abort();
  }
  if (set == nullptr) return 0;
  if (!set->judge_part().validate().ok()) std::abort();
  rules::run_rule_tests(*set);
  return 0;
}
