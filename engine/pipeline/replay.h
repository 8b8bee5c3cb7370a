// Folds a journal again, from nothing, and compares what comes out with what was committed.
//
//   replay(log, source, make_fold)  ->  {entries 120000, records 60000, differences 0}
//
// This is the proof that the journal holds all the judge saw: verdicts and state must come out bit
// for bit. Run it when no engine is writing.
//
// Failure:  a journal whose beginning has been deleted, entries of a newer version, a log that does
//           not answer. Differences are not errors: they are counted, and the first few are named.
// Bounds:   16 bytes of digest for each record to compare, and the state of all partitions.
// Threads:  the caller's.
// Tests:    tests/engine/replay_test.cc, tests/chaos/

#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/fold.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

struct ReplaySource {
  std::string journal_topic;
  std::string state_topic;
  std::string output_topic;  // where the fold's own records go
  int32_t partitions = 1;    // of journal and state
  int32_t output_partitions = 1;
  std::chrono::milliseconds patience{60'000};
};

struct ReplayReport {
  uint64_t entries = 0;  // of the journal
  uint64_t outputs = 0;  // records that the fold made again
  uint64_t states = 0;   // keys compared
  uint64_t differences = 0;
  std::vector<std::string> first_differences;  // at most 10, each one line
};

Result<ReplayReport> replay(log::Log& log, const ReplaySource& source, const FoldFactory& make_fold,
                            const std::stop_token& stop);

}  // namespace sluice::pipeline
