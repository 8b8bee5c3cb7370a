// sluice test: runs the `test` lines that stand beside the rules.

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "rules/self_test.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
};

int test(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;

  std::size_t failed = 0;
  const auto results = rules::run_rule_tests(*set);
  for (const rules::TestResult& result : results) {
    if (result.passed) continue;
    ++failed;
    const rules::RuleInfo& rule = set->rules()[result.rule];
    std::cout << fmt::format("{}:{}: {}: {} should {}hit \"{}\"\n", rule.file, result.place.line,
                             coloured(Colour::kRed, "failed"), rule.name,
                             result.expected ? "" : "not ", result.text);
  }
  std::cout << fmt::format("{} passed, {} failed\n", results.size() - failed, failed);
  return failed == 0 ? kOk : kFindings;
}

}  // namespace

void define_test(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("test", "Runs the test lines beside the rules");
  options->config.add_to(*sub);
  sub->add_option("rules", options->rules.paths, "Rule files, or directories of *.cf files");
  sub->callback([options, &exit] { exit = test(*options); });
}

}  // namespace sluice::cli
