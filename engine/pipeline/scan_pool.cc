#include "engine/pipeline/scan_pool.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace sluice::pipeline {

ScanPool::ScanPool(std::size_t workers, const ScannerFactory& make_scanner) {
  SLUICE_ASSERT(workers > 0);
  for (std::size_t i = 0; i < workers; ++i) scanners_.push_back(make_scanner());
  for (const auto& scanner : scanners_) {
    threads_.emplace_back([this, raw = scanner.get()] { work(*raw); });
  }
}

ScanPool::~ScanPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Job* ScanPool::submit(log::Record record) {
  if (idle_.empty()) {
    jobs_.push_back(std::make_unique<Job>());
    idle_.push_back(jobs_.back().get());
  }
  Job* const job = idle_.back();
  idle_.pop_back();
  job->record = std::move(record);
  job->cancelled_ = false;
  job->taken = std::chrono::steady_clock::now();
  job->done_.store(false, std::memory_order_relaxed);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(job);
    wake = sleepers_ > 0;
  }
  if (wake) work_.notify_one();
  return job;
}

void ScanPool::recycle(Job* job) {
  SLUICE_ASSERT(job->done());
  job->record = {};  // gives the fetch buffer back
  job->scanned.basis.reset();
  idle_.push_back(job);
}

void ScanPool::cancel(std::deque<Job*>& jobs) {
  {
    const std::lock_guard lock(mutex_);
    for (Job* job : jobs) job->cancelled_ = true;
    std::erase_if(waiting_, [](Job* job) {
      if (job->cancelled_) job->done_.store(true, std::memory_order_relaxed);
      return job->cancelled_;
    });
  }
  for (Job* job : jobs) {
    while (!job->done()) wait(std::chrono::milliseconds(10));
    recycle(job);
  }
  jobs.clear();
}

void ScanPool::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  waiter_ = true;
  finished_.wait_for(lock, timeout);
  waiter_ = false;
}

std::size_t ScanPool::share() const {
  const std::size_t fair = 1 + waiting_.size() / (2 * scanners_.size());
  const std::size_t most = std::min({fair, limits::kScanBatch, waiting_.size()});
  std::size_t bytes = waiting_.front()->record.value.size();
  std::size_t count = 1;
  while (count < most) {
    bytes += waiting_[count]->record.value.size();
    if (bytes > limits::kScanBatchBytes) break;
    ++count;
  }
  return count;
}

bool ScanPool::next(std::vector<Job*>& taken) {
  taken.clear();
  std::unique_lock lock(mutex_);
  ++sleepers_;
  work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  --sleepers_;
  if (stopping_) return false;
  const auto count = static_cast<std::ptrdiff_t>(share());
  taken.assign(waiting_.begin(), waiting_.begin() + count);
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  return true;
}

void ScanPool::finish(Job* job) {
  job->done_.store(true, std::memory_order_release);
  if (!waiter_.load(std::memory_order_relaxed)) return;  // a missed one sleeps out its time
  const std::lock_guard lock(mutex_);
  finished_.notify_one();
}

void ScanPool::work(Scanner& scanner) {
  std::vector<Job*> taken;
  std::vector<ScanTask> tasks;
  while (next(taken)) {
    tasks.clear();
    for (Job* job : taken) tasks.push_back({job->record, job->scanned});
    scanner.scan(tasks);
    for (Job* job : taken) finish(job);
  }
}

}  // namespace sluice::pipeline
