#include "tests/ingest/log/log_fixture.h"

#include <atomic>

#include <unistd.h>

namespace sluice::log {

test::Broker* shared_broker() {
  // Ends with the process, before its main thread does.
  static const std::unique_ptr<test::Broker> kBroker = test::Broker::start();
  return kBroker.get();
}

std::string unique_name(const std::string& what) {
  static std::atomic<int> count{0};
  return "t" + std::to_string(getpid()) + "-" + std::to_string(++count) + "-" + what;
}

bool LogFixture::open(Kind kind) {
  if (kind == Kind::kMemory) {
    auto memory = MemoryLog::open({});
    if (!memory.ok()) return false;
    memory_ = memory.value().get();
    log_ = std::move(memory).value();
    return true;
  }
  if (shared_broker() == nullptr) return false;
  auto kafka = open_kafka({.bootstrap = shared_broker()->bootstrap()});
  EXPECT_TRUE(kafka.ok());
  if (!kafka.ok()) return false;
  log_ = std::move(kafka).value();
  return true;
}

std::string LogFixture::make_topic(const std::string& what, int32_t partitions, Cleanup cleanup) {
  std::string name = unique_name(what);
  const TopicSpec spec{.name = name, .partitions = partitions, .cleanup = cleanup};
  const Status created = log().create_topics(std::span(&spec, 1));
  EXPECT_TRUE(created.ok()) << (created.ok() ? "" : created.error().message);
  return name;
}

std::unique_ptr<Consumer> LogFixture::join(const std::string& group,
                                           const std::vector<std::string>& topics) {
  auto consumer = log().join({.group = group, .topics = topics});
  EXPECT_TRUE(consumer.ok());
  return consumer.ok() ? std::move(consumer).value() : nullptr;
}

std::unique_ptr<Producer> LogFixture::producer(const std::string& id) {
  auto producer = log().open_producer(id);
  EXPECT_TRUE(producer.ok()) << (producer.ok() ? "" : producer.error().message);
  return producer.ok() ? std::move(producer).value() : nullptr;
}

std::unique_ptr<Reader> LogFixture::reader(const std::string& topic, Offset from,
                                           int32_t partition) {
  auto reader = log().open_reader();
  EXPECT_TRUE(reader.ok());
  const Position position{.at = {topic, partition}, .next = from};
  const Status sought = reader.value()->seek(std::span(&position, 1));
  EXPECT_TRUE(sought.ok()) << (sought.ok() ? "" : sought.error().message);
  return std::move(reader).value();
}

std::optional<Assignment> begin(Consumer& consumer) {
  auto given = await<Assignment>(consumer);
  if (!given) return std::nullopt;
  auto positions = consumer.committed(given->partitions, 30s);
  EXPECT_TRUE(positions.ok());
  if (!positions.ok()) return std::nullopt;
  for (Position& position : positions.value()) {
    if (position.next == kNoOffset) position.next = kBeginning;
  }
  EXPECT_TRUE(consumer.start(positions.value()).ok());
  return given;
}

std::vector<std::string> take_for(Reader& reader, std::chrono::milliseconds time) {
  std::vector<std::string> taken;
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < deadline) {
    Event event = reader.poll(20ms);
    if (const auto* const record = std::get_if<Record>(&event)) {
      taken.push_back(std::string(record->key) + "=" + std::string(record->value));
    }
  }
  return taken;
}

Status put(Producer& producer, const std::string& topic, std::string_view key,
           std::optional<std::string_view> value, int32_t partition) {
  return producer.put({.topic = topic, .partition = partition, .key = key, .value = value});
}

}  // namespace sluice::log
