// Rebuilds the state of partitions from the log: changelog first, then the end of the journal.
//
// Reads up to the high watermark as it is when the restore begins, waiting out transactions that a
// dead owner left open: stopping at the last stable offset would miss what he had committed.
//
// Failure:  state of a newer schema, an unreadable journal entry, a log that does not answer.
// Threads:  the pipeline's.
// Tests:    tests/engine/pipeline_test.cc

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/partition.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

// Calls `visit` for every committed record from `from` on, in order within each partition, and
// returns when all of them have been read to the end they had when this was called. An error from
// `visit` ends the reading. kUnavailable if nothing moves for `patience`, or on a stop request.
Status read_to_end(log::Reader& reader, std::span<const log::Position> from,
                   const std::function<Status(const log::Record&)>& visit,
                   std::chrono::milliseconds patience, const std::stop_token& stop);

struct RestoreSource {
  std::string state_topic;
  std::string journal_topic;
  std::chrono::milliseconds patience{60'000};
};

// Fills the stores of `partitions` and wakes their folds. Returns how many records were read.
Result<uint64_t> restore(log::Reader& reader, const RestoreSource& source,
                         std::span<Partition* const> partitions, const std::stop_token& stop);

}  // namespace sluice::pipeline
