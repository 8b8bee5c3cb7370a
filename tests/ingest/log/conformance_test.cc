// Claim:   the log in memory and the log on Kafka keep the same promises, those of log.h.
// Oracle:  Kafka itself: each test runs on a real broker as well, with the same expectations.
// Not covered: what only one of them has (kafka_traps_test.cc, memory_log_test.cc).

#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "tests/ingest/log/log_fixture.h"

namespace sluice::log {
namespace {

using Strings = std::vector<std::string>;

class Conformance : public LogFixture, public ::testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (!open(GetParam())) GTEST_SKIP() << test::kNoBroker;
  }
};

INSTANTIATE_TEST_SUITE_P(Logs, Conformance, ::testing::Values(Kind::kMemory, Kind::kKafka),
                         [](const auto& kind) {
                           return kind.param == Kind::kMemory ? "Memory" : "Kafka";
                         });

Outcome commit(Producer& producer, const TopicPartition& at, Offset next,
               const Membership& membership) {
  const Position position{.at = at, .next = next};
  return producer.commit(std::span(&position, 1), membership).outcome;
}

// What was put and what was committed reaches the log in its own time: records when the client
// sends them, markers after the commit was answered.
void await_end(Reader& reader, const TopicPartition& at, Offset end) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (reader.high_watermark(at).value() < end && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(reader.high_watermark(at).value(), end);
}

TEST_P(Conformance, CommitMakesRecordsAndPositionsVisibleTogether) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  const std::string group = unique_name("group");
  auto consumer = join(group, {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = producer(unique_name("id"));
  ASSERT_TRUE(put(*writer, out, "a", "1").ok());
  ASSERT_TRUE(put(*writer, out, "b", "2").ok());
  EXPECT_EQ(commit(*writer, {in, 0}, 7, *given->membership), Outcome::kCommitted);
  auto from = reader(out);
  EXPECT_EQ(take(*from, 2), (Strings{"a=1", "b=2"}));
  const auto committed = consumer->committed(given->partitions, 10s);
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ(committed.value(), (std::vector<Position>{{.at = {in, 0}, .next = 7}}));
}

TEST_P(Conformance, NothingCommittedIsNoOffset) {
  const std::string in = make_topic("in");
  auto consumer = join(unique_name("group"), {in});
  auto given = await<Assignment>(*consumer);
  ASSERT_TRUE(given);
  const auto committed = consumer->committed(given->partitions, 10s);
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ(committed.value()[0].next, kNoOffset);
}

TEST_P(Conformance, OpenAndAbortedRecordsAreNeverSeen) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = producer(unique_name("id"));
  auto from = reader(out);
  ASSERT_TRUE(put(*writer, out, "a", "aborted").ok());
  EXPECT_EQ(take_for(*from, 300ms), Strings{});
  EXPECT_EQ(writer->abort().outcome, Outcome::kAborted);
  EXPECT_EQ(take_for(*from, 300ms), Strings{});
  ASSERT_TRUE(put(*writer, out, "b", "kept").ok());
  EXPECT_EQ(commit(*writer, {in, 0}, 0, *given->membership), Outcome::kCommitted);
  EXPECT_EQ(take(*from, 1), Strings{"b=kept"});
}

TEST_P(Conformance, OpenTransactionHidesWhatComesAfterIt) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto slow = producer(unique_name("slow"));
  auto quick = producer(unique_name("quick"));
  ASSERT_TRUE(put(*quick, out, "k", "before").ok());
  ASSERT_EQ(commit(*quick, {in, 0}, 1, *given->membership), Outcome::kCommitted);
  ASSERT_TRUE(put(*slow, out, "k", "slow").ok());
  auto from = reader(out);
  const TopicPartition at{out, 0};
  await_end(*from, at, 3);  // the slow record has left the client's queue
  ASSERT_TRUE(put(*quick, out, "k", "after").ok());
  ASSERT_EQ(commit(*quick, {in, 0}, 2, *given->membership), Outcome::kCommitted);
  await_end(*from, at, 5);
  auto again = reader(out);
  EXPECT_EQ(take(*again, 1), Strings{"k=before"});
  EXPECT_EQ(take_for(*again, 300ms), Strings{});
  ASSERT_EQ(commit(*slow, {in, 0}, 3, *given->membership), Outcome::kCommitted);
  EXPECT_EQ(take(*again, 2), (Strings{"k=slow", "k=after"}));
}

