// sluice config: the options, their meaning, and what is in force.

#include <iostream>
#include <memory>

#include "cli/command.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  bool sample = false;
  bool reference = false;
};

int print(const Options& options) {
  if (options.reference) {
    std::cout << config::config_reference();
    return kOk;
  }
  if (options.sample) {
    std::cout << config::sample_config();
    return kOk;
  }
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  std::cout << config::to_toml(*config);
  return kOk;
}

}  // namespace

void define_config(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("config", "The configuration in force, checked");
  options->config.add_to(*sub);
  sub->add_flag("--sample", options->sample, "A complete file with every option at its default");
  sub->add_flag("--reference", options->reference, "The reference page");
  sub->callback([options, &exit] { exit = print(*options); });
}

}  // namespace sluice::cli
