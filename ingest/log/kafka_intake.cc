#include "ingest/log/kafka_intake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ingest/log/kafka_offsets.h"

namespace sluice::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kProbePatience{20};

class KafkaRecord final : public Record::Handle {
 public:
  // Members go in reverse: the message first, then our share of the client.
  KafkaRecord(kafka::Handle client, Message message)
      : client_(std::move(client)), message_(std::move(message)) {}

  void visit_headers(const std::function<void(Header)>& visit) const override {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message_.get(), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      visit({.name = name, .value = {static_cast<const char*>(value), size}});
    }
  }

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const override {
    std::optional<std::string_view> last;
    visit_headers([&](Header header) {
      if (header.name == name) last = header.value;
    });
    return last;
  }

 private:
  kafka::Handle client_;
  Message message_;
};

std::string_view bytes_of(const void* data, std::size_t size) {
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

Record record_of(const Handle& client, Message message) {
  Record record;
  rd_kafka_timestamp_type_t clock = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.topic = rd_kafka_topic_name(message->rkt);
  record.partition = message->partition;
  record.offset = message->offset;
  record.timestamp_ms = rd_kafka_message_timestamp(message.get(), &clock);
  record.log_append_time = clock == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
  record.has_key = message->key != nullptr;
  record.tombstone = message->payload == nullptr;
  record.key = bytes_of(message->key, message->key_len);
  record.value = bytes_of(message->payload, message->len);
  record.handle = std::make_unique<KafkaRecord>(client, std::move(message));
  return record;
}

TopicPartition partition_of(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return {};
  return {.topic = rd_kafka_topic_name(message.rkt), .partition = message.partition};
}

bool is_unreadable(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION || code == RD_KAFKA_RESP_ERR__BAD_MSG;
}

std::chrono::milliseconds left_until(Clock::time_point deadline) {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
}

// Whether `offset` lies in the batch at `bad`: reading there fails, and names that batch.
Result<bool> lies_in_batch(rd_kafka_t* client, const Position& wanted, Offset bad) {
  const PartitionList list = list_of(std::span(&wanted, 1));
  if (const auto code = rd_kafka_assign(client, list.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_of(name_of(wanted.at), code);
  }
  const auto deadline = Clock::now() + kProbePatience;
  while (Clock::now() < deadline) {
    const Message message(rd_kafka_consumer_poll(client, timeout_ms(left_until(deadline))));
    if (message == nullptr || partition_of(*message) != wanted.at) continue;
    if (is_unreadable(message->err)) return message->offset == bad;
    // A record, the end, or beyond it: past the batch in any case.
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
        message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
        message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      return false;
    }
  }
  return Error{ErrorCode::kUnavailable, name_of(wanted.at) + ": no answer behind a bad batch"};
}

// Beginning and end as offsets. Left to librdkafka they would be found some time later: a record
// appended in between would be missed, and until then there were no position to commit.
Result<std::vector<Position>> resolve(rd_kafka_t* client, std::span<const Position> positions) {
  std::vector<Position> resolved(positions.begin(), positions.end());
  std::vector<Position> open;
  for (const Position& position : resolved) {
    if (position.next < 0) open.push_back(position);
  }
  const auto found = list_offsets(client, open);
  if (!found.ok()) return found.error();
  auto next = found.value().begin();
  for (Position& position : resolved) {
    if (position.next < 0) position = *next++;
  }
  return resolved;
}

}  // namespace

Result<Offset> end_of_unreadable(rd_kafka_t* client, const TopicPartition& at, Offset bad) {
  Offset inside = bad;
  Offset outside = bad;
  for (Offset step = 1; outside == bad; step *= 2) {
    const auto lies = lies_in_batch(client, {.at = at, .next = bad + step}, bad);
    if (!lies.ok()) return lies.error();
    (lies.value() ? inside : outside) = bad + step;
  }
  while (outside - inside > 1) {
    const Offset middle = inside + (outside - inside) / 2;
    const auto lies = lies_in_batch(client, {.at = at, .next = middle}, bad);
    if (!lies.ok()) return lies.error();
    (lies.value() ? inside : outside) = middle;
  }
  return outside;
}

