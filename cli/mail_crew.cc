#include "cli/mail_crew.h"

#include <algorithm>
#include <optional>
#include <thread>

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
  std::size_t number = 0;
  while (const std::optional<Mail> mail = take(source, number)) {
    work({.worker = worker, .slot = number % slots(), .mail = *mail});
    finish(number, tell);
  }
}

// The next message, once there is a slot for it. Whoever waits here has nothing unfinished, so
// those who work free a slot.
std::optional<Mail> MailCrew::take(MailSource& source, std::size_t& number) {
  const std::lock_guard only_one(source_mutex_);
  number = taken_;
  {
    std::unique_lock lock(told_mutex_);
    told_more_.wait(lock, [this, number] { return number < told_ + slots(); });
  }
  std::optional<Mail> mail = source.next();
  if (mail.has_value()) ++taken_;
  return mail;
}

void MailCrew::finish(std::size_t number, const Tell& tell) {
  const std::lock_guard lock(told_mutex_);
  finished_[number % slots()] = true;
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
