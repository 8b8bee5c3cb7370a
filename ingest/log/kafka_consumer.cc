#include "ingest/log/kafka_consumer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_log.h"
#include "ingest/log/kafka_config.h"

namespace sluice::log::kafka {
namespace {

class KafkaConsumer final : public Consumer {
 public:
  explicit KafkaConsumer(const KafkaOptions& options) : options_(options) {}

  ~KafkaConsumer() override { leave(); }

  Status join(const ConsumerOptions& member);

  Event poll(std::chrono::milliseconds timeout) override;
  Result<std::vector<Position>> committed(std::span<const TopicPartition> partitions,
                                          std::chrono::milliseconds timeout) override;
  Status start(std::span<const Position> positions) override;
  Status release() override;

  Result<Offset> position(const TopicPartition& at) override { return intake_->position(at); }

  Result<Offset> end_offset(const TopicPartition& at) override;
  Event close() override;

 private:
  // What the member holds, as far as the caller was told.
  enum class Phase : uint8_t { kNothing, kGiven, kRunning, kTaken, kClosed };

  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t* partitions, void* self);
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* self);
  static int on_statistics(rd_kafka_t* client, char* json, std::size_t size, void* self);

  void given(const rd_kafka_topic_partition_list_t& partitions);
  void taken();
  void read_statistics(std::string_view json);
  std::optional<Event> pending();
  void leave();

  KafkaOptions options_;
  Handle client_;
  std::optional<Intake> intake_;
  Phase phase_ = Phase::kNothing;
  std::optional<Assignment> given_;
  std::optional<Revocation> taken_;
  std::optional<Trouble> fatal_;
  std::map<TopicPartition, Offset> stable_ends_;  // from the latest statistics
};

Status KafkaConsumer::join(const ConsumerOptions& member) {
  auto conf = consumer_conf(options_, member);
  if (!conf.ok()) return conf.error();
  rd_kafka_conf_set_opaque(conf.value().get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.value().get(), on_rebalance);
  rd_kafka_conf_set_error_cb(conf.value().get(), on_error);
  rd_kafka_conf_set_stats_cb(conf.value().get(), on_statistics);
  auto client = kafka::start(RD_KAFKA_CONSUMER, std::move(conf).value(), "consumer");
  if (!client.ok()) return client.error();
  client_ = std::move(client).value();
  rd_kafka_poll_set_consumer(client_.get());
  intake_.emplace(client_, [options = options_]() -> Result<Handle> {
    auto probe = reader_conf(options);
    if (!probe.ok()) return probe.error();
    auto handle = kafka::start(RD_KAFKA_CONSUMER, std::move(probe).value(), "probe");
    if (handle.ok()) rd_kafka_poll_set_consumer(handle.value().get());
    return handle;
  });
  std::vector<Position> topics;
  for (const std::string& topic : member.topics) {
    topics.push_back({.at = {.topic = topic, .partition = RD_KAFKA_PARTITION_UA}});
  }
  const PartitionList list = list_of(topics);
  const auto code = rd_kafka_subscribe(client_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("joining group " + member.group, code);
  return {};
}

// --- what librdkafka calls from inside poll ---

void KafkaConsumer::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                                 rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto* const me = static_cast<KafkaConsumer*>(self);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && me->phase_ != Phase::kClosed) {
    me->given(*partitions);
  } else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && me->phase_ != Phase::kClosed) {
    me->taken();
  } else {
    rd_kafka_assign(client, nullptr);
  }
  rd_kafka_yield(client);  // poll returns, so that the caller hears of it at once
}

void KafkaConsumer::given(const rd_kafka_topic_partition_list_t& partitions) {
  Assignment assignment;
  for (int i = 0; i < partitions.cnt; ++i) {
    assignment.partitions.push_back(partition_of(partitions.elems[i]));
  }
  std::sort(assignment.partitions.begin(), assignment.partitions.end());
  assignment.membership = std::make_shared<KafkaMembership>(
      GroupMetadata(rd_kafka_consumer_group_metadata(client_.get())));
  given_ = std::move(assignment);
}

void KafkaConsumer::taken() {
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  const bool told = phase_ == Phase::kGiven || phase_ == Phase::kRunning;
  if (given_ || !told) {  // the caller has nothing to give back
    given_.reset();
    static_cast<void>(intake_->clear());
    return;
  }
  taken_ = Revocation{.lost = lost};
}

