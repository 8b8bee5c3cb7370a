#include "bench/measuring.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "rules/compiler.h"
#include "rules/language/rule_file.h"

namespace sluice::bench {

double thread_cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::shared_ptr<const rules::RuleSet> compile_rules_at(const std::string& path) {
  const std::vector<std::string> paths = {path};
  const auto files = rules::load_rule_files(paths);
  if (!files.ok()) fail(files.error().message);
  rules::Diagnostics diagnostics;
  auto set = rules::compile_rules(files.value(), {}, diagnostics);
  if (set != nullptr) return set;
  fail(diagnostics.empty() ? "the rules do not compile" : rules::to_string(diagnostics.front()));
}

void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

}  // namespace sluice::bench
