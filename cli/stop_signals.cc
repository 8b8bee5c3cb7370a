#include "cli/stop_signals.h"

#include <csignal>
#include <ctime>
#include <utility>

#include <pthread.h>

namespace sluice::cli {
namespace {

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

StopSignals::StopSignals(std::function<void()> on_hangup) {
  const sigset_t set = awaited();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread(
      [this, call = std::move(on_hangup)](const std::stop_token& ended) { wait(ended, call); });
}

StopSignals::~StopSignals() {
  thread_.request_stop();
  thread_.join();
  const sigset_t set = awaited();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::wait(const std::stop_token& ended, const std::function<void()>& on_hangup) {
  const sigset_t set = awaited();
  const timespec patience{.tv_sec = 0, .tv_nsec = 50'000'000};
  while (!ended.stop_requested()) {
    const int number = sigtimedwait(&set, nullptr, &patience);
    if (number == SIGTERM || number == SIGINT) stop_.request_stop();
    if (number == SIGHUP && on_hangup) on_hangup();
  }
}

}  // namespace sluice::cli
