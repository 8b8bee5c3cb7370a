#include "ingest/log/kafka_handle.h"

#include <algorithm>
#include <limits>

namespace sluice::log::kafka {

PartitionList list_of(std::span<const Position> positions) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const Position& position : positions) {
    rd_kafka_topic_partition_list_add(list.get(), position.at.topic.c_str(), position.at.partition)
        ->offset = position.next;
  }
  return list;
}

TopicPartition partition_of(const rd_kafka_topic_partition_t& at) {
  return {.topic = at.topic, .partition = at.partition};
}

std::string name_of(const TopicPartition& at) {
  return at.topic + "[" + std::to_string(at.partition) + "]";
}

Error error_of(const std::string& what, rd_kafka_resp_err_t code) {
  const bool missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                       code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
                       code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  const bool large = code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
  return {missing ? ErrorCode::kNotFound
          : large ? ErrorCode::kLimit
                  : ErrorCode::kUnavailable,
          what + ": " + rd_kafka_err2str(code)};
}

int timeout_ms(std::chrono::milliseconds timeout) {
  constexpr int64_t kMax = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<int64_t>(timeout.count(), 0, kMax));
}

}  // namespace sluice::log::kafka
