// The smallest fold that exercises every promise of the frame: it counts entries per key, says the
// count on an output topic, remembers ids for a while, and keeps a clock.
//
//   record key "a", value "17"  ->  entry "e:a:17:<offset>:<time>"  ->  output "a=1@<offset>"
//   tick                        ->  entry "t:<time>"
//
// State "a" = count, "@clock" = clock, ticks and last offset.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pipeline/fold.h"
#include "engine/pipeline/scanner.h"

namespace sluice::pipeline {

inline constexpr std::string_view kClockKey = "@clock";

class CountingFold : public Fold {
 public:
  explicit CountingFold(std::string output_topic) : output_topic_(std::move(output_topic)) {}

  [[nodiscard]] Result<std::string> migrate(std::string_view key,
                                            std::string_view value) const override;
  void resume(const Store& store) override;

  [[nodiscard]] int64_t memory_ms() const override { return 3'600'000; }

  void remember(std::string_view entry, std::string_view memo) override;
  [[nodiscard]] Status check(std::string_view entry) const override;

  [[nodiscard]] bool ready_for(std::string_view /*entry*/) const override { return true; }

  [[nodiscard]] int64_t clock_ms() const override { return live_.clock_ms; }

  [[nodiscard]] std::optional<log::Offset> applied_through() const override;
  [[nodiscard]] Entry tick(int64_t time_ms) const override;

  void prologue(std::string_view /*entry*/, const Basis& /*basis*/, const Store& /*store*/,
                std::vector<Entry>& /*before*/) override {}

  void apply(std::string_view entry, Store& store, Outbox& out, std::string& memo) override;
  void settle(Store& store) override;

  void commit() override { committed_ = live_; }

  void rollback() override { live_ = committed_; }

  // How many memos came back after a restart.
  [[nodiscard]] int remembered() const { return remembered_; }

 private:
  struct Live {
    int64_t clock_ms = 0;
    int64_t ticks = 0;
    int64_t last_offset = -1;
  };

  std::string output_topic_;
  Live live_;
  Live committed_;
  int remembered_ = 0;
};

// Turns a record into an entry; values that begin with "bad" also go to the dead letters.
class CountingScanner final : public Scanner {
 public:
  explicit CountingScanner(std::chrono::microseconds work = {}) : work_(work) {}

  using Scanner::scan;
  void scan(std::span<const ScanTask> tasks) override;

 private:
  std::chrono::microseconds work_;
};

}  // namespace sluice::pipeline
