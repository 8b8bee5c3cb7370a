#include "ingest/log/kafka_offsets.h"

#include <chrono>
#include <thread>
#include <utility>

namespace sluice::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kPause{50};

// What a broker says while leadership moves, as it does right after a topic was created.
bool passes(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH ||
         code == RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE;
}

// What is wrong with one answer, or with the call as a whole.
struct Refusal {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string what = {};
};

Refusal ask(rd_kafka_t* client, std::span<const Position> wanted, std::vector<Position>& found) {
  const PartitionList list = list_of(wanted);
  // rd_kafka_query_watermark_offsets ignores its time-out; this call keeps it.
  const auto code = rd_kafka_offsets_for_times(client, list.get(), timeout_ms(kPatience));
  const std::string first = name_of(wanted.front().at);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return {.code = code, .what = first};
  found.assign(wanted.begin(), wanted.end());
  for (Position& position : found) {
    const auto* const answer = rd_kafka_topic_partition_list_find(
        list.get(), position.at.topic.c_str(), position.at.partition);
    if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {.code = answer->err, .what = name_of(position.at)};
    }
    position.next = answer->offset;
  }
  return {};
}

}  // namespace

Result<std::vector<Position>> list_offsets(rd_kafka_t* client, std::span<const Position> wanted) {
  std::vector<Position> found;
  if (wanted.empty()) return found;
  const auto deadline = Clock::now() + kPatience;
  while (true) {
    const Refusal refused = ask(client, wanted, found);
    if (refused.code == RD_KAFKA_RESP_ERR_NO_ERROR) return found;
    if (!passes(refused.code) || Clock::now() >= deadline) {
      return error_of("offsets of " + refused.what, refused.code);
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace sluice::log::kafka
