#include "bench/engine_run.h"

#include <cstdio>
#include <cstdlib>

#include "engine/senders/message_scanner.h"
#include "engine/service/default_rules.h"
#include "engine/service/service.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "rules/lines/diagnostic.h"

namespace sluice::bench {

void CommitClock::committed(std::chrono::nanoseconds /*took*/, std::size_t entries) {
  ended = Clock::now();
  messages.fetch_add(entries, std::memory_order_release);
}

std::shared_ptr<const senders::Rules> stock_rules() {
  const std::vector<std::string> paths = {service::default_rules_path()};
  const auto files = rules::load_rule_files(paths);
  rules::Diagnostics diagnostics;
  auto set = files.ok() ? rules::compile_rules(files.value(), {}, diagnostics) : nullptr;
  if (set == nullptr) {
    std::fprintf(stderr, "the stock rules do not compile\n");
    std::exit(1);
  }
  return senders::make_rules(std::move(set), {});
}

EngineRun::EngineRun(log::Log& log, const log::TopicLayout& layout, const RunOptions& options,
                     std::shared_ptr<const senders::Rules> rules) {
  pipeline::PipelineOptions settings;
  settings.inputs = {options.input.empty() ? layout.messages() : options.input};
  settings.topics = {.journal = layout.journal(),
                     .state = layout.sender_state(),
                     .dead_letters = layout.dead_letters(),
                     .dead_letter_partitions = layout.dead_letter_partitions};
  settings.group = options.name;
  settings.transactional_id = options.name;
  settings.partitions = layout.partitions;
  settings.workers = options.workers;
  pipeline_ = std::make_unique<pipeline::Pipeline>(
      log, settings, service::judge_factory(layout, /*json=*/false),
      [rules = std::move(rules)] {
        return std::make_unique<senders::MessageScanner>([rules] { return rules; });
      },
      clock_);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const Status ended = pipeline_->run(stop);
    if (!ended.ok()) std::fprintf(stderr, "engine: %s\n", ended.error().message.c_str());
  });
}

EngineRun::~EngineRun() {
  thread_.request_stop();
  thread_.join();
}

double EngineRun::wait_for(uint64_t messages, std::chrono::seconds timeout) {
  const auto deadline = CommitClock::Clock::now() + timeout;
  while (clock_.messages.load(std::memory_order_acquire) < messages) {
    if (CommitClock::Clock::now() > deadline) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::chrono::duration<double>(clock_.ended - clock_.began).count();
}

}  // namespace sluice::bench
