// The log on Apache Kafka, through librdkafka's C API.
//
//   auto log = open_kafka({.bootstrap = "127.0.0.1:9092", .producer = {{"linger.ms", "2"}}});
//
// Exactly-once as Kafka Streams does it: one transactional producer a fold, offsets inside the
// transaction, eager `range` rebalances, the group's metadata captured once for each generation.
// docs/KAFKA.md says what a broker must be set to and which properties are refused here.
//
// Failure:  kInvalid names a refused or unknown property; kUnavailable if no broker answers.
// Threads:  a KafkaLog may be used by any; what it opens belongs to one thread each. What it opened
//           may outlive it.
// Tests:    tests/ingest/log/conformance_test.cc, kafka_traps_test.cc, kafka_config_test.cc

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/log/log.h"

namespace sluice::log {

struct KafkaOptions {
  std::string bootstrap;  // host:port,host:port
  std::string client_id = "sluice";
  std::map<std::string, std::string> consumer = {};  // librdkafka properties, passed through
  std::map<std::string, std::string> producer = {};
  std::chrono::milliseconds patience{10'000};  // how long open_kafka waits for a broker
};

Result<std::unique_ptr<Log>> open_kafka(const KafkaOptions& options);

}  // namespace sluice::log