TEST_P(Conformance, OffsetsHaveGapsAndPositionPassesMarkers) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = producer(unique_name("id"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(put(*writer, out, "k", "v").ok());
    ASSERT_EQ(commit(*writer, {in, 0}, i, *given->membership), Outcome::kCommitted);
  }
  ASSERT_TRUE(put(*writer, out, "k", "gone").ok());
  auto from = reader(out);
  const TopicPartition at{out, 0};
  // An abort that overtakes its own records is kUnknown to Kafka: it knows of no transaction yet.
  await_end(*from, at, 5);
  ASSERT_EQ(writer->abort().outcome, Outcome::kAborted);
  await_end(*from, at, 6);
  for (const Offset offset : {0, 2}) {
    const auto record = await<Record>(*from);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->offset, offset);
  }
  const Offset end = from->high_watermark(at).value();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (from->position(at).value() < end && std::chrono::steady_clock::now() < deadline) {
    static_cast<void>(from->poll(20ms));
  }
  EXPECT_EQ(from->position(at).value(), end);
}

TEST_P(Conformance, CommitWithAnOldMembershipIsAborted) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  const std::string group = unique_name("group");
  auto first = join(group, {in});
  auto old = begin(*first);
  ASSERT_TRUE(old);
  auto second = join(group, {in});
  // The old generation ends when the first member lets go.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool released = false;
  bool dealt = false;
  while (!dealt && std::chrono::steady_clock::now() < deadline) {
    const Event event = first->poll(20ms);
    if (std::holds_alternative<Revocation>(event)) {
      released = first->release().ok();
    }
    dealt = released && (std::holds_alternative<Assignment>(event) ||
                         std::holds_alternative<Assignment>(second->poll(20ms)));
    if (!released) static_cast<void>(second->poll(0ms));
  }
  ASSERT_TRUE(dealt);
  auto writer = producer(unique_name("id"));
  ASSERT_TRUE(put(*writer, out, "k", "zombie").ok());
  EXPECT_EQ(commit(*writer, {in, 0}, 9, *old->membership), Outcome::kAborted);
  auto from = reader(out);
  EXPECT_EQ(take_for(*from, 300ms), Strings{});
  EXPECT_TRUE(put(*writer, out, "k", "next").ok()) << "the producer goes on";
}

TEST_P(Conformance, TransactionWithoutRecordsIsFencedToo) {
  const std::string in = make_topic("in");
  const std::string group = unique_name("group");
  auto first = join(group, {in});
  auto old = begin(*first);
  ASSERT_TRUE(old);
  while (!std::holds_alternative<Nothing>(first->close())) ASSERT_TRUE(first->release().ok());
  auto second = join(group, {in});
  ASSERT_TRUE(begin(*second));
  auto writer = producer(unique_name("id"));
  EXPECT_EQ(commit(*writer, {in, 0}, 9, *old->membership), Outcome::kAborted);
  const TopicPartition at{in, 0};
  EXPECT_EQ(second->committed(std::span(&at, 1), 10s).value()[0].next, kNoOffset);
}

TEST_P(Conformance, SecondProducerWithTheSameIdFencesTheFirst) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  const std::string id = unique_name("id");
  auto first = producer(id);
  ASSERT_TRUE(put(*first, out, "k", "first").ok());
  auto second = producer(id);
  EXPECT_EQ(commit(*first, {in, 0}, 1, *given->membership), Outcome::kFenced);
  EXPECT_EQ(first->abort().outcome, Outcome::kFenced);
  EXPECT_FALSE(put(*first, out, "k", "late").ok());
  ASSERT_TRUE(put(*second, out, "k", "second").ok());
  EXPECT_EQ(commit(*second, {in, 0}, 2, *given->membership), Outcome::kCommitted);
  auto from = reader(out);
  EXPECT_EQ(take(*from, 1), Strings{"k=second"});
}

