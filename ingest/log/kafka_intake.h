// Records of assigned partitions as they come from librdkafka, with the positions behind them.
// What a group member and a plain reader have in common. Internal to ingest/log.
//
//   intake.assign({{"sluice.messages", 3}, 17});
//   intake.take(100ms)  ->  Record, Nothing, or Trouble
//
// A batch that cannot be read (it inflates beyond receive.message.max.bytes, or its checksum is
// wrong) would be fetched again for ever. take() finds where it ends, assigns everything anew from
// the positions behind what was delivered, and gives one Trouble that names the offsets.
//
// Source:   librdkafka INTRODUCTION.md; rdkafka_msgset_reader.c for what a corrupt batch reports.
// Threads:  one.
// Tests:    tests/ingest/log/kafka_traps_test.cc

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <span>
#include <utility>

#include "ingest/log/kafka_handle.h"

namespace sluice::log::kafka {

class Intake {
 public:
  // `open_probe` starts a client like this one, without a group to join, to look past a bad batch.
  Intake(Handle client, std::function<Result<Handle>()> open_probe);

  // Asks the brokers where kBeginning and kEnd are.
  Status assign(std::span<const Position> positions);

  Status clear();

  // Callbacks of the client run inside.
  Event take(std::chrono::milliseconds timeout);

  // Beyond the last record, and at the end of the partition also beyond the commit markers behind
  // it. Never symbolic: it can be committed at any time.
  Result<Offset> position(const TopicPartition& at);

 private:
  Event taken(Message message);
  Event failed(const rd_kafka_message_t& message);
  Event step_over(const TopicPartition& at, Offset bad, const Error& error);
  Offset* find(const rd_kafka_message_t& message);
  void forget();

  Handle client_;
  std::function<Result<Handle>()> open_probe_;
  std::map<TopicPartition, Offset> next_;

  // Records come in runs of one partition: found once for each run.
  struct {
    const rd_kafka_topic_t* topic = nullptr;
    int32_t partition = 0;
    Offset* next = nullptr;
  } last_;
};

// The first offset after the batch at `bad` that `client` cannot read: by doubling steps and then
// halving them, since a batch does not say how long it is until it is read.
Result<Offset> end_of_unreadable(rd_kafka_t* client, const TopicPartition& at, Offset bad);

}  // namespace sluice::log::kafka
