// One partition that this process owns: its state, its fold, and the work on its way through.
//
//   job = pool.submit(record)  ->  queue  ->  (scanned)  ->  fold, in order  ->  folded  ->  commit
//
// What was folded since the last commit is kept, so that an aborted transaction can be folded again
// from memory, without reading or scanning anything twice.
//
// Threads:  the pipeline's.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/pipeline/fold.h"
#include "engine/pipeline/ledger.h"
#include "engine/pipeline/scan_pool.h"
#include "engine/pipeline/store.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

class Partition {
 public:
  using Clock = std::chrono::steady_clock;

  Partition(int32_t number, std::unique_ptr<Fold> fold);

  [[nodiscard]] int32_t number() const { return number_; }

  Store& store() { return store_; }

  Fold& fold() { return *fold_; }

  // Where each input stands: what the next commit says. One per input topic.
  std::vector<log::Position>& inputs() { return inputs_; }

  void enqueue(Job* job) { queue_.push_back(job); }

  [[nodiscard]] bool queue_empty() const { return queue_.empty(); }

  std::deque<Job*>& queue() { return queue_; }

  // The next job to fold if its scan is done, else nullptr.
  [[nodiscard]] Job* ready() const {
    return queue_.empty() || !queue_.front()->done() ? nullptr : queue_.front();
  }

  // Folds the job at the head of the queue and moves its input on. The record's bytes are given
  // back unless they are needed again for a dead letter.
  void fold_head(Ledger& ledger, Clock::time_point now);

  // Folds a tick if the last one is `interval` ago. The tick's time is the partition's clock plus
  // what has passed since its last entry, one interval at most.
  void tick_if_due(Ledger& ledger, Clock::time_point now, std::chrono::milliseconds interval);

  // Writes changed state; afterwards only commit() or rollback() may follow.
  void settle(Ledger& ledger);

  // Entries folded since the last commit.
  [[nodiscard]] std::size_t folded() const { return folded_.size(); }

  void commit(ScanPool& pool);

  // Takes everything since the last commit back...
  void rollback();

  // ...and folds it once more, into a new transaction.
  void refold(Ledger& ledger);

  // Drops queue and memory: the partition goes to somebody else.
  void abandon(ScanPool& pool);

 private:
  // Either a scanned record or an entry of the frame's own.
  struct Folded {
    Job* job = nullptr;
    Entry own = {};
  };

  void fold_with_prologue(const Folded& folded, Ledger& ledger);
  void fold_entry(const Entry& entry, Ledger& ledger);
  void advance(const log::Record& record);

  int32_t number_;
  std::unique_ptr<Fold> fold_;
  Store store_;
  std::vector<log::Position> inputs_;
  std::deque<Job*> queue_;
  std::vector<Folded> folded_;
  std::vector<Entry> before_;  // reused
  std::string memo_;           // reused
  Clock::time_point last_entry_ = Clock::now();
  Clock::time_point last_tick_ = Clock::now();
};

}  // namespace sluice::pipeline