TEST_P(Conformance, NewLifeOfAProducerEndsTheOldTransaction) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  const std::string id = unique_name("id");
  auto first = producer(id);
  ASSERT_TRUE(put(*first, out, "k", "unfinished").ok());
  first.reset();
  auto second = producer(id);
  ASSERT_TRUE(put(*second, out, "k", "kept").ok());
  EXPECT_EQ(commit(*second, {in, 0}, 1, *given->membership), Outcome::kCommitted);
  auto from = reader(out);
  EXPECT_EQ(take(*from, 1), Strings{"k=kept"});
}

// One member of a group that does what the interface asks, one poll at a time.
class Worker {
 public:
  Worker(std::unique_ptr<Consumer> consumer, std::unique_ptr<Producer> producer, std::string out)
      : consumer_(std::move(consumer)), producer_(std::move(producer)), out_(std::move(out)) {}

  void step() {
    Event event = consumer_->poll(5ms);
    if (auto* const given = std::get_if<Assignment>(&event)) take_over(std::move(*given));
    if (std::holds_alternative<Revocation>(event)) {
      held_.clear();
      EXPECT_TRUE(consumer_->release().ok());
    }
    if (const auto* const record = std::get_if<Record>(&event)) answer(*record);
  }

  void leave() {
    while (!std::holds_alternative<Nothing>(consumer_->close())) {
      held_.clear();
      EXPECT_TRUE(consumer_->release().ok());
    }
  }

  [[nodiscard]] const std::set<TopicPartition>& held() const { return held_; }

 private:
  void take_over(Assignment given) {
    membership_ = std::move(given.membership);
    held_ = {given.partitions.begin(), given.partitions.end()};
    next_.clear();
    auto committed = consumer_->committed(given.partitions, 30s);
    ASSERT_TRUE(committed.ok());
    for (Position& position : committed.value()) {
      if (position.next == kNoOffset) position.next = 0;
      next_[position.at] = position.next;
    }
    ASSERT_TRUE(consumer_->start(committed.value()).ok());
  }

  // Every record is answered with its topic, partition and offset, in a transaction of its own.
  void answer(const Record& record) {
    const std::string topic(record.topic);
    const std::string name = std::to_string(record.partition) + ":" + std::to_string(record.offset);
    ASSERT_TRUE(put(*producer_, out_, topic, name).ok());
    auto next = next_;
    next[{topic, record.partition}] = record.offset + 1;
    std::vector<Position> positions;
    for (const auto& [at, offset] : next) positions.push_back({.at = at, .next = offset});
    const Outcome outcome = producer_->commit(positions, *membership_).outcome;
    if (outcome == Outcome::kCommitted) next_ = std::move(next);
    // Otherwise a new generation has begun, and a Revocation is on its way.
  }

  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<Producer> producer_;
  const std::string out_;
  std::shared_ptr<const Membership> membership_;
  std::set<TopicPartition> held_;
  std::map<TopicPartition, Offset> next_;
};

// The partition numbers of `topic` among `held`.
std::set<int32_t> numbers(const std::set<TopicPartition>& held, const std::string& topic) {
  std::set<int32_t> found;
  for (const TopicPartition& at : held) {
    if (at.topic == topic) found.insert(at.partition);
  }
  return found;
}

