// Compiles rule files into a rule set.
//
//   Diagnostics faults;
//   auto set = compile_rules(files, {.cache_directory = "/var/cache/sluice"}, faults);
//   if (set == nullptr) for (const Diagnostic& d : faults) print(to_string(d));
//
// Each pattern gets the cheapest engine that is exact for it: Hyperscan alone, a scan for literals
// or for chains of letters or for a superset with confirmation by RE2 or PCRE2, or, where none of
// these helps, these alone.
//
// Failure:  nullptr if any diagnostic is an error. Warnings may come with a rule set.
// Threads:  none of its own; the result is immutable.
// Tests:    tests/rules/rule_set_test.cc, tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "rules/language/rule_file.h"
#include "rules/lines/diagnostic.h"
#include "rules/maps/map_library.h"
#include "rules/rule_set.h"

namespace sluice::rules {

struct CompileOptions {
  std::string cache_directory = {};       // of compiled databases; empty: none
  std::shared_ptr<MapLibrary> maps = {};  // where maps are kept up to date; empty: nowhere
  std::size_t many_patterns = 300;  // from here on a rule set is large (rules/engine_choice.h)
};

std::shared_ptr<const RuleSet> compile_rules(std::span<const RuleFile> files,
                                             const CompileOptions& options,
                                             Diagnostics& diagnostics);

}  // namespace sluice::rules
