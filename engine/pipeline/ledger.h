// Writes one transaction's records: journal entries, changed state, what the fold says, dead
// letters.
//
// Failure:  the first refusal of the log is kept in status(); later puts do nothing. The caller
//           looks at it before it commits, and aborts.
// Threads:  one at a time.
// Tests:    tests/engine/pipeline_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/pipeline/fold.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

// Header of a journal record that carries what Fold::remember() gets back.
inline constexpr std::string_view kHeaderMemo = "sluice-memo";

// Headers of a dead letter, beside the record's own.
inline constexpr std::string_view kHeaderErrorCode = "sluice-error-code";
inline constexpr std::string_view kHeaderOriginTopic = "sluice-origin-topic";
inline constexpr std::string_view kHeaderOriginPartition = "sluice-origin-partition";
inline constexpr std::string_view kHeaderOriginOffset = "sluice-origin-offset";

struct LedgerTopics {
  std::string journal;
  std::string state;
  std::string dead_letters;
  int32_t dead_letter_partitions = 1;
};

class Ledger final : public Outbox {
 public:
  Ledger(log::Producer& producer, const LedgerTopics& topics)
      : producer_(producer), topics_(topics) {}

  void put(const log::Put& put) override;

  void journal(int32_t partition, const Entry& entry, std::string_view memo);

  // nullopt writes a tombstone.
  void state(int32_t partition, std::string_view key, std::optional<std::string_view> value);

  void dead_letter(const log::Record& record, std::string_view code);

  // Whether the open transaction holds anything.
  [[nodiscard]] bool dirty() const { return dirty_; }

  [[nodiscard]] const Status& status() const { return status_; }

  // A new transaction begins.
  void clear();

 private:
  log::Producer& producer_;
  const LedgerTopics& topics_;
  Status status_;
  bool dirty_ = false;
};

}  // namespace sluice::pipeline
