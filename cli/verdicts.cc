// sluice verdicts: follows the verdict topic as JSON lines.

#include <chrono>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/stop_signals.h"
#include "engine/service/service.h"
#include "engine/verdict/verdict_json.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  uint64_t count = 0;
  uint64_t timeout_s = 0;
  bool from_end = false;
};

Result<std::string> line_of(const log::Record& record) {
  if (record.value.starts_with('{')) return std::string(record.value);  // verdicts.format = "json"
  return verdict::verdict_json(record.value);
}

int follow(log::Reader& reader, const Options& options) {
  using Clock = std::chrono::steady_clock;
  const StopSignals signals;
  auto last = Clock::now();
  uint64_t seen = 0;
  while (!signals.stop_requested() && (options.count == 0 || seen < options.count)) {
    const log::Event event = reader.poll(std::chrono::milliseconds(100));
    if (const auto* record = std::get_if<log::Record>(&event)) {
      const auto line = line_of(*record);
      if (!line.ok()) return fail(kFailed, line.error().message);
      std::cout << line.value() << '\n';
      ++seen;
      last = Clock::now();
      continue;
    }
    if (const auto* trouble = std::get_if<log::Trouble>(&event)) {
      fail(kFailed, trouble->error.message);
      if (trouble->fatal) return kFailed;
    }
    std::cout.flush();
    if (options.timeout_s != 0 && Clock::now() - last > std::chrono::seconds(options.timeout_s)) {
      return options.count == 0 ? kOk : kFindings;
    }
  }
  std::cout.flush();
  return kOk;
}

int verdicts(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto log = open_log(*config);
  if (log == nullptr) return kFailed;
  auto reader = log->open_reader();
  if (!reader.ok()) return fail(kFailed, reader.error().message);

  const log::TopicLayout layout = service::layout_of(*config);
  std::vector<log::Position> from;
  for (int32_t i = 0; i < layout.verdict_partitions; ++i) {
    from.push_back(
        {.at = {layout.verdicts(), i}, .next = options.from_end ? log::kEnd : log::kBeginning});
  }
  if (Status sought = reader.value()->seek(from); !sought.ok()) {
    return fail(kFailed, sought.error().message);
  }
  return follow(*reader.value(), options);
}

}  // namespace

void define_verdicts(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("verdicts", "Follows the verdict topic as JSON lines, until interrupted");
  options->config.add_to(*sub);
  sub->add_option("--count", options->count, "End after this many verdicts");
  sub->add_option(
      "--timeout", options->timeout_s,
      "End when none came for this many seconds; exit code 1 if --count was not reached");
  sub->add_flag("--from-end", options->from_end, "Only verdicts made from now on");
  sub->callback([options, &exit] { exit = verdicts(*options); });
}

}  // namespace sluice::cli
