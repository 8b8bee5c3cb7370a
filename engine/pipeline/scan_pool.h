// Worker threads that scan records ahead of their turn.
//
//   ScanPool pool(2, make_scanner);
//   Job* job = pool.submit(std::move(record));     // the caller keeps it in its partition's queue
//   if (job->done()) { fold(job->scanned); pool.recycle(job); }
//
// Jobs are finished in any order; whoever submitted them takes them back in his own.
//
// Bounds:   as many jobs as the submitter allows; finished ones are reused, with their memory.
// Threads:  submit, recycle, cancel and wait belong to one thread (the pipeline's); the workers are
//           the pool's own.
// Tests:    tests/engine/scan_pool_test.cc

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/pipeline/scanner.h"

namespace sluice::pipeline {

class Job {
 public:
  [[nodiscard]] bool done() const { return done_.load(std::memory_order_acquire); }

  log::Record record;
  Scanned scanned;  // REQUIRES: done()
  std::chrono::steady_clock::time_point taken = {};

 private:
  friend class ScanPool;
  std::atomic<bool> done_{false};
  bool cancelled_ = false;  // under the pool's mutex
};

class ScanPool {
 public:
  ScanPool(std::size_t workers, const ScannerFactory& make_scanner);
  ScanPool(const ScanPool&) = delete;
  ScanPool& operator=(const ScanPool&) = delete;

  // Waits for the scans under way; jobs not begun are dropped.
  ~ScanPool();

  // The job belongs to the pool and to the caller until recycle().
  Job* submit(log::Record record);

  // REQUIRES: job->done().
  void recycle(Job* job);

  // Drops the jobs that no worker has begun, waits for the others and recycles all of them.
  void cancel(std::deque<Job*>& jobs);

  // Until some job is done that was not before, at most `timeout`.
  void wait(std::chrono::milliseconds timeout);

 private:
  void work(Scanner& scanner);

  // How many of the jobs that wait a worker takes: few enough that none sits idle while another has
  // work. REQUIRES: the mutex is held.
  [[nodiscard]] std::size_t share() const;

  // Waits for jobs and moves some to `taken`; false at the end.
  bool next(std::vector<Job*>& taken);
  void finish(Job* job);

  std::mutex mutex_;
  std::condition_variable work_;      // something to scan, or the end
  std::condition_variable finished_;  // a scan is done
  std::deque<Job*> waiting_;
  std::size_t sleepers_ = 0;          // workers that wait on work_
  std::atomic<bool> waiter_ = false;  // somebody sleeps on finished_
  bool stopping_ = false;

  std::vector<std::unique_ptr<Job>> jobs_;  // all of them
  std::vector<Job*> idle_;
  std::vector<std::unique_ptr<Scanner>> scanners_;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::pipeline
