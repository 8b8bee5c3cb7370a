#include "engine/admin/metrics.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

namespace sluice::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr auto kRelaxed = std::memory_order_relaxed;

void add(Counter& counter, uint64_t value = 1) {
  counter.fetch_add(value, kRelaxed);
}

ClientMetric sample(MetricType type, double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

// Collects families in the order they are added.
class Page {
 public:
  MetricFamily& family(const char* name, const char* help, MetricType type) {
    families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
    return families_.back();
  }

  void counter(const char* name, const char* help, const Counter& value) {
    family(name, help, MetricType::Counter)
        .metric.push_back(sample(MetricType::Counter, static_cast<double>(value.load(kRelaxed))));
  }

  void gauge(const char* name, const char* help, double value) {
    family(name, help, MetricType::Gauge).metric.push_back(sample(MetricType::Gauge, value));
  }

  // One counter family with a label, from (label value, count) pairs.
  void counters(const char* name, const char* help, const char* label,
                const std::vector<std::pair<std::string, uint64_t>>& values) {
    MetricFamily& all = family(name, help, MetricType::Counter);
    for (const auto& [text, count] : values) {
      all.metric.push_back(sample(MetricType::Counter, static_cast<double>(count),
                                  {{.name = label, .value = text}}));
    }
  }

  void histogram(const char* name, const char* help, const Histogram& value) {
    const Histogram::Snapshot snapshot = value.snapshot();
    ClientMetric metric;
    metric.histogram.sample_count = snapshot.cumulative.back();
    metric.histogram.sample_sum = snapshot.sum_s;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      metric.histogram.bucket.push_back(
          {.cumulative_count = snapshot.cumulative[i], .upper_bound = Histogram::kBounds[i]});
    }
    metric.histogram.bucket.push_back({.cumulative_count = snapshot.cumulative.back(),
                                       .upper_bound = std::numeric_limits<double>::infinity()});
    family(name, help, MetricType::Histogram).metric.push_back(std::move(metric));
  }

  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  std::vector<MetricFamily> families_;
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds value) {
  const double seconds = std::chrono::duration<double>(value).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  add(counts_[static_cast<std::size_t>(bucket - kBounds.begin())]);
  add(sum_ns_, static_cast<uint64_t>(std::max<int64_t>(0, value.count())));
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot;
  uint64_t total = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    total += counts_[i].load(kRelaxed);
    snapshot.cumulative[i] = total;
  }
  snapshot.sum_s = static_cast<double>(sum_ns_.load(kRelaxed)) / 1e9;
  return snapshot;
}

void Metrics::taken(const char* looks_like) {
  add(taken_);
  if (looks_like == nullptr) return;
  add(std::string_view(looks_like) == "crc32" ? misplaced_crc32_ : misplaced_other_);
}

void Metrics::folded(std::chrono::nanoseconds waited, bool dead_letter) {
  add(folded_);
  if (dead_letter) add(dead_letters_);
  wait_.observe(waited);
}

void Metrics::committed(std::chrono::nanoseconds took, std::size_t /*entries*/) {
  add(commits_);
  commit_.observe(took);
}

void Metrics::aborted(std::string_view /*reason*/) {
  add(aborts_);
}

void Metrics::rejoined(std::string_view /*reason*/) {
  add(rejoins_);
  partitions_ = 0;
}

void Metrics::assigned(std::size_t partitions, uint64_t restored, std::chrono::nanoseconds took) {
  add(assignments_);
  add(restored_records_, restored);
  restore_.observe(took);
  partitions_ = static_cast<int64_t>(partitions);
}

void Metrics::revoked(bool lost) {
  add(lost ? losses_ : revocations_);
  partitions_ = 0;
  const std::lock_guard lock(mutex_);
  lag_.clear();
}

void Metrics::in_flight(std::size_t bytes, std::size_t records) {
  in_flight_bytes_ = static_cast<int64_t>(bytes);
  in_flight_records_ = static_cast<int64_t>(records);
}

void Metrics::lag(int32_t partition, int64_t records) {
  const std::lock_guard lock(mutex_);
  lag_[partition] = records;
}

void Metrics::beat() {
  beat_ns_ = monotonic_ns();
}

bool Metrics::alive(std::chrono::seconds limit) const {
  return monotonic_ns() - beat_ns_ < std::chrono::nanoseconds(limit).count();
}

// Sets are told apart by their id: a set that is gone may have left its address to the next one.
std::shared_ptr<Metrics::RuleCounters> Metrics::counters_for(const rules::RuleSet& set) {
  const std::lock_guard lock(mutex_);
  if (rules_ == nullptr || rules_->id != set.id()) {
    auto counters = std::make_shared<RuleCounters>();
    for (const rules::JudgeRule& rule : set.judge_part().rules) {
      counters->names.push_back(rule.counted ? rule.name : "");
    }
    counters->hits = std::make_unique<Counter[]>(counters->names.size());
    counters->id = set.id();
    rules_ = std::move(counters);
  }
  return rules_;
}

