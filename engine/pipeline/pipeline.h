// The frame: consume, scan in parallel, fold in order, commit everything in one transaction.
//
//   consumer ──► queue of each partition ──► fold ──► producer: journal, state, verdicts, offsets
//                   └──► scan pool (ahead of the commit) ──┘
//
// One thread owns consumer, producer, state and folds, so there are no locks; the pool's workers
// only scan. About every commit_interval everything folded since the last commit is committed with
// the offsets of all owned partitions. What an abort takes back is folded again from memory. When
// the outcome of a commit is unknown, another producer took the id over, or the log went away, the
// member leaves the group and joins again: state is then read from the log, which knows.
//
// Failure:  run() returns an Error when going on would be wrong or useless: a log that was never
//           there, topics that do not fit, state it cannot read, a second process with the same
//           instance name.
// Bounds:   in_flight_bytes_max of records taken and not folded; commit_records_max folded and not
//           committed; a drain deadline.
// Threads:  run() occupies the calling thread; stop it through the stop token.
// Tests:    tests/engine/pipeline_test.cc, tests/chaos/

#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/fold.h"
#include "engine/pipeline/ledger.h"
#include "engine/pipeline/scanner.h"
#include "engine/pipeline/stats.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

struct PipelineOptions {
  std::vector<std::string> inputs;  // co-partitioned with each other, the journal and the state
  LedgerTopics topics;
  std::string group;
  std::string transactional_id;  // stable and unique per replica
  std::string client_id = "sluice";
  int32_t partitions = 1;  // of the inputs

  std::size_t workers = 1;
  std::size_t in_flight_bytes_max = 256U << 20U;
  std::size_t commit_records_max = 10'000;
  std::chrono::milliseconds commit_interval{100};
  std::chrono::milliseconds tick_interval{1'000};
  std::chrono::milliseconds drain_deadline{5'000};
  std::chrono::milliseconds restore_patience{60'000};
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds unavailable_pause{1'000};  // then the log is asked again
};

class Pipeline {
 public:
  // All of them outlive the pipeline.
  Pipeline(log::Log& log, PipelineOptions options, FoldFactory make_fold,
           ScannerFactory make_scanner, Stats& stats);

  // Until `stop` is requested (then drained and committed: success) or an Error.
  Status run(const std::stop_token& stop);

 private:
  log::Log& log_;
  PipelineOptions options_;
  FoldFactory make_fold_;
  ScannerFactory make_scanner_;
  Stats& stats_;
};

}  // namespace sluice::pipeline
