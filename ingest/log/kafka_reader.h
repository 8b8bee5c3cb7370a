// Chosen partitions of Kafka, committed records only. Internal to ingest/log.
//
// Two clients: one reads committed records; `query`, shared by the whole log, asks for ends and
// offsets uncommitted, because an end asked for as read_committed may lie before the last commit.
//
// Threads:  one.

#pragma once

#include <memory>

#include "ingest/log/kafka_handle.h"
#include "ingest/log/kafka_log.h"

namespace sluice::log::kafka {

Result<std::unique_ptr<Reader>> open_reader(const KafkaOptions& options, Handle query);

}  // namespace sluice::log::kafka