void KafkaConsumer::on_error(rd_kafka_t* client, int code, const char* reason, void* self) {
  if (code != RD_KAFKA_RESP_ERR__FATAL) {
    log_warning("kafka_error", {{"client", rd_kafka_name(client)}, {"reason", reason}});
    return;
  }
  static_cast<KafkaConsumer*>(self)->fatal_ =
      Trouble{.error = {ErrorCode::kUnavailable, reason}, .fatal = true};
  rd_kafka_yield(client);
}

int KafkaConsumer::on_statistics(rd_kafka_t* /*client*/, char* json, std::size_t size, void* self) {
  static_cast<KafkaConsumer*>(self)->read_statistics({json, size});
  return 0;  // librdkafka frees the text
}

void KafkaConsumer::read_statistics(std::string_view json) {
  const auto stats = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!stats.is_object() || !stats.contains("topics")) return;
  for (const auto& [topic, about] : stats["topics"].items()) {
    if (!about.contains("partitions")) continue;
    for (const auto& [number, partition] : about["partitions"].items()) {
      const auto end = partition.find("ls_offset");
      if (end == partition.end() || !end->is_number_integer() || end->get<Offset>() < 0) continue;
      stable_ends_[{.topic = topic, .partition = partition.value("partition", -1)}] =
          end->get<Offset>();
    }
  }
}

// --- the interface ---

std::optional<Event> KafkaConsumer::pending() {
  if (fatal_) return *std::exchange(fatal_, std::nullopt);
  if (taken_) {
    phase_ = Phase::kTaken;
    return *std::exchange(taken_, std::nullopt);
  }
  if (given_) {
    phase_ = Phase::kGiven;
    return std::move(*std::exchange(given_, std::nullopt));
  }
  return std::nullopt;
}

Event KafkaConsumer::poll(std::chrono::milliseconds timeout) {
  if (phase_ == Phase::kClosed) return Nothing{};
  if (auto event = pending()) return std::move(*event);
  Event event = intake_->take(timeout);
  // A record that came together with a revocation is read again by the next owner.
  if (auto change = pending()) return std::move(*change);
  if (std::holds_alternative<Record>(event) && phase_ != Phase::kRunning) return Nothing{};
  return event;
}

Result<std::vector<Position>> KafkaConsumer::committed(std::span<const TopicPartition> partitions,
                                                       std::chrono::milliseconds timeout) {
  std::vector<Position> positions;
  for (const TopicPartition& at : partitions) positions.push_back({.at = at, .next = kNoOffset});
  const PartitionList list = list_of(positions);
  const auto code = rd_kafka_committed(client_.get(), list.get(), timeout_ms(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("committed offsets", code);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return error_of("committed offset of " + name_of(positions[i].at), answer.err);
    }
    positions[i].next = answer.offset < 0 ? kNoOffset : answer.offset;
  }
  return positions;
}

Status KafkaConsumer::start(std::span<const Position> positions) {
  if (Status assigned = intake_->assign(positions); !assigned.ok()) return assigned;
  phase_ = Phase::kRunning;
  return {};
}

Status KafkaConsumer::release() {
  if (phase_ != Phase::kClosed) phase_ = Phase::kNothing;
  return intake_->clear();
}

Result<Offset> KafkaConsumer::end_offset(const TopicPartition& at) {
  auto next = position(at);
  if (!next.ok()) return next;
  const auto stable = stable_ends_.find(at);
  return stable == stable_ends_.end() ? next.value() : std::max(next.value(), stable->second);
}

Event KafkaConsumer::close() {
  if (phase_ == Phase::kClosed) return Nothing{};
  const bool holds = phase_ == Phase::kGiven || phase_ == Phase::kRunning;
  if (holds) {
    phase_ = Phase::kTaken;
    return Revocation{.lost = rd_kafka_assignment_lost(client_.get()) != 0};
  }
  leave();
  return Nothing{};
}

void KafkaConsumer::leave() {
  if (client_ == nullptr || phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  rd_kafka_consumer_close(client_.get());
}

}  // namespace

Result<std::unique_ptr<Consumer>> open_consumer(const KafkaOptions& options,
                                                const ConsumerOptions& member) {
  auto consumer = std::make_unique<KafkaConsumer>(options);
  if (Status joined = consumer->join(member); !joined.ok()) return joined.error();
  return std::unique_ptr<Consumer>(std::move(consumer));
}

}  // namespace sluice::log::kafka
