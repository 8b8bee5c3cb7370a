// Claim:   every job is scanned once, by some worker; workers take several jobs at once, but no
// more
//          than limits::kScanBatch, and none beyond its first that makes them too large together.
// Oracle:  by hand.

#include "engine/pipeline/scan_pool.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::pipeline {
namespace {

// How many records came together, and of how many bytes.
struct Seen {
  std::mutex mutex = {};
  std::vector<std::size_t> counts = {};
  std::vector<std::size_t> bytes = {};
};

class Recorder final : public Scanner {
 public:
  explicit Recorder(Seen& seen) : seen_(seen) {}

  using Scanner::scan;

  void scan(std::span<const ScanTask> tasks) override {
    std::size_t bytes = 0;
    for (const auto& [record, out] : tasks) {
      out.entry.value = std::to_string(record.offset);
      bytes += record.value.size();
    }
    const std::lock_guard lock(seen_.mutex);
    seen_.counts.push_back(tasks.size());
    seen_.bytes.push_back(bytes);
  }

 private:
  Seen& seen_;
};

// Submits a record of each size, and waits for all.
void run(std::size_t workers, std::span<const std::size_t> sizes, Seen& seen) {
  const std::string bytes(*std::max_element(sizes.begin(), sizes.end()), 'x');
  ScanPool pool(workers, [&seen] { return std::make_unique<Recorder>(seen); });
  std::deque<Job*> jobs;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    log::Record record;
    record.offset = static_cast<int64_t>(i);
    record.value = std::string_view(bytes).substr(0, sizes[i]);
    jobs.push_back(pool.submit(std::move(record)));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    while (!jobs[i]->done()) pool.wait(std::chrono::milliseconds(10));
    EXPECT_EQ(jobs[i]->scanned.entry.value, std::to_string(i));
    pool.recycle(jobs[i]);
  }
}

TEST(ScanPool, ScansEachJobOnce) {
  for (const std::size_t workers : {1U, 3U}) {
    Seen seen;
    run(workers, std::vector<std::size_t>(2'000, 10), seen);
    std::size_t sum = 0;
    for (const std::size_t count : seen.counts) {
      sum += count;
      EXPECT_LE(count, limits::kScanBatch);
    }
    EXPECT_EQ(sum, 2'000U);
  }
}

TEST(ScanPool, LargeRecordsComeAlone) {
  Seen seen;
  run(1, std::vector<std::size_t>(50, 600 << 10), seen);
  EXPECT_EQ(seen.counts.size(), 50U);
}

TEST(ScanPool, TogetherRecordsAreNotTooLarge) {
  Seen seen;
  run(2, std::vector<std::size_t>(300, 100 << 10), seen);
  for (std::size_t i = 0; i < seen.counts.size(); ++i) EXPECT_LE(seen.bytes[i], 1U << 20U);
}

}  // namespace
}  // namespace sluice::pipeline
