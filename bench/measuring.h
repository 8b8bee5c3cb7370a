// What benches of the rules share: a clock, and a rule set.

#pragma once

#include <memory>
#include <string>

#include "rules/rule_set.h"

namespace sluice::bench {

// Processor time of the calling thread.
double thread_cpu_s();

// The rules in a file or folder. On a fault a line on standard error, and the end of the process.
std::shared_ptr<const rules::RuleSet> compile_rules_at(const std::string& path);

// Says what is wrong, and ends the process.
[[noreturn]] void fail(const std::string& what);

}  // namespace sluice::bench
