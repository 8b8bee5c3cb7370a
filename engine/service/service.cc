#include "engine/service/service.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include <unistd.h>

#include "base/json_log.h"
#include "base/text.h"
#include "engine/admin/notify.h"
#include "engine/senders/judge.h"
#include "engine/senders/message_scanner.h"
#include "engine/service/default_rules.h"
#include "rules/patterns/hyperscan.h"

namespace sluice::service {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

void log_report(const rules::ReloadReport& report) {
  for (const rules::Diagnostic& diagnostic : report.diagnostics) {
    log_warning("rules", {{"diagnostic", rules::to_string(diagnostic)}});
  }
  log_info("rules_loaded", {{"accepted", report.accepted}, {"id", to_hex(report.id)}});
}

void log_map(const rules::MapReport& report) {
  for (const rules::Diagnostic& diagnostic : report.diagnostics) {
    log_warning("maps", {{"diagnostic", rules::to_string(diagnostic)}});
  }
  log_info("map_loaded", {{"accepted", report.accepted},
                          {"file", report.path},
                          {"entries", static_cast<int64_t>(report.entries)},
                          {"digest", to_hex(report.digest)}});
}

}  // namespace

log::TopicLayout layout_of(const config::Config& config) {
  return {.prefix = config.topics.prefix,
          .partitions = static_cast<int32_t>(config.topics.partitions),
          .verdict_partitions = static_cast<int32_t>(config.topics.verdict_partitions),
          .dead_letter_partitions = static_cast<int32_t>(config.topics.dead_letter_partitions),
          .replication = static_cast<int16_t>(config.topics.replication)};
}

pipeline::ReplaySource replay_source(const log::TopicLayout& layout) {
  return {.journal_topic = layout.journal(),
          .state_topic = layout.sender_state(),
          .output_topic = layout.verdicts(),
          .partitions = layout.partitions,
          .output_partitions = layout.verdict_partitions};
}

pipeline::FoldFactory judge_factory(const log::TopicLayout& layout, bool json) {
  const senders::JudgeOptions options{.verdict_topic = layout.verdicts(),
                                      .verdict_partitions = layout.verdict_partitions,
                                      .json = json};
  return [options](int32_t /*partition*/) { return std::make_unique<senders::Judge>(options); };
}

std::shared_ptr<const senders::Rules> RulesInForce::current() {
  auto set = reloader_.current();
  const std::lock_guard lock(mutex_);
  if (rules_ == nullptr || rules_->set != set)
    rules_ = senders::make_rules(std::move(set), limits_);
  return rules_;
}

Service::Service(log::Log& log, const config::Config& config)
    : log_(log), config_(config), layout_(layout_of(config)) {}

Status Service::start() {
  if (Status exact = rules::check_hyperscan(); !exact.ok()) return exact;
  if (Status loaded = load_rules(); !loaded.ok()) return loaded;
  if (Status checked = check_topics(); !checked.ok()) return checked;
  if (config_.admin.listen.empty()) return {};

  auto http = admin::HttpServer::start(config_.admin.listen, metrics_);
  if (!http.ok()) return http.error();
  http_ = std::move(http).value();
  log_info("admin_listening", {{"port", http_->port()}});
  return {};
}

Status Service::load_rules() {
  const int64_t interval_s = config_.rules.reload_interval_s;
  const auto never = std::chrono::hours(24 * 365);
  auto reloader = rules::Reloader::start(
      {.paths = config_.rules.paths.empty() ? std::vector<std::string>{default_rules_path()}
                                            : config_.rules.paths,
       .compile = {.cache_directory = config_.rules.cache_directory},
       .poll_interval = interval_s == 0 ? never : std::chrono::seconds(interval_s),
       .on_reload =
           [this](const rules::ReloadReport& report) {
             log_report(report);
             metrics_.reloaded(report.accepted, to_hex(report.id));
           },
       .on_map =
           [this](const rules::MapReport& report) {
             log_map(report);
             metrics_.map_reloaded(report.accepted);
           }});
  if (!reloader.ok()) return reloader.error();
  reloader_ = std::move(reloader).value();
  rules_ = std::make_unique<RulesInForce>(*reloader_, config_.judge);
  return {};
}

Status Service::check_topics() {
  auto problems = log::check_topics(log_, layout_);
  if (!problems.ok()) return problems.error();
  if (problems.value().empty()) return {};
  std::string all = "the topics do not fit:";
  for (const std::string& problem : problems.value()) all += "\n  " + problem;
  return Error{ErrorCode::kInvalid, all};
}

pipeline::PipelineOptions Service::pipeline_options() const {
  const config::Config::Pipeline& from = config_.pipeline;
  const std::string instance = from.instance.empty() ? host_name() : from.instance;
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  return {.inputs = {layout_.messages()},
          .topics = {.journal = layout_.journal(),
                     .state = layout_.sender_state(),
                     .dead_letters = layout_.dead_letters(),
                     .dead_letter_partitions = layout_.dead_letter_partitions},
          .group = from.group,
          .transactional_id = from.group + "-" + instance,
          .client_id = "sluice-" + instance,
          .partitions = layout_.partitions,
          .workers = from.workers == 0 ? processors : static_cast<std::size_t>(from.workers),
          .in_flight_bytes_max = static_cast<std::size_t>(from.in_flight_bytes_max),
          .commit_records_max = static_cast<std::size_t>(from.commit_records_max),
          .commit_interval = std::chrono::milliseconds(from.commit_interval_ms),
          .tick_interval = std::chrono::milliseconds(from.tick_interval_ms),
          .drain_deadline = std::chrono::milliseconds(from.drain_deadline_ms),
          .session_timeout = std::chrono::milliseconds(from.session_timeout_ms)};
}

Status Service::run(const std::stop_token& stop) {
  const senders::RulesSource source = [this] { return rules_->current(); };
  pipeline::Pipeline pipeline(
      log_, pipeline_options(), judge_factory(layout_, config_.verdicts.format == "json"),
      [this, source] {
        return std::make_unique<senders::MessageScanner>(source, &metrics_,
                                                         config_.rules.remembered_bytes());
      },
      metrics_);
  admin::notify_systemd("READY=1");
  log_info("engine_started", {{"group", config_.pipeline.group}});
  Status ended = pipeline.run(stop);
  admin::notify_systemd("STOPPING=1");
  log_info("engine_stopped", {{"ok", ended.ok()}});
  return ended;
}

void Service::reload() {
  reloader_->reload_now();
}

}  // namespace sluice::service