TEST_P(Conformance, MembersShareEqualNumbersAndAnswerEachRecordOnce) {
  constexpr int32_t kPartitions = 4;
  constexpr std::size_t kRecords = 40;
  const std::string first = make_topic("first", kPartitions);
  const std::string second = make_topic("second", kPartitions);
  const std::string out = make_topic("out");
  const std::string group = unique_name("group");
  const auto worker = [&] {
    return std::make_unique<Worker>(join(group, {first, second}), producer(unique_name("id")), out);
  };
  auto appender = std::move(log().open_appender()).value();
  const auto feed = [&] {
    for (std::size_t i = 0; i < kRecords; ++i) {
      const std::string key = "sender-" + std::to_string(i);
      const std::string& to = i % 2 == 0 ? first : second;
      ASSERT_TRUE(appender->append({.topic = to, .key = key, .value = "v"}).ok());
    }
    ASSERT_TRUE(appender->flush(30s).ok());
  };
  auto one = worker();
  auto two = worker();
  feed();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline &&
         (one->held().size() != kPartitions || two->held().size() != kPartitions)) {
    one->step();
    two->step();
  }
  for (const Worker* const each : {one.get(), two.get()}) {
    EXPECT_EQ(each->held().size(), std::size_t{kPartitions});
    EXPECT_EQ(numbers(each->held(), first), numbers(each->held(), second));
  }
  for (int i = 0; i < 30; ++i) {
    one->step();
    two->step();
  }
  one->leave();
  feed();
  auto answers = reader(out);
  std::multiset<std::string> seen;
  while (std::chrono::steady_clock::now() < deadline && seen.size() < 2 * kRecords) {
    two->step();
    Event event = answers->poll(1ms);
    if (const auto* const record = std::get_if<Record>(&event)) {
      seen.insert(std::string(record->key) + "/" + std::string(record->value));
    }
  }
  EXPECT_EQ(two->held().size(), 2 * std::size_t{kPartitions});
  EXPECT_EQ(seen.size(), 2 * kRecords);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
}

TEST_P(Conformance, TombstoneIsNotAnEmptyValueAndKeysMayBeMissing) {
  const std::string in = make_topic("in");
  const std::string out = make_topic("out");
  auto consumer = join(unique_name("group"), {in});
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto writer = producer(unique_name("id"));
  ASSERT_TRUE(put(*writer, out, "k", std::nullopt).ok());
  ASSERT_TRUE(put(*writer, out, "", "").ok());
  ASSERT_TRUE(writer->put({.topic = out, .value = "no key"}).ok());
  ASSERT_EQ(commit(*writer, {in, 0}, 1, *given->membership), Outcome::kCommitted);
  auto from = reader(out);
  const auto gone = await<Record>(*from);
  EXPECT_TRUE(gone->tombstone);
  const auto empty = await<Record>(*from);
  EXPECT_FALSE(empty->tombstone);
  EXPECT_TRUE(empty->has_key);
  EXPECT_EQ(empty->value, "");
  EXPECT_FALSE(await<Record>(*from)->has_key);
}

TEST_P(Conformance, HeadersKeepTheirOrderAndTheLastOfANameCounts) {
  const std::string out = make_topic("out");
  auto appender = log().open_appender();
  ASSERT_TRUE(appender.ok());
  const Header headers[] = {{"a", "1"}, {"b", ""}, {"a", std::string_view("\0x", 2)}};
  ASSERT_TRUE(
      appender.value()->append({.topic = out, .key = "k", .value = "v", .headers = headers}).ok());
  ASSERT_TRUE(appender.value()->flush(10s).ok());
  auto from = reader(out);
  const auto record = await<Record>(*from);
  Strings seen;
  record->handle->visit_headers([&seen](Header header) {
    seen.push_back(std::string(header.name) + "=" + std::string(header.value));
  });
  EXPECT_EQ(seen, (Strings{"a=1", "b=", std::string("a=\0x", 4)}));
  EXPECT_EQ(record->handle->header("a"), std::string_view("\0x", 2));
  EXPECT_EQ(record->handle->header("b"), "");
  EXPECT_EQ(record->handle->header("c"), std::nullopt);
}

TEST_P(Conformance, TimeIsTheLogsAndFindsOffsets) {
  const std::string out = make_topic("out");
  auto appender = std::move(log().open_appender()).value();
  ASSERT_TRUE(appender->append({.topic = out, .key = "k", .value = "first"}).ok());
  ASSERT_TRUE(appender->flush(10s).ok());
  auto from = reader(out);
  const auto first = await<Record>(*from);
  EXPECT_TRUE(first->log_append_time);
  std::this_thread::sleep_for(20ms);
  ASSERT_TRUE(appender->append({.topic = out, .key = "k", .value = "second"}).ok());
  ASSERT_TRUE(appender->flush(10s).ok());
  const auto second = await<Record>(*from);
  ASSERT_GT(second->timestamp_ms, first->timestamp_ms);
  const TopicPartition at{out, 0};
  EXPECT_EQ(from->offset_at(at, 0).value(), first->offset);
  EXPECT_EQ(from->offset_at(at, first->timestamp_ms).value(), first->offset);
  EXPECT_EQ(from->offset_at(at, first->timestamp_ms + 1).value(), second->offset);
  EXPECT_EQ(from->offset_at(at, second->timestamp_ms + 1).value(), 2);
}

