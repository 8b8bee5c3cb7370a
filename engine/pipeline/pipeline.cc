#include "engine/pipeline/pipeline.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/json_log.h"
#include "engine/pipeline/scan_pool.h"
#include "engine/pipeline/session.h"

namespace sluice::pipeline {
namespace {

// Two processes with one instance name take the transactional id from each other in turn.
class FenceWatch {
 public:
  // True if this is the second time within a minute.
  bool fenced() {
    const auto now = std::chrono::steady_clock::now();
    const bool again = seen_ && now - last_ < std::chrono::minutes(1);
    seen_ = true;
    last_ = now;
    return again;
  }

 private:
  bool seen_ = false;
  std::chrono::steady_clock::time_point last_;
};

// Returns early if asked to stop.
void rest(std::chrono::milliseconds pause, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, pause, [] { return false; });
}

}  // namespace

Pipeline::Pipeline(log::Log& log, PipelineOptions options, FoldFactory make_fold,
                   ScannerFactory make_scanner, Stats& stats)
    : log_(log),
      options_(std::move(options)),
      make_fold_(std::move(make_fold)),
      make_scanner_(std::move(make_scanner)),
      stats_(stats) {}

Status Pipeline::run(const std::stop_token& stop) {
  ScanPool pool(options_.workers, make_scanner_);
  FenceWatch fences;
  bool ever_joined = false;
  while (true) {
    Session session(log_, options_, make_fold_, pool, stats_);
    auto ended = session.run(stop);
    ever_joined = ever_joined || session.joined();
    if (!ended.ok()) {
      // Brokers that were there once come back; those that never were are a mistake in the
      // configuration, which somebody waits to hear of.
      const bool passes = ever_joined && ended.error().code == ErrorCode::kUnavailable;
      if (!passes || stop.stop_requested()) return ended.error();
      stats_.rejoined("log_unavailable");
      log_warning("joining_again", {{"reason", ended.error().message}});
      rest(options_.unavailable_pause, stop);
      if (stop.stop_requested()) return {};
      continue;
    }
    if (ended.value() == Session::End::kStopped || stop.stop_requested()) return {};

    const bool fenced = ended.value() == Session::End::kFenced;
    if (fenced && fences.fenced()) {
      return Error{ErrorCode::kInvalid, "another process uses the instance name of " +
                                            options_.transactional_id +
                                            ": each replica needs its own"};
    }
    stats_.rejoined(fenced ? "fenced" : "unknown_outcome");
    log_warning("joining_again", {{"reason", fenced ? "fenced" : "unknown outcome of a commit"}});
  }
}

}  // namespace sluice::pipeline
