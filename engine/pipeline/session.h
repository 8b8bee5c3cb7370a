// One life in the group: from joining it to leaving it, with one producer.
//
// Ends when asked to stop, when it must join again (the outcome of a commit is unknown, the
// producer was fenced), or with an error. Pipeline::run strings sessions together.
//
// Threads:  the pipeline's.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/partition.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/scan_pool.h"

namespace sluice::pipeline {

class Session {
 public:
  enum class End : uint8_t { kStopped, kUnknownOutcome, kFenced };

  Session(log::Log& log, const PipelineOptions& options, const FoldFactory& make_fold,
          ScanPool& pool, Stats& stats);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  Result<End> run(const std::stop_token& stop);

  // Whether it ever was in the group: the log was there.
  [[nodiscard]] bool joined() const { return consumer_ != nullptr; }

 private:
  using Clock = std::chrono::steady_clock;

  Status open();
  Status step(const std::stop_token& stop);

  // Events of the consumer; how many there were.
  Result<int> take_events(const std::stop_token& stop, std::chrono::milliseconds patience);
  Status handle(log::Event event, const std::stop_token& stop);
  void take_record(log::Record record);
  Status take_assignment(const log::Assignment& given, const std::stop_token& stop);
  Status take_revocation(const log::Revocation& taken);
  // Restores and starts what was given. Returns how many records the restore read.
  Result<uint64_t> start_partitions(std::span<const log::TopicPartition> given,
                                    const std::stop_token& stop);
  Result<std::vector<log::Position>> committed_positions(
      std::span<const log::TopicPartition> given);
  [[nodiscard]] Status check_positions(std::span<const log::Position> positions) const;

  // Folds what is scanned, in order; how many records that were.
  std::size_t fold_ready();
  void fold_ticks();

  [[nodiscard]] bool commit_due() const;
  void commit();
  void abort_and_refold(const std::string& reason);
  void refold_all(const std::string& reason);
  [[nodiscard]] std::vector<log::Position> positions();

  // Finishes what is in flight, up to the deadline, and commits.
  void drain(Clock::time_point deadline);
  void discard_transaction();
  Status leave();
  void abandon_all();
  void report(Clock::time_point now);

  [[nodiscard]] bool full() const;

  log::Log& log_;
  const PipelineOptions& options_;
  const FoldFactory& make_fold_;
  ScanPool& pool_;
  Stats& stats_;

  std::unique_ptr<log::Consumer> consumer_;
  std::unique_ptr<log::Producer> producer_;
  std::optional<Ledger> ledger_;
  std::shared_ptr<const log::Membership> membership_;
  std::map<int32_t, std::unique_ptr<Partition>> partitions_;

  std::size_t in_flight_bytes_ = 0;
  std::size_t in_flight_records_ = 0;
  std::size_t folded_records_ = 0;       // since the last commit
  Clock::time_point transaction_began_;  // of the first fold since the last commit
  Clock::time_point reported_;
  bool quiet_ = false;  // the last step found little to do
  int aborts_in_a_row_ = 0;
  std::optional<End> end_;
};

}  // namespace sluice::pipeline
