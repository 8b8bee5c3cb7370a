// sluice replay: folds the journal again and compares with what was committed.

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/stop_signals.h"
#include "engine/service/service.h"

namespace sluice::cli {
namespace {

int replay(const ConfigOptions& options) {
  const auto config = options.load();
  if (config == nullptr) return kUsage;
  const StopSignals signals;
  const auto log = open_log(*config);
  if (log == nullptr) return kFailed;

  const log::TopicLayout layout = service::layout_of(*config);
  const auto report = pipeline::replay(
      *log, service::replay_source(layout),
      service::judge_factory(layout, config->verdicts.format == "json"), signals.token());
  if (!report.ok()) return fail(kFailed, report.error().message);
  for (const std::string& difference : report.value().first_differences) {
    std::cout << difference << '\n';
  }
  std::cout << fmt::format("{} journal entries, {} verdicts, {} states, {} differences\n",
                           report.value().entries, report.value().outputs, report.value().states,
                           report.value().differences);
  return report.value().differences == 0 ? kOk : kFindings;
}

}  // namespace

void define_replay(CLI::App& app, int& exit) {
  auto options = std::make_shared<ConfigOptions>();
  CLI::App* const sub = app.add_subcommand(
      "replay", "Folds the journal again and compares verdicts and state, bit for bit");
  options->add_to(*sub);
  sub->footer("Run it while no engine is writing, on a journal that still has its beginning.");
  sub->callback([options, &exit] { exit = replay(*options); });
}

}  // namespace sluice::cli
