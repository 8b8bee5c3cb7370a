// The topics of Sluice: names, partitions, how long records stay.
//
//   TopicLayout layout{.prefix = "sluice.", .partitions = 12};
//   log.create_topics(topic_specs(layout));
//   check_topics(log, layout)      what is wrong with the topics as they are, in words
//
// `messages`, `journal` and `sender-state` have the same partitions: what is known of a sender
// stays in one number. All times are the log's (LogAppendTime), so that no producer's clock counts.
//
// Tests:    tests/ingest/log/topics_test.cc

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/log/log.h"

namespace sluice::log {

struct TopicLayout {
  std::string prefix = "sluice.";
  int32_t partitions = 12;  // of messages, journal and sender-state
  int32_t verdict_partitions = 12;
  int32_t dead_letter_partitions = 4;
  int16_t replication = 1;

  [[nodiscard]] std::string messages() const { return prefix + "messages"; }

  [[nodiscard]] std::string verdicts() const { return prefix + "verdicts"; }

  [[nodiscard]] std::string journal() const { return prefix + "journal"; }

  [[nodiscard]] std::string sender_state() const { return prefix + "sender-state"; }

  [[nodiscard]] std::string dead_letters() const { return prefix + "dead-letters"; }
};

std::vector<TopicSpec> topic_specs(const TopicLayout& layout);

// One line for each thing that would break a promise; empty if all is well. An error if the log
// does not answer.
Result<std::vector<std::string>> check_topics(Log& log, const TopicLayout& layout);

}  // namespace sluice::log
