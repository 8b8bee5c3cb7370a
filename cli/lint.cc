// sluice lint: every fault in rule files, with its place and what to do.

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/progress.h"
#include "rules/compiler.h"
#include "rules/lines/diagnostic.h"
#include "rules/language/rule_file.h"

namespace sluice::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  bool json = false;
};

void print(const rules::Diagnostic& diagnostic, bool json) {
  if (!json) {
    std::cout << rules::to_string(diagnostic) << '\n';
    return;
  }
  const nlohmann::ordered_json line = {
      {"severity", diagnostic.severity == rules::Severity::kError ? "error" : "warning"},
      {"file", diagnostic.file},
      {"line", diagnostic.line},
      {"column", diagnostic.column},
      {"message", diagnostic.message},
      {"hint", diagnostic.hint}};
  std::cout << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

int lint(const Options& options) {
  const auto files = rules::load_rule_files(options.paths);
  if (!files.ok()) return fail(kFailed, files.error().message);
  rules::Diagnostics diagnostics;
  const auto set = rules::compile_rules(files.value(), {}, diagnostics);
  for (const rules::Diagnostic& diagnostic : diagnostics) print(diagnostic, options.json);
  if (set == nullptr) return kFindings;
  if (!options.json) std::cout << fmt::format("{} rules, no errors\n", set->rules().size());
  return kOk;
}

}  // namespace

void define_lint(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("lint", "Every fault in rule files, with its place");
  sub->add_option("rules", options->paths, "Rule files, or directories of *.cf files")->required();
  sub->add_flag("--json", options->json, "One JSON object a fault");
  sub->callback([options, &exit] { exit = lint(*options); });
}

}  // namespace sluice::cli
