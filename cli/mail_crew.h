// Several threads at work on the messages of one source; what they found is told in its order.
//
//   MailCrew crew(0);                                    // a thread for each processor
//   std::vector<Scan> scans(crew.slots());
//   crew.run(source,
//            [&](std::size_t worker, std::span<const MailCrew::Task> tasks) {
//              for (const MailCrew::Task& task : tasks) scan(worker, task.mail, scans[task.slot]);
//            },
//            [&](std::size_t slot) { print(scans[slot]); });
//
// Each message is read once, by the thread that then works on it, and some at once: rules are
// quicker on several messages together.
//
// Bounds:   at most slots() messages are between reading and telling; a slow one makes the others
//           wait. A thread holds at most limits::kScanBatch messages of limits::kScanBatchBytes, or
//           a larger one alone.
// Threads:  `work` runs on all threads at once, each with its own `worker`; `tell` never twice at
//           once, in the order of the source.
// Tests:    tests/cli/mail_crew_test.cc

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "cli/mail_source.h"

namespace sluice::cli {

class MailCrew {
 public:
  static constexpr std::size_t kSlotsPerWorker = 64;

  struct Task {
    std::size_t slot;  // below slots(); this task's own until it is told
    Mail mail;
  };

  // `worker`: below workers().
  using Work = std::function<void(std::size_t worker, std::span<const Task> tasks)>;
  using Tell = std::function<void(std::size_t slot)>;

  explicit MailCrew(std::size_t workers);  // 0: one for each processor

  [[nodiscard]] std::size_t workers() const { return workers_; }

  [[nodiscard]] std::size_t slots() const { return workers_ * kSlotsPerWorker; }

  // Returns when every message of `source` has been told.
  void run(MailSource& source, const Work& work, const Tell& tell);

 private:
  void work_on(MailSource& source, std::size_t worker, const Work& work, const Tell& tell);
  void take(MailSource& source, std::vector<Task>& taken);
  void finish(std::span<const Task> tasks, const Tell& tell);

  std::size_t workers_;

  std::mutex source_mutex_;
  std::size_t taken_ = 0;
  std::optional<Mail> next_;  // read, and not taken yet

  std::mutex told_mutex_;
  std::condition_variable told_more_;
  std::size_t told_ = 0;
  std::vector<bool> finished_;  // of each slot
};

}  // namespace sluice::cli