void Metrics::scanned(const mime::Message& message, std::span<const rules::Hit> hits,
                      const rules::TextBytes& texts, const rules::RuleSet& set) {
  add(scanned_messages_);
  add(scanned_bytes_, message.raw.size());
  add(texts_scanned_, texts.scanned);
  add(texts_recalled_, texts.recalled);
  if (!message.defects.empty()) {
    for (std::size_t i = 0; i < defects_.size(); ++i) {
      if (message.defects.has(static_cast<mime::Defect>(i))) add(defects_[i]);
    }
  }
  if (hits.empty()) return;
  const auto counters = counters_for(set);
  for (const rules::Hit& hit : hits) add(counters->hits[hit.rule]);
}

void Metrics::map_reloaded(bool ok) {
  add(ok ? map_reloads_ok_ : map_reloads_failed_);
}

void Metrics::reloaded(bool ok, std::string_view rule_set_hex) {
  add(ok ? reloads_ok_ : reloads_failed_);
  if (!ok) return;
  const std::lock_guard lock(mutex_);
  rule_set_ = rule_set_hex;
}

std::string Metrics::text() const {
  Page page;
  page.counter("sluice_messages_taken_total", "Records taken from the messages topic", taken_);
  page.counter("sluice_messages_judged_total", "Records folded into a verdict", folded_);
  page.counter("sluice_messages_scanned_total", "Messages read and matched", scanned_messages_);
  page.counter("sluice_scanned_bytes_total", "Bytes of messages read and matched", scanned_bytes_);
  page.counters("sluice_text_bytes_total",
                "Bytes of texts for rules, by whether they were matched or remembered", "from",
                {{"scan", texts_scanned_}, {"memory", texts_recalled_}});
  page.counter("sluice_dead_letters_total", "Records whose envelope could not be read",
               dead_letters_);
  page.counters(
      "sluice_partition_mismatch_total",
      "Records whose key does not belong to their partition, by what probably placed them",
      "looks_like", {{"crc32", misplaced_crc32_}, {"other", misplaced_other_}});
  page.histogram("sluice_wait_seconds", "From taking a record to folding it", wait_);
  page.histogram("sluice_commit_seconds", "Duration of transaction commits", commit_);
  page.counter("sluice_commits_total", "Transactions committed", commits_);
  page.counter("sluice_transactions_aborted_total", "Transactions aborted and folded again",
               aborts_);
  page.counter("sluice_rejoins_total", "Times the group was left and joined again", rejoins_);
  page.counters("sluice_rebalances_total", "Changes of assignment", "kind",
                {{"assigned", assignments_}, {"revoked", revocations_}, {"lost", losses_}});
  page.histogram("sluice_restore_seconds", "Duration of restoring assigned partitions", restore_);
  page.counter("sluice_restored_records_total", "Records read to restore state", restored_records_);
  page.gauge("sluice_partitions", "Partitions owned", static_cast<double>(partitions_));
  page.gauge("sluice_in_flight_bytes", "Bytes taken and not judged yet",
             static_cast<double>(in_flight_bytes_));
  page.gauge("sluice_in_flight_records", "Records taken and not judged yet",
             static_cast<double>(in_flight_records_));
  page.gauge("sluice_resident_bytes", "Memory of the process", resident_bytes());
  page.counters("sluice_reloads_total", "Rule sets loaded", "result",
                {{"ok", reloads_ok_}, {"failed", reloads_failed_}});
  page.counters("sluice_map_reloads_total", "Files of maps read again", "result",
                {{"ok", map_reloads_ok_}, {"failed", map_reloads_failed_}});

  std::vector<std::pair<std::string, uint64_t>> defects;
  for (std::size_t i = 0; i < defects_.size(); ++i) {
    defects.emplace_back(mime::defect_name(static_cast<mime::Defect>(i)), defects_[i]);
  }
  page.counters("sluice_defects_total", "Messages with a defect", "defect", defects);

  const std::lock_guard lock(mutex_);
  MetricFamily& lag =
      page.family("sluice_lag_records", "Records not judged yet", MetricType::Gauge);
  for (const auto& [partition, records] : lag_) {
    lag.metric.push_back(sample(MetricType::Gauge, static_cast<double>(records),
                                {{.name = "partition", .value = std::to_string(partition)}}));
  }
  page.family("sluice_rule_set_info", "The rule set in use", MetricType::Gauge)
      .metric.push_back(sample(MetricType::Gauge, 1, {{.name = "id", .value = rule_set_}}));
  std::vector<std::pair<std::string, uint64_t>> hits;
  for (std::size_t i = 0; rules_ != nullptr && i < rules_->names.size(); ++i) {
    if (!rules_->names[i].empty()) hits.emplace_back(rules_->names[i], rules_->hits[i]);
  }
  page.counters("sluice_rule_hits_total", "Messages that a scan rule matched", "rule", hits);
  return page.text();
}

}  // namespace sluice::admin
