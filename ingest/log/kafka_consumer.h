// A member of a group on Kafka. Internal to ingest/log.
//
// The rebalance callback runs inside poll and only notes what happened; librdkafka waits for the
// assign that start() or release() make, for as long as max.poll.interval.ms lets it.
//
// Source:   librdkafka INTRODUCTION.md "Consumer groups"; KIP-447 for the captured metadata.
// Threads:  one.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ingest/log/kafka_intake.h"
#include "ingest/log/kafka_log.h"

namespace sluice::log::kafka {

// The group's metadata as it was when the partitions were given. Asked for later it may be empty,
// and a broker does not check an empty one.
class KafkaMembership final : public Membership {
 public:
  explicit KafkaMembership(GroupMetadata metadata) : metadata_(std::move(metadata)) {}

  [[nodiscard]] const rd_kafka_consumer_group_metadata_t* metadata() const {
    return metadata_.get();
  }

 private:
  GroupMetadata metadata_;
};

Result<std::unique_ptr<Consumer>> open_consumer(const KafkaOptions& options,
                                                const ConsumerOptions& member);

}  // namespace sluice::log::kafka
