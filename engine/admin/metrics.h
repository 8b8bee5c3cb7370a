// What the engine counts, as Prometheus reads it.
//
//   Metrics metrics;                        pipeline and scanners report to it
//   metrics.text()                          "# TYPE sluice_messages_total counter\n..."
//
// No message content, no sender and no recipient is ever a label: names of rules, defects and fixed
// words only, so the number of series is bounded by the rule set.
//
// Source:   Prometheus text format 0.0.4; names follow prometheus.io/docs/practices/naming.
// Threads:  any; counting costs relaxed atomic additions.
// Tests:    tests/engine/admin_test.cc

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pipeline/stats.h"
#include "engine/senders/message_scanner.h"
#include "ingest/mime/defects.h"

namespace sluice::admin {

using Counter = std::atomic<uint64_t>;
using Gauge = std::atomic<int64_t>;

// Durations in fixed buckets.
class Histogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,   0.5,   1.0,  2.5,   10.0};

  void observe(std::chrono::nanoseconds value);

  struct Snapshot {
    std::array<uint64_t, kBounds.size() + 1> cumulative{};  // the last one counts all
    double sum_s = 0;
  };

  [[nodiscard]] Snapshot snapshot() const;

 private:
  std::array<Counter, kBounds.size() + 1> counts_{};
  Counter sum_ns_ = 0;
};

class Metrics final : public pipeline::Stats, public senders::ScanObserver {
 public:
  // --- pipeline::Stats ---
  void taken(const char* looks_like) override;
  void folded(std::chrono::nanoseconds waited, bool dead_letter) override;
  void committed(std::chrono::nanoseconds took, std::size_t entries) override;
  void aborted(std::string_view reason) override;
  void rejoined(std::string_view reason) override;
  void assigned(std::size_t partitions, uint64_t restored, std::chrono::nanoseconds took) override;
  void revoked(bool lost) override;
  void in_flight(std::size_t bytes, std::size_t records) override;
  void lag(int32_t partition, int64_t records) override;
  void beat() override;

  // --- senders::ScanObserver ---
  void scanned(const mime::Message& message, std::span<const rules::Hit> hits,
               const rules::TextBytes& texts, const rules::RuleSet& set) override;

  // A rule set was loaded, or could not be.
  void reloaded(bool ok, std::string_view rule_set_hex);

  // The file of a map changed, and was taken or refused.
  void map_reloaded(bool ok);

  [[nodiscard]] std::string text() const;

  // The pipeline's loop has turned within `limit`.
  [[nodiscard]] bool alive(std::chrono::seconds limit) const;

  // Partitions have been assigned and restored at least once since the start or the last loss.
  [[nodiscard]] bool ready() const { return partitions_ > 0; }

 private:
  // Hits of one rule set, by rule index.
  struct RuleCounters {
    std::vector<std::string> names;
    std::unique_ptr<Counter[]> hits;
    std::string id;  // of the set
  };

  std::shared_ptr<RuleCounters> counters_for(const rules::RuleSet& set);

  Counter taken_ = 0;
  Counter folded_ = 0;
  Counter dead_letters_ = 0;
  Counter misplaced_crc32_ = 0;
  Counter misplaced_other_ = 0;
  Counter commits_ = 0;
  Counter aborts_ = 0;
  Counter rejoins_ = 0;
  Counter assignments_ = 0;
  Counter revocations_ = 0;
  Counter losses_ = 0;
  Counter restored_records_ = 0;
  Counter scanned_messages_ = 0;
  Counter scanned_bytes_ = 0;
  Counter texts_scanned_ = 0;  // bytes
  Counter texts_recalled_ = 0;
  Counter reloads_ok_ = 0;
  Counter reloads_failed_ = 0;
  Counter map_reloads_ok_ = 0;
  Counter map_reloads_failed_ = 0;
  Gauge partitions_ = 0;
  Gauge in_flight_bytes_ = 0;
  Gauge in_flight_records_ = 0;
  Gauge beat_ns_ = 0;
  Histogram wait_;
  Histogram commit_;
  Histogram restore_;
  std::array<Counter, mime::kDefectCount> defects_{};

  mutable std::mutex mutex_;  // for what follows
  std::map<int32_t, int64_t> lag_;
  std::shared_ptr<RuleCounters> rules_;
  std::string rule_set_;
};

}  // namespace sluice::admin
