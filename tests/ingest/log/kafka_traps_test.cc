// Claim:   what is known to go wrong with librdkafka and Kafka does not go wrong here: properties
//          that break a promise are refused, batches that inflate are read or stepped over, a slow
//          transaction costs a producer and no more, a broker may die, and keys that another
//          client's default put elsewhere are recognised.
// Oracle:  a real broker; for partitions, librdkafka's own partitioners.

#include <array>
#include <thread>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "base/hash.h"
#include "tests/ingest/log/log_fixture.h"

namespace sluice::log {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kMib = std::size_t{1} << 20U;

Error refusal(const KafkaOptions& options) {
  const auto opened = open_kafka(options);
  EXPECT_FALSE(opened.ok());
  return opened.ok() ? Error{} : opened.error();
}

TEST(KafkaProperties, ThoseThatCarryAPromiseAreRefusedByName) {
  constexpr auto kOwned = std::to_array<const char*>(
      {"acks", "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence", "group.id",
       "isolation.level", "partition.assignment.strategy", "partitioner", "transactional.id"});
  for (const std::string name : kOwned) {
    for (const bool consumer : {true, false}) {
      KafkaOptions options{.bootstrap = "127.0.0.1:1"};
      (consumer ? options.consumer : options.producer)[name] = "all";
      const Error error = refusal(options);
      EXPECT_EQ(error.code, ErrorCode::kInvalid) << name;
      EXPECT_NE(error.message.find("'" + name + "'"), std::string::npos) << error.message;
    }
  }
  const Error latest =
      refusal({.bootstrap = "127.0.0.1:1", .consumer = {{"auto.offset.reset", "latest"}}});
  EXPECT_NE(latest.message.find("auto.offset.reset"), std::string::npos);
}

TEST(KafkaProperties, UnknownOnesAreNamedInTheClientsWords) {
  const Error error = refusal({.bootstrap = "127.0.0.1:1", .producer = {{"linger.sm", "5"}}});
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_NE(error.message.find("No such configuration property: \"linger.sm\""), std::string::npos)
      << error.message;
}

TEST(KafkaProperties, SecretsAreNotRepeated) {
  const Error error = refusal(
      {.bootstrap = "127.0.0.1:1",
       .consumer = {{"security.protocol", "ssl"}, {"ssl.key.pem", "not a key but a secret"}}});
  EXPECT_EQ(error.code, ErrorCode::kInvalid) << error.message;
  EXPECT_EQ(error.message.find("a secret"), std::string::npos);
}

class KafkaTraps : public LogFixture {
 protected:
  void SetUp() override {
    if (!open(Kind::kKafka)) GTEST_SKIP() << test::kNoBroker;
  }

  static std::unique_ptr<Log> open_with(KafkaOptions options) {
    options.bootstrap = shared_broker()->bootstrap();
    auto opened = open_kafka(options);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return std::move(opened).value();
  }
};

std::unique_ptr<Reader> read_from_start(Log& log, const std::string& topic) {
  auto reader = std::move(log.open_reader()).value();
  const Position start{.at = {topic, 0}, .next = kBeginning};
  EXPECT_TRUE(reader->seek(std::span(&start, 1)).ok());
  return reader;
}

TEST_F(KafkaTraps, SmallBatchThatInflatesToAMailOfFullSizeIsDelivered) {
  const std::string topic = make_topic("in");
  auto edge = open_with({.bootstrap = {}, .producer = {{"compression.type", "zstd"}}});
  auto appender = std::move(edge->open_appender()).value();
  const std::string zeros(32 * kMib, '\0');
  ASSERT_TRUE(appender->append({.topic = topic, .key = "k", .value = zeros}).ok());
  ASSERT_TRUE(appender->flush(30s).ok());
  auto from = reader(topic);
  const auto record = await<Record>(*from);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->value == zeros);
}

// "before", one batch of three records that inflates beyond what the client may hold, "after".
void write_bomb(Log& edge, const std::string& topic) {
  auto appender = std::move(edge.open_appender()).value();
  const auto write = [&](std::string_view value) {
    ASSERT_TRUE(appender->append({.topic = topic, .key = "k", .value = value}).ok());
  };
  const std::string zeros(8 * kMib, '\0');
  write("before");
  ASSERT_TRUE(appender->flush(30s).ok());
  for (int i = 0; i < 3; ++i) write(zeros);
  ASSERT_TRUE(appender->flush(30s).ok());
  write("after");
  ASSERT_TRUE(appender->flush(30s).ok());
}

