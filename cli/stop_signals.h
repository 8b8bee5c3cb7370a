// SIGTERM and SIGINT as a stop request, SIGHUP as a call, while an object of this type lives.
//
//   StopSignals signals([&service] { service.reload(); });
//   service.run(signals.token());
//
// Signals are taken by a thread of its own, so the call may do anything.
//
// Threads:  construct it before other threads, or they would inherit unblocked signals.

#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace sluice::cli {

class StopSignals {
 public:
  explicit StopSignals(std::function<void()> on_hangup = {});
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

  [[nodiscard]] bool stop_requested() const { return stop_.stop_requested(); }

 private:
  void wait(const std::stop_token& ended, const std::function<void()>& on_hangup);

  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace sluice::cli
