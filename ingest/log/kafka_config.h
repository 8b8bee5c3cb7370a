// What librdkafka is told: our own settings, then the operator's, and never those that would break
// exactly-once.
//
//   auto conf = consumer_conf(options, {.group = "sluice-judge", ...});
//   {"isolation.level", "read_uncommitted"}  ->  kInvalid: consumer property 'isolation.level' is
//                                                Sluice's own and cannot be set
//
// Settings that are no more than good defaults are set first and can be overridden; settings that a
// promise hangs on are set by nobody else. Values of secret properties appear in no error and no
// log line.
//
// Source:   librdkafka CONFIGURATION.md 2.0.2.
// Tests:    tests/ingest/log/kafka_config_test.cc

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/log/kafka_handle.h"
#include "ingest/log/kafka_log.h"

namespace sluice::log::kafka {

// A member of a group.
Result<Conf> consumer_conf(const KafkaOptions& options, const ConsumerOptions& member);

// Partitions of one's own choice, committed records only.
Result<Conf> reader_conf(const KafkaOptions& options);

// For questions: watermarks as stored, open transactions included; metadata; topics.
Result<Conf> query_conf(const KafkaOptions& options);

Result<Conf> producer_conf(const KafkaOptions& options, const std::string& transactional_id);

Result<Conf> appender_conf(const KafkaOptions& options);

// Starts a client. `kind` names it in the error.
Result<Handle> start(rd_kafka_type_t type, Conf conf, std::string_view kind);

}  // namespace sluice::log::kafka
