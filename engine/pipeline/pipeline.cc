#include "engine/pipeline/pipeline.h"

#include <chrono>
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
  while (true) {
    Session session(log_, options_, make_fold_, pool, stats_);
    auto ended = session.run(stop);
    if (!ended.ok()) return ended.error();
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