Intake::Intake(Handle client, std::function<Result<Handle>()> open_probe)
    : client_(std::move(client)), open_probe_(std::move(open_probe)) {}

Status Intake::assign(std::span<const Position> positions) {
  forget();
  const auto resolved = resolve(client_.get(), positions);
  if (!resolved.ok()) return resolved.error();
  for (const Position& position : resolved.value()) next_[position.at] = position.next;
  const PartitionList list = list_of(resolved.value());
  const auto code = rd_kafka_assign(client_.get(), list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return error_of("assigning " + std::to_string(positions.size()) + " partitions", code);
}

void Intake::forget() {
  next_.clear();
  last_ = {};
}

Status Intake::clear() {
  forget();
  const auto code = rd_kafka_assign(client_.get(), nullptr);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return error_of("giving partitions back", code);
}

Event Intake::take(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    Message message(rd_kafka_consumer_poll(client_.get(), timeout_ms(left_until(deadline))));
    if (message == nullptr) return Nothing{};
    Event event = taken(std::move(message));
    if (!std::holds_alternative<Nothing>(event) || Clock::now() >= deadline) return event;
  }
}

Event Intake::taken(Message message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(*message);
  Offset* const next = find(*message);
  if (next == nullptr) return Nothing{};  // of a partition that was given back meanwhile
  *next = message->offset + 1;
  return record_of(client_, std::move(message));
}

Event Intake::failed(const rd_kafka_message_t& message) {
  const TopicPartition at = partition_of(message);
  Offset* const next = find(message);
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (next != nullptr) *next = std::max(*next, message.offset);
    return Nothing{};
  }
  const char* const text = rd_kafka_message_errstr(&message);
  Error error{error_of("", message.err).code,
              (at.topic.empty() ? std::string("consumer") : name_of(at)) + ": " + text};
  if (next != nullptr && is_unreadable(message.err)) return step_over(at, message.offset, error);
  return Trouble{.error = std::move(error), .fatal = message.err == RD_KAFKA_RESP_ERR__FATAL};
}

Event Intake::step_over(const TopicPartition& at, Offset bad, const Error& error) {
  auto probe = open_probe_();
  if (!probe.ok()) return Trouble{.error = probe.error()};
  const auto end = end_of_unreadable(probe.value().get(), at, bad);
  rd_kafka_consumer_close(probe.value().get());
  if (!end.ok()) return Trouble{.error = end.error()};

  // Everything is assigned anew: seeking in one partition may lose or repeat what is queued.
  std::vector<Position> positions;
  for (const auto& [partition, next] : next_) positions.push_back({.at = partition, .next = next});
  for (Position& position : positions) {
    if (position.at == at) position.next = std::max(position.next, end.value());
  }
  if (Status assigned = assign(positions); !assigned.ok()) {
    return Trouble{.error = assigned.error(), .fatal = true};
  }
  return Trouble{.error = {ErrorCode::kCorrupt, error.message + "; stepped over offsets " +
                                                    std::to_string(bad) + " to " +
                                                    std::to_string(end.value() - 1)},
                 .at = Position{.at = at, .next = bad}};
}

Result<Offset> Intake::position(const TopicPartition& at) {
  const auto found = next_.find(at);
  if (found == next_.end()) return Error{ErrorCode::kNotFound, name_of(at) + ": not assigned"};
  return found->second;
}

Offset* Intake::find(const rd_kafka_message_t& message) {
  if (last_.next != nullptr && last_.topic == message.rkt && last_.partition == message.partition) {
    return last_.next;
  }
  const auto found = next_.find(partition_of(message));
  if (found == next_.end()) return nullptr;
  last_ = {.topic = message.rkt, .partition = message.partition, .next = &found->second};
  return last_.next;
}

}  // namespace sluice::log::kafka
