// Makes and describes topics on Kafka. Internal to ingest/log.
//
// Threads:  any; each call has a queue of its own.

#pragma once

#include <span>
#include <string>

#include "ingest/log/kafka_handle.h"

namespace sluice::log::kafka {

// Returns when every topic has leaders: what is put right after this does not wait.
Status create_topics(rd_kafka_t* client, std::span<const TopicSpec> topics);

Result<TopicSpec> describe_topic(rd_kafka_t* client, const std::string& name);

}  // namespace sluice::log::kafka