TEST_P(Conformance, AppenderPutsAKeyWhereKafkasClientsDo) {
  const std::string out = make_topic("out", 5);
  auto appender = std::move(log().open_appender()).value();
  std::set<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.insert("sender-" + std::to_string(i));
  for (const std::string& key : keys) {
    ASSERT_TRUE(appender->append({.topic = out, .key = key, .value = "v"}).ok());
  }
  ASSERT_TRUE(appender->flush(10s).ok());
  auto from = std::move(log().open_reader()).value();
  std::vector<Position> all;
  for (int32_t i = 0; i < 5; ++i) all.push_back({.at = {out, i}, .next = kBeginning});
  ASSERT_TRUE(from->seek(all).ok());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto record = await<Record>(*from);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->partition, partition_of(record->key, 5));
    EXPECT_EQ(keys.erase(std::string(record->key)), 1U);
    --i;
    if (keys.empty()) break;
  }
  EXPECT_TRUE(keys.empty());
}

TEST_P(Conformance, ReaderStartsWhereItIsTold) {
  const std::string out = make_topic("out");
  auto appender = std::move(log().open_appender()).value();
  for (const char* value : {"0", "1", "2"}) {
    ASSERT_TRUE(appender->append({.topic = out, .key = "k", .value = value}).ok());
  }
  ASSERT_TRUE(appender->flush(10s).ok());
  auto from = reader(out, 1);
  EXPECT_EQ(from->position({out, 0}).value(), 1);
  EXPECT_EQ(take(*from, 2), (Strings{"k=1", "k=2"}));
  auto at_end = reader(out, kEnd);
  EXPECT_EQ(at_end->position({out, 0}).value(), 3);
  ASSERT_TRUE(appender->append({.topic = out, .key = "k", .value = "3"}).ok());
  ASSERT_TRUE(appender->flush(10s).ok());
  EXPECT_EQ(take(*at_end, 1), Strings{"k=3"});
}

TEST_P(Conformance, RecordOutlivesTheConsumerAndItsThread) {
  const std::string in = make_topic("in");
  auto appender = std::move(log().open_appender()).value();
  ASSERT_TRUE(appender->append({.topic = in, .key = "k", .value = "kept"}).ok());
  ASSERT_TRUE(appender->flush(10s).ok());
  auto consumer = join(unique_name("group"), {in});
  ASSERT_TRUE(begin(*consumer));
  auto record = await<Record>(*consumer);
  ASSERT_TRUE(record);
  consumer.reset();
  EXPECT_EQ(record->value, "kept");
  std::thread([kept = std::move(*record)] {}).join();
}

TEST_P(Conformance, TopicsAreWhatWasAsked) {
  const TopicSpec spec{.name = unique_name("spec"),
                       .partitions = 3,
                       .retention_ms = 3'600'000,
                       .message_bytes_max = 2 << 20};
  ASSERT_TRUE(log().create_topics(std::span(&spec, 1)).ok());
  EXPECT_EQ(log().describe_topic(spec.name).value(), spec);
  TopicSpec other = spec;
  other.partitions = 4;
  EXPECT_TRUE(log().create_topics(std::span(&other, 1)).ok());
  EXPECT_EQ(log().describe_topic(spec.name).value(), spec);
  const std::string state = make_topic("state", 2, Cleanup::kCompact);
  EXPECT_EQ(log().describe_topic(state).value().cleanup, Cleanup::kCompact);
  const auto missing = log().describe_topic(unique_name("nobody"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_P(Conformance, PutToATopicThatIsNotThereIsRefused) {
  auto writer = producer(unique_name("id"));
  const Status refused = put(*writer, unique_name("nobody"), "k", "v");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(writer->abort().outcome, Outcome::kAborted);
}

}  // namespace
}  // namespace sluice::log
