// The engine, put together: rules, judge, pipeline, metrics and health, from one configuration.
//
//   Service service(log, config);
//   service.start();                 // loads rules, checks topics, binds the admin port
//   service.run(stop);               // until stopped: drained and committed
//   service.reload();                // SIGHUP
//
// Failure:  start() says what does not fit; run() as Pipeline::run.
// Threads:  run() occupies its thread; reload() may be called from any other.
// Tests:    tests/engine/service_test.cc, tests/chaos/

#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "engine/admin/http_server.h"
#include "engine/admin/metrics.h"
#include "engine/config/config.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/replay.h"
#include "engine/senders/activation.h"
#include "ingest/log/log.h"
#include "ingest/log/topics.h"
#include "rules/reloader.h"

namespace sluice::service {

// The topics that a configuration names.
log::TopicLayout layout_of(const config::Config& config);

// Where the judge's journal, state and verdicts are.
pipeline::ReplaySource replay_source(const log::TopicLayout& layout);

// Judges for the partitions of `layout`.
pipeline::FoldFactory judge_factory(const log::TopicLayout& layout, bool json);

// The rules in force, each set with its activation.
class RulesInForce {
 public:
  RulesInForce(const rules::Reloader& reloader, verdict::Limits limits)
      : reloader_(reloader), limits_(limits) {}

  std::shared_ptr<const senders::Rules> current();

 private:
  const rules::Reloader& reloader_;
  const verdict::Limits limits_;
  std::mutex mutex_;
  std::shared_ptr<const senders::Rules> rules_;
};

class Service {
 public:
  // Both outlive the service.
  Service(log::Log& log, const config::Config& config);

  Status start();
  Status run(const std::stop_token& stop);

  // Looks at the rule files now. What does not compile changes nothing.
  void reload();

  [[nodiscard]] const admin::Metrics& metrics() const { return metrics_; }

  // The admin port that is bound; 0 if there is none.
  [[nodiscard]] uint16_t admin_port() const {
    return http_ == nullptr ? uint16_t{0} : http_->port();
  }

 private:
  Status load_rules();
  Status check_topics();
  [[nodiscard]] pipeline::PipelineOptions pipeline_options() const;

  log::Log& log_;
  const config::Config& config_;
  log::TopicLayout layout_;
  admin::Metrics metrics_;
  std::unique_ptr<rules::Reloader> reloader_;
  std::unique_ptr<RulesInForce> rules_;
  std::unique_ptr<admin::HttpServer> http_;
};

}  // namespace sluice::service
