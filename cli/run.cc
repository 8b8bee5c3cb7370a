// sluice run: the engine.

#include <memory>

#include "cli/command.h"
#include "cli/stop_signals.h"
#include "engine/service/service.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  std::vector<std::string> rules;
};

int run(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  if (!options.rules.empty()) config->rules.paths = options.rules;

  service::Service* running = nullptr;
  StopSignals signals([&running] {
    if (running != nullptr) running->reload();
  });
  const auto log = open_log(*config);
  if (log == nullptr) return kFailed;
  service::Service service(*log, *config);
  if (Status started = service.start(); !started.ok()) {
    return fail(kFailed, started.error().message);
  }
  running = &service;
  const Status ended = service.run(signals.token());
  running = nullptr;
  return ended.ok() ? kOk : fail(kFailed, ended.error().message);
}

}  // namespace

void define_run(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("run", "The engine: messages in, verdicts out");
  options->config.add_to(*sub);
  sub->add_option("-r,--rules", options->rules, "Instead of rules.paths; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  sub->footer(
      "SIGTERM drains and leaves, SIGHUP looks at the rule files again.\n"
      "Several replicas share the work: give each its own pipeline.instance.");
  sub->callback([options, &exit] { exit = run(*options); });
}

}  // namespace sluice::cli