template <class Source>
void expect_step_over(Source& source) {
  const auto before = await<Record>(source);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->value, "before");
  const auto trouble = await<Trouble>(source);
  ASSERT_TRUE(trouble);
  EXPECT_EQ(trouble->error.code, ErrorCode::kCorrupt) << trouble->error.message;
  EXPECT_FALSE(trouble->fatal);
  ASSERT_TRUE(trouble->at);
  EXPECT_EQ(trouble->at->next, 1);
  const auto after = await<Record>(source);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->value, "after");
  EXPECT_EQ(after->offset, 4);
}

TEST_F(KafkaTraps, BatchThatCannotBeReadIsSteppedOver) {
  const std::string topic = make_topic("in");
  auto edge = open_with(
      {.bootstrap = {},
       .producer = {
           {"compression.type", "zstd"}, {"batch.size", "30000000"}, {"linger.ms", "500"}}});
  write_bomb(*edge, topic);
  auto small = open_with(
      {.bootstrap = {},
       .consumer = {{"receive.message.max.bytes", "16000000"}, {"fetch.max.bytes", "8000000"}}});
  auto from = read_from_start(*small, topic);
  expect_step_over(*from);
  auto member = std::move(small->join({.group = unique_name("g"), .topics = {topic}})).value();
  ASSERT_TRUE(begin(*member));
  expect_step_over(*member);
}

TEST_F(KafkaTraps, SlowTransactionCostsAProducerButIsNoRivalry) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  const std::string id = unique_name("id");
  auto hasty = open_with({.bootstrap = {}, .producer = {{"transaction.timeout.ms", "1000"}}});
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto slow = std::move(hasty->open_producer(id)).value();
  ASSERT_TRUE(put(*slow, out, "k", "too late").ok());
  std::this_thread::sleep_for(4s);
  const Position position{.at = {in, 0}, .next = 1};
  EXPECT_EQ(slow->commit(std::span(&position, 1), *given->membership).outcome, Outcome::kUnknown);
  auto next = producer(id);
  EXPECT_EQ(consumer->committed(given->partitions, 10s).value()[0].next, kNoOffset);
  ASSERT_TRUE(put(*next, out, "k", "in time").ok());
  EXPECT_EQ(next->commit(std::span(&position, 1), *given->membership).outcome, Outcome::kCommitted);
  EXPECT_EQ(take(*read_from_start(log(), out), 1), Strings{"k=in time"});
}

// For a moment the brokers do not agree who leads a new partition.
TEST_F(KafkaTraps, PartitionsMayBeAskedAboutAsSoonAsTheyExist) {
  constexpr int32_t kPartitions = 24;
  auto from = std::move(log().open_reader()).value();
  for (int round = 0; round < 20; ++round) {
    const std::string topic = make_topic("new", kPartitions);
    for (int32_t i = 0; i < kPartitions; ++i) {
      const auto end = from->high_watermark({topic, i});
      ASSERT_TRUE(end.ok()) << end.error().message;
      EXPECT_EQ(end.value(), 0);
    }
  }
}

// librdkafka 2.0.2 registers partitions a millisecond after the first put, and must not be
// destroyed in the middle of it.
TEST_F(KafkaTraps, ProducerMayGoAtAnyMomentAfterAPut) {
  const std::string out = make_topic("out");
  for (int i = 0; i < 100; ++i) {
    auto writer = producer(unique_name("id"));
    ASSERT_TRUE(put(*writer, out, "k", "v").ok());
    std::this_thread::sleep_for(std::chrono::microseconds(50 * (i % 40)));
  }
}

TEST_F(KafkaTraps, CommitWithoutAnAnswerIsUnknownAndTheNextProducerTells) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  const std::string id = unique_name("id");
  auto hasty = open_with({.bootstrap = {}, .producer = {{"transaction.timeout.ms", "2000"}}});
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = std::move(hasty->open_producer(id)).value();
  ASSERT_TRUE(put(*writer, out, "k", "unanswered").ok());
  auto watch = reader(out);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (watch->high_watermark({out, 0}).value() < 1) {  // until the record has left the client
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  shared_broker()->freeze();
  const Position position{.at = {in, 0}, .next = 1};
  const CommitResult result = writer->commit(std::span(&position, 1), *given->membership);
  shared_broker()->thaw();
  EXPECT_EQ(result.outcome, Outcome::kUnknown) << result.reason;
  writer.reset();
  auto next = producer(id);
  const auto committed = consumer->committed(given->partitions, 30s);
  ASSERT_TRUE(committed.ok());
  const bool done = committed.value()[0].next == 1;
  auto from = reader(out);
  EXPECT_EQ(take_for(*from, 1s), done ? Strings{"k=unanswered"} : Strings{});
}

