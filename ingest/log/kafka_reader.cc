#include "ingest/log/kafka_reader.h"

#include <utility>

#include "ingest/log/kafka_config.h"
#include "ingest/log/kafka_intake.h"
#include "ingest/log/kafka_offsets.h"

namespace sluice::log::kafka {
namespace {

Result<Handle> start_reader(const KafkaOptions& options) {
  auto conf = reader_conf(options);
  if (!conf.ok()) return conf.error();
  auto client = start(RD_KAFKA_CONSUMER, std::move(conf).value(), "reader");
  if (client.ok()) rd_kafka_poll_set_consumer(client.value().get());
  return client;
}

class KafkaReader final : public Reader {
 public:
  KafkaReader(Handle client, Handle query, const KafkaOptions& options)
      : client_(client),
        query_(std::move(query)),
        intake_(std::move(client), [options] { return start_reader(options); }) {}

  ~KafkaReader() override { rd_kafka_consumer_close(client_.get()); }

  Status seek(std::span<const Position> positions) override { return intake_.assign(positions); }

  Event poll(std::chrono::milliseconds timeout) override { return intake_.take(timeout); }

  Result<Offset> position(const TopicPartition& at) override { return intake_.position(at); }

  Result<Offset> high_watermark(const TopicPartition& at) override { return look_up(at, kEnd); }

  Result<Offset> offset_at(const TopicPartition& at, int64_t time_ms) override {
    auto found = look_up(at, std::max<int64_t>(time_ms, 0));
    if (!found.ok() || found.value() >= 0) return found;
    return high_watermark(at);
  }

 private:
  Result<Offset> look_up(const TopicPartition& at, int64_t time_ms) {
    const Position wanted{.at = at, .next = time_ms};
    const auto found = list_offsets(query_.get(), std::span(&wanted, 1));
    if (!found.ok()) return found.error();
    return found.value().front().next;
  }

  Handle client_;
  Handle query_;
  Intake intake_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const KafkaOptions& options, Handle query) {
  auto client = start_reader(options);
  if (!client.ok()) return client.error();
  return std::unique_ptr<Reader>(
      std::make_unique<KafkaReader>(std::move(client).value(), std::move(query), options));
}

}  // namespace sluice::log::kafka
