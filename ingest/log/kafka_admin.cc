#include "ingest/log/kafka_admin.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

namespace sluice::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCallMs = 30'000;
constexpr std::chrono::seconds kLeadersPatience{15};

using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroyer<rd_kafka_ConfigResource_destroy>>;

std::map<std::string, std::string> configuration_of(const TopicSpec& spec) {
  std::map<std::string, std::string> all{
      {"max.message.bytes", std::to_string(spec.message_bytes_max)},
      {"message.timestamp.type", spec.log_append_time ? "LogAppendTime" : "CreateTime"},
      {"cleanup.policy", spec.cleanup == Cleanup::kCompact ? "compact" : "delete"},
  };
  if (spec.cleanup == Cleanup::kDelete) all["retention.ms"] = std::to_string(spec.retention_ms);
  if (spec.cleanup == Cleanup::kCompact) {
    // Small segments and an eager cleaner: a restore reads what compaction has left.
    all["segment.bytes"] = std::to_string(64 << 20);
    all["min.cleanable.dirty.ratio"] = "0.2";
  }
  if (spec.replication >= 3) all["min.insync.replicas"] = "2";
  return all;
}

Result<NewTopic> new_topic(const TopicSpec& spec) {
  std::array<char, 512> why{};
  NewTopic topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication,
                                       why.data(), why.size()));
  if (topic == nullptr) return Error{ErrorCode::kInvalid, spec.name + ": " + why.data()};
  for (const auto& [name, value] : configuration_of(spec)) {
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  return topic;
}

Status created(rd_kafka_event_t* event) {
  if (event == nullptr) return Error{ErrorCode::kUnavailable, "creating topics: no answer"};
  const auto code = rd_kafka_event_error(event);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("creating topics", code);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      continue;
    }
    const char* const why = rd_kafka_topic_result_error_string(results[i]);
    return Error{ErrorCode::kInvalid, std::string(rd_kafka_topic_result_name(results[i])) + ": " +
                                          (why == nullptr ? rd_kafka_err2str(error) : why)};
  }
  return {};
}

Result<Metadata> metadata_of(rd_kafka_t* client, const std::string& name) {
  const TopicHandle topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (topic == nullptr) return error_of(name, rd_kafka_last_error());
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client, 0, topic.get(), &metadata, kCallMs);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name, code);
  Metadata owned(metadata);
  if (owned->topic_cnt != 1) return Error{ErrorCode::kNotFound, name + ": no such topic"};
  const auto answer = owned->topics[0].err;
  if (answer != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name, answer);
  return owned;
}

bool has_leaders(const rd_kafka_metadata_topic_t& topic) {
  for (int i = 0; i < topic.partition_cnt; ++i) {
    if (topic.partitions[i].leader < 0) return false;
  }
  return topic.partition_cnt > 0;
}

Status wait_for_leaders(rd_kafka_t* client, const std::string& name) {
  const auto deadline = Clock::now() + kLeadersPatience;
  while (Clock::now() < deadline) {
    const auto metadata = metadata_of(client, name);
    if (metadata.ok() && has_leaders(metadata.value()->topics[0])) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return Error{ErrorCode::kUnavailable, name + ": created, but its partitions have no leaders"};
}

int64_t number(const std::string& text, int64_t otherwise) {
  int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Result<std::map<std::string, std::string>> configuration(rd_kafka_t* client,
                                                         const std::string& name) {
  const Queue queue(rd_kafka_queue_new(client));
  const Resource wanted(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  rd_kafka_ConfigResource_t* asked = wanted.get();
  rd_kafka_DescribeConfigs(client, &asked, 1, nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), kCallMs));
  if (event == nullptr) return Error{ErrorCode::kUnavailable, name + ": no answer"};
  auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name, code);
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** const resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return Error{ErrorCode::kUnavailable, name + ": an odd answer"};
  code = rd_kafka_ConfigResource_error(resources[0]);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name, code);
  const rd_kafka_ConfigEntry_t** const entries =
      rd_kafka_ConfigResource_configs(resources[0], &count);
  std::map<std::string, std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    all[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return all;
}

}  // namespace

Status create_topics(rd_kafka_t* client, std::span<const TopicSpec> topics) {
  std::vector<NewTopic> owned;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const TopicSpec& spec : topics) {
    auto topic = new_topic(spec);
    if (!topic.ok()) return topic.error();
    owned.push_back(std::move(topic).value());
    wanted.push_back(owned.back().get());
  }
  if (wanted.empty()) return {};
  const Queue queue(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, wanted.data(), wanted.size(), nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), kCallMs));
  if (Status done = created(event.get()); !done.ok()) return done;
  for (const TopicSpec& spec : topics) {
    if (Status led = wait_for_leaders(client, spec.name); !led.ok()) return led;
  }
  return {};
}

Result<TopicSpec> describe_topic(rd_kafka_t* client, const std::string& name) {
  const auto metadata = metadata_of(client, name);
  if (!metadata.ok()) return metadata.error();
  auto settings = configuration(client, name);
  if (!settings.ok()) return settings.error();
  auto& all = settings.value();
  const rd_kafka_metadata_topic_t& topic = metadata.value()->topics[0];
  const bool compacted = all["cleanup.policy"].find("compact") != std::string::npos;
  return TopicSpec{
      .name = name,
      .partitions = topic.partition_cnt,
      .replication =
          static_cast<int16_t>(topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0),
      .cleanup = compacted ? Cleanup::kCompact : Cleanup::kDelete,
      .retention_ms = compacted ? -1 : number(all["retention.ms"], -1),
      .message_bytes_max = number(all["max.message.bytes"], 0),
      .log_append_time = all["message.timestamp.type"] == "LogAppendTime",
  };
}

}  // namespace sluice::log::kafka
