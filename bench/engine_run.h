// The engine as benches run it: the stock rules, the judge and the frame over any log.

#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "engine/pipeline/pipeline.h"
#include "engine/senders/activation.h"
#include "ingest/log/log.h"
#include "ingest/log/topics.h"
#include "rules/rule_set.h"

namespace sluice::bench {

// Counts, and knows when the first and the last commit were.
class CommitClock final : public pipeline::Stats {
 public:
  using Clock = std::chrono::steady_clock;

  void taken(const char*) override {}

  void folded(std::chrono::nanoseconds, bool) override {}

  void committed(std::chrono::nanoseconds, std::size_t entries) override;

  void aborted(std::string_view) override { ++aborts; }

  void rejoined(std::string_view) override {}

  void assigned(std::size_t, uint64_t, std::chrono::nanoseconds) override { began = Clock::now(); }

  void revoked(bool) override {}

  void in_flight(std::size_t, std::size_t) override {}

  void lag(int32_t, int64_t) override {}

  void beat() override {}

  std::atomic<uint64_t> messages = 0;
  std::atomic<uint64_t> aborts = 0;
  Clock::time_point began;  // partitions were assigned
  Clock::time_point ended;  // the last commit; valid once `messages` says so
};

// The pack that comes with the program, compiled.
std::shared_ptr<const senders::Rules> stock_rules();

struct RunOptions {
  std::string name = "bench";  // group and transactional id
  std::size_t workers = 2;
  std::string input = {};  // the messages topic; empty: the layout's
};

// Runs the engine on a thread until destroyed.
class EngineRun {
 public:
  EngineRun(log::Log& log, const log::TopicLayout& layout, const RunOptions& options,
            std::shared_ptr<const senders::Rules> rules);
  ~EngineRun();

  // Seconds from assignment to the commit that completed `messages`; negative after `timeout`.
  double wait_for(uint64_t messages, std::chrono::seconds timeout);

 private:
  CommitClock clock_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::jthread thread_;
};

}  // namespace sluice::bench
