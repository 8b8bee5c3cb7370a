#include "ingest/log/kafka_log.h"

#include <utility>

#include "ingest/log/kafka_admin.h"
#include "ingest/log/kafka_config.h"
#include "ingest/log/kafka_consumer.h"
#include "ingest/log/kafka_producer.h"
#include "ingest/log/kafka_reader.h"

namespace sluice::log {
namespace {

class KafkaLog final : public Log {
 public:
  KafkaLog(KafkaOptions options, kafka::Handle query)
      : options_(std::move(options)), query_(std::move(query)) {}

  Result<std::unique_ptr<Consumer>> join(const ConsumerOptions& options) override {
    return kafka::open_consumer(options_, options);
  }

  Result<std::unique_ptr<Producer>> open_producer(const std::string& transactional_id) override {
    return kafka::open_producer(options_, transactional_id);
  }

  Result<std::unique_ptr<Appender>> open_appender() override {
    return kafka::open_appender(options_);
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    return kafka::open_reader(options_, query_);
  }

  Status create_topics(std::span<const TopicSpec> topics) override {
    return kafka::create_topics(query_.get(), topics);
  }

  Result<TopicSpec> describe_topic(const std::string& name) override {
    return kafka::describe_topic(query_.get(), name);
  }

 private:
  const KafkaOptions options_;
  const kafka::Handle query_;
};

// A wrong property is found now, not when the first transaction is opened.
Status check_producer(const KafkaOptions& options) {
  const auto transactional = kafka::producer_conf(options, "check");
  if (!transactional.ok()) return transactional.error();
  const auto plain = kafka::appender_conf(options);
  if (!plain.ok()) return plain.error();
  return {};
}

Status ask_for_brokers(rd_kafka_t* client, const KafkaOptions& options) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(client, 0, nullptr, &metadata, kafka::timeout_ms(options.patience));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return kafka::error_of("no Kafka broker answers at " + options.bootstrap, code);
  }
  rd_kafka_metadata_destroy(metadata);
  return {};
}

}  // namespace

Result<std::unique_ptr<Log>> open_kafka(const KafkaOptions& options) {
  if (Status checked = check_producer(options); !checked.ok()) return checked.error();
  auto conf = kafka::query_conf(options);
  if (!conf.ok()) return conf.error();
  auto query = kafka::start(RD_KAFKA_CONSUMER, std::move(conf).value(), "client");
  if (!query.ok()) return query.error();
  if (Status asked = ask_for_brokers(query.value().get(), options); !asked.ok()) {
    return asked.error();
  }
  return std::unique_ptr<Log>(std::make_unique<KafkaLog>(options, std::move(query).value()));
}

}  // namespace sluice::log
