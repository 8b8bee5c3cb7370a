// librdkafka's objects with owners, and its errors as ours. Internal to ingest/log.
//
// Threads:  a Handle may be shared by any; librdkafka locks inside.

#pragma once

#include <memory>
#include <span>
#include <string>

#include <librdkafka/rdkafka.h>

#include "base/result.h"
#include "ingest/log/log.h"

namespace sluice::log::kafka {

template <auto kDestroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};

// Shared with every record that was read through it: librdkafka waits in rd_kafka_destroy until all
// of them are gone, so the last of them destroys it.
using Handle = std::shared_ptr<rd_kafka_t>;

using Conf = std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      Destroyer<rd_kafka_topic_partition_list_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;
using GroupMetadata = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                      Destroyer<rd_kafka_consumer_group_metadata_destroy>>;

PartitionList list_of(std::span<const Position> positions);

TopicPartition partition_of(const rd_kafka_topic_partition_t& at);

// "sluice.messages[3]"
std::string name_of(const TopicPartition& at);

// What `code` says, for the thing called `what`.
Error error_of(const std::string& what, rd_kafka_resp_err_t code);

// `milliseconds` as librdkafka's int, never negative: there -1 would be for ever.
int timeout_ms(std::chrono::milliseconds timeout);

}  // namespace sluice::log::kafka
