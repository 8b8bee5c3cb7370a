#include "cli/mail_crew.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/limits.h"

namespace sluice::cli {

MailCrew::MailCrew(std::size_t workers)
    : workers_(workers != 0 ? workers : std::max(1U, std::thread::hardware_concurrency())) {}

void MailCrew::run(MailSource& source, const Work& work, const Tell& tell) {
  taken_ = 0;
  told_ = 0;
  finished_.assign(slots(), false);
  std::vector<std::jthread> threads;
  for (std::size_t worker = 1; worker < workers_; ++worker) {
    threads.emplace_back([&, worker] { work_on(source, worker, work, tell); });
  }
  work_on(source, 0, work, tell);
}

void MailCrew::work_on(MailSource& source, std::size_t worker, const Work& work, const Tell& tell) {
  std::vector<Task> taken;
  while (true) {
    take(source, taken);
    if (taken.empty()) return;
    work(worker, taken);
    finish(taken, tell);
  }
}

// The next messages, once there is a slot for one. Whoever waits here has nothing unfinished, so
// those who work free a slot.
void MailCrew::take(MailSource& source, std::vector<Task>& taken) {
  taken.clear();
  const std::lock_guard only_one(source_mutex_);
  std::size_t end = 0;  // number of the first message that has no slot
  {
    std::unique_lock lock(told_mutex_);
    told_more_.wait(lock, [this] { return taken_ < told_ + slots(); });
    end = told_ + slots();
  }
  std::size_t bytes = 0;
  while (taken.size() < limits::kScanBatch && taken_ < end) {
    if (!next_.has_value()) next_ = source.next();
    if (!next_.has_value()) return;
    bytes += next_->bytes.size();
    if (bytes > limits::kScanBatchBytes && !taken.empty()) return;
    taken.push_back({.slot = taken_++ % slots(), .mail = std::move(*next_)});
    next_.reset();
  }
}

void MailCrew::finish(std::span<const Task> tasks, const Tell& tell) {
  const std::lock_guard lock(told_mutex_);
  for (const Task& task : tasks) finished_[task.slot] = true;
  const std::size_t before = told_;
  while (finished_[told_ % slots()]) {
    const std::size_t slot = told_ % slots();
    finished_[slot] = false;
    tell(slot);
    ++told_;
  }
  if (told_ != before) told_more_.notify_all();
}

}  // namespace sluice::cli
