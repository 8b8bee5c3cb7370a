// sluice lint: every fault in rule files, with its place and what to do.

#include <algorithm>
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
  std::string format = "text";
  bool json = false;
  bool werror = false;

  [[nodiscard]] bool as_json() const { return json || format == "json"; }
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
  for (rules::Diagnostic& diagnostic : diagnostics) {
    if (options.werror) diagnostic.severity = rules::Severity::kError;
    print(diagnostic, options.as_json());
  }
  if (set == nullptr) return kFindings;
  if (options.werror && !diagnostics.empty()) return kFindings;
  if (!options.as_json()) {
    std::cout << fmt::format("{} rules, no errors, {} warnings\n", set->rules().size(),
                             diagnostics.size());
  }
  return kOk;
}

}  // namespace

void define_lint(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("lint", "Every fault in rule files, with its place");
  sub->add_option("rules", options->paths, "Rule files, or directories of *.cf files")->required();
  sub->add_option("--format", options->format,
                  "text: FILE:LINE:COLUMN: SEVERITY: MESSAGE; HINT, or json: one object a fault "
                  "and line, with severity, file, line, column, message, hint")
      ->type_name("text|json")
      ->check(CLI::IsMember({"text", "json"}).description(""));
  sub->add_flag("--json", options->json, "The same as --format json");
  sub->add_flag("--werror", options->werror, "Warnings are errors");
  sub->footer(
      "Exit codes: 0 no errors, 1 errors (with --werror: or warnings), 2 wrong usage, 3 a file\n"
      "that cannot be read.");
  sub->callback([options, &exit] { exit = lint(*options); });
}

}  // namespace sluice::cli
