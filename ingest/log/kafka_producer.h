// Writing to Kafka: in transactions, and plainly. Internal to ingest/log.
//
// How librdkafka's errors become outcomes:
//   says retriable                    the same call again, for a transaction's time-out
//   says the transaction must abort   abort it: kAborted
//   fenced before the commit is sent  kFenced: nothing was written
//   anything else                     kUnknown: a request may still be on its way, so only a new
//                                     producer with the same id, which bumps the epoch, can tell
//
// Source:   librdkafka INTRODUCTION.md "Transactional Producer"; rdkafka_txnmgr.c for the classes;
//           KIP-890 for why a producer is not used again after an indefinite error.
// Threads:  one.

#pragma once

#include <memory>
#include <string>

#include "ingest/log/kafka_handle.h"
#include "ingest/log/kafka_log.h"

namespace sluice::log::kafka {

Result<std::unique_ptr<Producer>> open_producer(const KafkaOptions& options,
                                                const std::string& transactional_id);

Result<std::unique_ptr<Appender>> open_appender(const KafkaOptions& options);

}  // namespace sluice::log::kafka
