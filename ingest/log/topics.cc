#include "ingest/log/topics.h"

namespace sluice::log {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kMailBytesMax = (32 << 20) + (64 << 10);           // 32 MiB and an envelope
constexpr int64_t kDeadLetterBytesMax = kMailBytesMax + (64 << 10);  // and the reason's headers
constexpr int64_t kRecordBytesMax = 8 << 20;  // an activation of a large rule set

std::string count(const char* what, int64_t is, int64_t wanted) {
  return std::string(what) + " is " + std::to_string(is) + ", should be " + std::to_string(wanted);
}

void compare(const TopicSpec& is, const TopicSpec& wanted, std::vector<std::string>& problems) {
  const auto problem = [&](const std::string& what) {
    problems.push_back(wanted.name + ": " + what);
  };
  if (is.partitions != wanted.partitions) {
    problem(count("the number of partitions", is.partitions, wanted.partitions));
  }
  if (is.cleanup != wanted.cleanup) {
    problem(wanted.cleanup == Cleanup::kCompact ? "cleanup.policy should be compact"
                                                : "cleanup.policy should be delete");
  }
  if (!is.log_append_time) problem("message.timestamp.type should be LogAppendTime");
  if (is.message_bytes_max < wanted.message_bytes_max) {
    problem(count("max.message.bytes", is.message_bytes_max, wanted.message_bytes_max) +
            " or more");
  }
}

}  // namespace

std::vector<TopicSpec> topic_specs(const TopicLayout& layout) {
  const auto topic = [&layout](std::string name, int32_t partitions, int64_t retention_ms,
                               int64_t bytes_max) {
    return TopicSpec{.name = std::move(name),
                     .partitions = partitions,
                     .replication = layout.replication,
                     .retention_ms = retention_ms,
                     .message_bytes_max = bytes_max};
  };
  TopicSpec state = topic(layout.sender_state(), layout.partitions, -1, kRecordBytesMax);
  state.cleanup = Cleanup::kCompact;
  return {
      topic(layout.messages(), layout.partitions, 72 * kHourMs, kMailBytesMax),
      topic(layout.verdicts(), layout.verdict_partitions, 14 * kDayMs, kRecordBytesMax),
      topic(layout.journal(), layout.partitions, 14 * kDayMs, kRecordBytesMax),
      state,
      topic(layout.dead_letters(), layout.dead_letter_partitions, 72 * kHourMs,
            kDeadLetterBytesMax),
  };
}

Result<std::vector<std::string>> check_topics(Log& log, const TopicLayout& layout) {
  std::vector<std::string> problems;
  for (const TopicSpec& wanted : topic_specs(layout)) {
    const auto is = log.describe_topic(wanted.name);
    if (is.ok()) {
      compare(is.value(), wanted, problems);
    } else if (is.error().code == ErrorCode::kNotFound) {
      problems.push_back(wanted.name + ": does not exist; `sluice topics create` makes it");
    } else {
      return is.error();
    }
  }
  return problems;
}

}  // namespace sluice::log
