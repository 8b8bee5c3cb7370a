// Puts records into a producing client: topics warmed up, full queues waited out, the first failed
// delivery remembered. What both kinds of producer share. Internal to ingest/log.
//
// Threads:  one.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/log/kafka_handle.h"

namespace sluice::log::kafka {

class Sender {
 public:
  Sender() = default;
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender();

  // Starts the client. Its callbacks point here, so a Sender does not move.
  Status open(Conf conf, const char* kind);

  // Copies. Waits while the client's queue is full.
  Status send(const Put& put, int32_t partition);

  void serve() { rd_kafka_poll(client(), 0); }

  // The first record that was not stored since this was last asked.
  std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }

  [[nodiscard]] rd_kafka_t* client() const { return client_.get(); }

 private:
  static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* self);

  Result<rd_kafka_topic_t*> topic(std::string_view name);

  Handle client_;
  std::map<std::string, TopicHandle, std::less<>> topics_;
  std::optional<Error> failure_;
};

}  // namespace sluice::log::kafka
