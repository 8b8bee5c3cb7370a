#include "ingest/log/kafka_sender.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/json_log.h"
#include "ingest/log/kafka_config.h"

namespace sluice::log::kafka {
namespace {

constexpr int kWarmUpMs = 5'000;
constexpr int kQueueFullWaitMs = 5;

// What librdkafka takes for "present and empty"; a null pointer is "absent".
constexpr const char* kEmpty = "";

void* pointer_to(const std::optional<std::string_view>& bytes) {
  if (!bytes) return nullptr;
  // The C interface has no const; the bytes are copied, not written to.
  return const_cast<char*>(bytes->data() == nullptr ? kEmpty : bytes->data());  // NOLINT
}

rd_kafka_vu_t attribute(rd_kafka_vtype_t type) {
  rd_kafka_vu_t value{};
  value.vtype = type;
  return value;
}

rd_kafka_vu_t memory(rd_kafka_vtype_t type, const std::optional<std::string_view>& bytes) {
  rd_kafka_vu_t value = attribute(type);
  value.u.mem.ptr = pointer_to(bytes);
  value.u.mem.size = bytes.value_or("").size();
  return value;
}

using Attributes = std::vector<rd_kafka_vu_t>;

void describe(const Put& put, rd_kafka_topic_t* topic, int32_t partition, Attributes& out) {
  out.clear();
  rd_kafka_vu_t value = attribute(RD_KAFKA_VTYPE_RKT);
  value.u.rkt = topic;
  out.push_back(value);
  value = attribute(RD_KAFKA_VTYPE_PARTITION);
  value.u.i32 = partition;
  out.push_back(value);
  value = attribute(RD_KAFKA_VTYPE_MSGFLAGS);
  value.u.i = RD_KAFKA_MSG_F_COPY;
  out.push_back(value);
  out.push_back(memory(RD_KAFKA_VTYPE_KEY, put.key));
  out.push_back(memory(RD_KAFKA_VTYPE_VALUE, put.value));
}

using Headers = std::unique_ptr<rd_kafka_headers_t, Destroyer<rd_kafka_headers_destroy>>;

Headers headers_of(const Put& put) {
  if (put.headers.empty()) return nullptr;
  Headers headers(rd_kafka_headers_new(put.headers.size()));
  for (const Header& header : put.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        pointer_to(header.value), static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

}  // namespace

Sender::~Sender() {
  topics_.clear();
  // What is still queued belongs to a transaction that will be aborted, or was given up.
  if (client_ != nullptr)
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

Status Sender::open(Conf conf, const char* kind) {
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  auto client = start(RD_KAFKA_PRODUCER, std::move(conf), kind);
  if (!client.ok()) return client.error();
  client_ = std::move(client).value();
  return {};
}

void Sender::on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* self) {
  auto* const me = static_cast<Sender*>(self);
  // What an abort takes out of the queue was never sent: nothing was refused.
  const bool unsent = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || unsent || me->failure_) return;
  me->failure_ = error_of(
      name_of({.topic = rd_kafka_topic_name(message->rkt), .partition = message->partition}) +
          ": a record was not stored",
      message->err);
}

void Sender::on_error(rd_kafka_t* client, int /*code*/, const char* reason, void* /*self*/) {
  log_warning("kafka_error", {{"client", rd_kafka_name(client)}, {"reason", reason}});
}

// The first record for a topic that the client has not heard of would wait up to a second.
Result<rd_kafka_topic_t*> Sender::topic(std::string_view name) {
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  const std::string text(name);
  TopicHandle topic(rd_kafka_topic_new(client(), text.c_str(), nullptr));
  if (topic == nullptr) return error_of(text, rd_kafka_last_error());
  const rd_kafka_metadata_t* metadata = nullptr;
  auto code = rd_kafka_metadata(client(), 0, topic.get(), &metadata, kWarmUpMs);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1) code = metadata->topics[0].err;
    rd_kafka_metadata_destroy(metadata);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(text, code);
  return topics_.emplace(text, std::move(topic)).first->second.get();
}

Status Sender::send(const Put& put, int32_t partition) {
  const auto to = topic(put.topic);
  if (!to.ok()) return to.error();
  thread_local Attributes attributes;
  describe(put, to.value(), partition, attributes);
  Headers headers = headers_of(put);
  if (headers != nullptr) {
    rd_kafka_vu_t value = attribute(RD_KAFKA_VTYPE_HEADERS);
    value.u.headers = headers.get();
    attributes.push_back(value);
  }
  while (true) {
    const KafkaError error(rd_kafka_produceva(client(), attributes.data(), attributes.size()));
    if (error == nullptr) {
      static_cast<void>(headers.release());  // the record owns them now
      return {};
    }
    const auto code = rd_kafka_error_code(error.get());
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return error_of(std::string(put.topic), code);
    rd_kafka_poll(client(), kQueueFullWaitMs);
  }
}

}  // namespace sluice::log::kafka