// A client of somebody else, with librdkafka's default partitioner or another one.
void produce_as(const char* partitioner, const std::string& topic, const Strings& keys) {
  std::array<char, 256> why{};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  const std::string bootstrap = shared_broker()->bootstrap();
  ASSERT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), why.data(), why.size()),
            RD_KAFKA_CONF_OK);
  ASSERT_EQ(rd_kafka_conf_set(conf, "partitioner", partitioner, why.data(), why.size()),
            RD_KAFKA_CONF_OK);
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  ASSERT_NE(client, nullptr) << why.data();
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  for (const std::string& key : keys) {
    EXPECT_EQ(rd_kafka_produce(handle, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, nullptr, 0,
                               key.data(), key.size(), nullptr),
              0);
  }
  EXPECT_EQ(rd_kafka_flush(client, 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
}

TEST_F(KafkaTraps, KeysThatAnotherDefaultPutElsewhereAreRecognised) {
  constexpr int32_t kPartitions = 7;
  Strings keys;
  for (int i = 0; i < 60; ++i) keys.push_back("root/u:user" + std::to_string(i));
  for (const bool right : {true, false}) {
    const std::string topic = make_topic("in", kPartitions);
    produce_as(right ? "murmur2_random" : "consistent_random", topic, keys);
    auto from = std::move(log().open_reader()).value();
    std::vector<Position> all;
    for (int32_t i = 0; i < kPartitions; ++i) all.push_back({.at = {topic, i}, .next = kBeginning});
    ASSERT_TRUE(from->seek(all).ok());
    std::size_t where_kafka_does = 0;
    std::size_t where_crc32_does = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto record = await<Record>(*from);
      ASSERT_TRUE(record);
      const auto crc = static_cast<int32_t>(crc32(record->key) % uint32_t{kPartitions});
      where_kafka_does += record->partition == partition_of(record->key, kPartitions) ? 1U : 0U;
      where_crc32_does += record->partition == crc ? 1U : 0U;
    }
    EXPECT_EQ(right ? where_kafka_does : where_crc32_does, keys.size());
    EXPECT_LT(right ? where_crc32_does : where_kafka_does, keys.size() / 2);
  }
}

TEST(KafkaBroker, MayDieBetweenAndWithinTransactions) {
  auto broker = test::Broker::start();
  if (broker == nullptr) GTEST_SKIP() << test::kNoBroker;
  auto log = std::move(open_kafka({.bootstrap = broker->bootstrap()})).value();
  const std::array<TopicSpec, 2> specs = {TopicSpec{.name = "in"}, TopicSpec{.name = "out"}};
  ASSERT_TRUE(log->create_topics(specs).ok());
  auto consumer = std::move(log->join({.group = "g", .topics = {"in"}})).value();
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = std::move(log->open_producer("id")).value();
  Strings committed;
  for (int i = 0; i < 3; ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(put(*writer, "out", "k", value).ok());
    if (i == 1) {
      broker->kill9();
      broker->restart();
    }
    const Position position{.at = {"in", 0}, .next = i + 1};
    const CommitResult result = writer->commit(std::span(&position, 1), *given->membership);
    bool done = result.outcome == Outcome::kCommitted;
    if (result.outcome == Outcome::kUnknown || result.outcome == Outcome::kFenced) {
      writer = std::move(log->open_producer("id")).value();
      const auto found = consumer->committed(given->partitions, 30s);
      ASSERT_TRUE(found.ok()) << found.error().message;
      done = found.value()[0].next == i + 1;
    }
    if (done) committed.push_back("k=" + value);
  }
  ASSERT_GE(committed.size(), 1U);
  auto from = read_from_start(*log, "out");
  EXPECT_EQ(take(*from, committed.size()), committed);
  EXPECT_EQ(take_for(*from, 500ms), Strings{});
}

}  // namespace
}  // namespace sluice::log
