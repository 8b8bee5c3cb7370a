// Claim:   whatever goes wrong between two commits, every record is folded exactly once, state and
//          outputs agree with a recount of the input, and the journal folded again gives both.
// Oracles: a count of the input records per key; replay().
// Not covered: a real broker and killed processes; that is tests/chaos/.

#include "engine/pipeline/pipeline.h"

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/byte_codec.h"
#include "engine/pipeline/replay.h"
#include "engine/pipeline/restore.h"
#include "ingest/log/memory_log.h"
#include "tests/engine/counting_fold.h"

namespace sluice::pipeline {
namespace {

using std::chrono::milliseconds;
constexpr int kPartitions = 4;

class CountedStats final : public Stats {
 public:
  void taken(const char* looks_like) override {
    if (looks_like != nullptr) ++misplaced;
  }

  void folded(std::chrono::nanoseconds, bool) override { ++records; }

  void committed(std::chrono::nanoseconds, std::size_t) override { ++commits; }

  void aborted(std::string_view) override { ++aborts; }

  void rejoined(std::string_view) override { ++rejoins; }

  void assigned(std::size_t, uint64_t read, std::chrono::nanoseconds) override {
    ++assignments;
    restored += read;
  }

  void revoked(bool lost) override { ++(lost ? losses : revocations); }

  void in_flight(std::size_t, std::size_t) override {}

  void lag(int32_t, int64_t) override {}

  void beat() override {}

  std::atomic<uint64_t> records = 0, commits = 0, aborts = 0, rejoins = 0, assignments = 0,
                        restored = 0, losses = 0, revocations = 0, misplaced = 0;
};

std::vector<log::TopicSpec> topics() {
  return {{.name = "in", .partitions = kPartitions},
          {.name = "journal", .partitions = kPartitions},
          {.name = "state", .partitions = kPartitions, .cleanup = log::Cleanup::kCompact},
          {.name = "out", .partitions = 1},
          {.name = "dead", .partitions = 2}};
}

PipelineOptions options(const std::string& instance) {
  return {.inputs = {"in"},
          .topics = {.journal = "journal",
                     .state = "state",
                     .dead_letters = "dead",
                     .dead_letter_partitions = 2},
          .group = "judge",
          .transactional_id = "judge-" + instance,
          .partitions = kPartitions,
          .workers = 2,
          .commit_interval = milliseconds(5),
          .tick_interval = milliseconds(10),
          .drain_deadline = milliseconds(5'000),
          .unavailable_pause = milliseconds(5)};
}

std::unique_ptr<Fold> make_fold(int32_t) {
  return std::make_unique<CountingFold>("out");
}

// A replica on a thread of its own.
class Replica {
 public:
  Replica(log::Log& log, PipelineOptions options, std::chrono::microseconds work = {})
      : pipeline_(
            log, std::move(options), make_fold,
            [work] { return std::make_unique<CountingScanner>(work); }, stats),
        thread_([this](const std::stop_token& stop) {
          result = pipeline_.run(stop);
          finished = true;
        }) {}

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  CountedStats stats;
  Status result;  // once finished
  std::atomic<bool> finished = false;

 private:
  Pipeline pipeline_;
  std::jthread thread_;
};

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    EXPECT_TRUE(log_->create_topics(topics()).ok());
    appender_ = log_->open_appender().value();
  }

  void append(const std::string& key, const std::string& value = "v") {
    ASSERT_TRUE(appender_->append({.topic = "in", .key = key, .value = value}).ok());
    ++expected_[key];
    ++appended_;
  }

  void append_random(int count) {
    for (int i = 0; i < count; ++i) {
      append("key" + std::to_string(random_() % 30), random_() % 40 == 0 ? "bad" : "v");
    }
  }

  std::vector<std::string> read(const std::string& topic, int partitions) {
    std::vector<log::Position> from;
    for (int i = 0; i < partitions; ++i)
      from.push_back({.at = {topic, i}, .next = log::kBeginning});
    std::vector<std::string> values;
    auto reader = log_->open_reader().value();
    EXPECT_TRUE(read_to_end(*reader, from,
                            [&values](const log::Record& record) {
                              values.emplace_back(record.value);
                              return Status{};
                            },
                            milliseconds(5'000), {})
                    .ok());
    return values;
  }

  bool wait_for_outputs(std::chrono::seconds timeout = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (read("out", 1).size() < appended_) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
  }

  // Every promise at once.
  void verify() {
    const auto outputs = read("out", 1);
    EXPECT_EQ(outputs.size(), appended_);
    EXPECT_EQ(std::set<std::string>(outputs.begin(), outputs.end()).size(), outputs.size());

    std::map<std::string, uint64_t> counted;
    auto reader = log_->open_reader().value();
    std::vector<log::Position> from;
    for (int i = 0; i < kPartitions; ++i)
      from.push_back({.at = {"state", i}, .next = log::kBeginning});
    ASSERT_TRUE(read_to_end(*reader, from,
                            [&counted](const log::Record& record) {
                              if (record.key != kClockKey) {
                                counted[std::string(record.key)] =
                                    std::stoull(std::string(record.value));
                              }
                              return Status{};
                            },
                            milliseconds(5'000), {})
                    .ok());
    EXPECT_EQ(counted, expected_);

    const auto replayed = replay(*log_,
                                 {.journal_topic = "journal",
                                  .state_topic = "state",
                                  .output_topic = "out",
                                  .partitions = kPartitions,
                                  .output_partitions = 1},
                                 make_fold, {});
    ASSERT_TRUE(replayed.ok()) << replayed.error().message;
    EXPECT_EQ(replayed.value().differences, 0U)
        << testing::PrintToString(replayed.value().first_differences);
    EXPECT_EQ(replayed.value().outputs, appended_);
  }

  std::unique_ptr<log::MemoryLog> log_ = log::MemoryLog::open({}).value();
  std::unique_ptr<log::Appender> appender_;
  std::map<std::string, uint64_t> expected_;
  uint64_t appended_ = 0;
  std::mt19937 random_{1};
};

TEST_F(PipelineTest, FoldsEveryRecordOnce) {
  append_random(2'000);
  Replica replica(*log_, options("a"));
  append_random(2'000);
  ASSERT_TRUE(wait_for_outputs());
  replica.stop();
  EXPECT_TRUE(replica.result.ok());
  EXPECT_EQ(replica.stats.misplaced, 0U);
  verify();
}

TEST_F(PipelineTest, CommitsAboutEveryInterval) {
  Replica replica(*log_, options("a"), std::chrono::microseconds(200));
  append_random(500);
  ASSERT_TRUE(wait_for_outputs());
  replica.stop();
  EXPECT_GT(replica.stats.commits, 5U);
}

TEST_F(PipelineTest, AnAbortIsFoldedAgainFromMemory) {
  Replica replica(*log_, options("a"));
  for (int round = 0; round < 20; ++round) {
    log_->inject(round % 2 == 0 ? log::Fault::kCommitAborts : log::Fault::kPutFails);
    append_random(50);
    ASSERT_TRUE(wait_for_outputs());  // too many aborts in a row would make it join again
  }
  replica.stop();
  EXPECT_EQ(replica.stats.aborts, 20U);
  EXPECT_EQ(replica.stats.records, appended_) << "scanned again";
  verify();
}

TEST_F(PipelineTest, AnUnknownOutcomeIsSettledByTheLog) {
  Replica replica(*log_, options("a"));
  for (int round = 0; round < 10; ++round) {
    append_random(50);
    log_->inject(round % 2 == 0 ? log::Fault::kCommitUnknownDone
                                : log::Fault::kCommitUnknownNotDone);
    std::this_thread::sleep_for(milliseconds(20));
  }
  ASSERT_TRUE(wait_for_outputs());
  replica.stop();
  EXPECT_GT(replica.stats.rejoins, 2U);
  EXPECT_GT(replica.stats.restored, 0U);
  verify();
}

TEST_F(PipelineTest, SurvivesOneFencingAndRefusesTheSecond) {
  Replica replica(*log_, options("a"));
  append_random(10);
  ASSERT_TRUE(wait_for_outputs());
  log_->inject(log::Fault::kFenced);
  append_random(10);
  ASSERT_TRUE(wait_for_outputs());
  log_->inject(log::Fault::kFenced);
  append_random(10);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!replica.finished && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  replica.stop();
  ASSERT_FALSE(replica.result.ok());
  EXPECT_NE(replica.result.error().message.find("another process"), std::string::npos);
}

TEST_F(PipelineTest, AMemberThatWasExpelledWritesNothingMore) {
  Replica replica(*log_, options("a"), std::chrono::microseconds(100));
  for (int round = 0; round < 10; ++round) {
    append_random(100);
    log_->expel("judge");
    std::this_thread::sleep_for(milliseconds(10));
  }
  ASSERT_TRUE(wait_for_outputs());
  replica.stop();
  EXPECT_GT(replica.stats.losses, 2U);
  verify();
}

TEST_F(PipelineTest, ReplicasComeAndGo) {
  Replica first(*log_, options("a"));
  for (int round = 0; round < 6; ++round) {
    append_random(200);
    Replica second(*log_, options("b"), std::chrono::microseconds(50));
    append_random(200);
    std::this_thread::sleep_for(milliseconds(30));
    second.stop();
    EXPECT_TRUE(second.result.ok());
  }
  ASSERT_TRUE(wait_for_outputs());
  first.stop();
  EXPECT_GT(first.stats.revocations, 3U);
  verify();
}

TEST_F(PipelineTest, RandomFaultsLeaveNoTrace) {
  constexpr log::Fault kFaults[] = {log::Fault::kPutFails, log::Fault::kCommitAborts,
                                    log::Fault::kCommitUnknownDone,
                                    log::Fault::kCommitUnknownNotDone};
  auto first = std::make_unique<Replica>(*log_, options("a"));
  auto second = std::make_unique<Replica>(*log_, options("b"));
  for (int round = 0; round < 60; ++round) {
    append_random(60);
    log_->inject(kFaults[random_() % 4]);
    if (random_() % 8 == 0) log_->expel("judge");
    if (random_() % 10 == 0) second = std::make_unique<Replica>(*log_, options("b"));
    if (random_() % 12 == 0) log_->compact();
    std::this_thread::sleep_for(milliseconds(random_() % 10));
  }
  ASSERT_TRUE(wait_for_outputs());
  first->stop();
  second->stop();
  verify();
}

TEST_F(PipelineTest, DeadLettersKeepTheirBytesAndSayWhy) {
  Replica replica(*log_, options("a"));
  append("k", "bad one");
  append("k", "good one");
  ASSERT_TRUE(wait_for_outputs());
  replica.stop();
  EXPECT_EQ(read("dead", 2), std::vector<std::string>{"bad one"});
  verify();
}

TEST_F(PipelineTest, TicksMoveTheClockByWhatHasPassed) {
  Replica replica(*log_, options("a"));
  append("k");
  ASSERT_TRUE(wait_for_outputs());
  std::this_thread::sleep_for(milliseconds(200));
  replica.stop();
  int ticks = 0;
  int64_t last = 0;
  for (const std::string& entry : read("journal", kPartitions)) {
    if (!entry.starts_with("t:")) continue;
    ++ticks;
    const int64_t time = std::stoll(entry.substr(2));
    EXPECT_TRUE(last == 0 || time - last <= 10) << "one interval at most";
    last = time;
  }
  EXPECT_GT(ticks, 5);
  verify();
}

// Counts the ticks that were made; one that is folded again after an abort was made before.
class TickCountingFold final : public CountingFold {
 public:
  explicit TickCountingFold(std::atomic<int>& made) : CountingFold("out"), made_(made) {}

  [[nodiscard]] Entry tick(int64_t time_ms) const override {
    ++made_;
    return CountingFold::tick(time_ms);
  }

 private:
  std::atomic<int>& made_;
};

TEST_F(PipelineTest, AbortsTakeNoTickAway) {
  std::atomic<int> made = 0;
  CountedStats stats;
  Pipeline pipeline(
      *log_, options("a"), [&made](int32_t) { return std::make_unique<TickCountingFold>(made); },
      [] { return std::make_unique<CountingScanner>(); }, stats);
  std::jthread thread(
      [&pipeline](const std::stop_token& stop) { EXPECT_TRUE(pipeline.run(stop).ok()); });
  append("k");
  ASSERT_TRUE(wait_for_outputs());
  // From here on ticks alone make transactions. Too many aborts in a row would make it join again.
  for (uint64_t aborts = 1; aborts <= 10; ++aborts) {
    log_->inject(log::Fault::kCommitAborts);
    while (stats.aborts < aborts) std::this_thread::sleep_for(milliseconds(1));
    const uint64_t commits = stats.commits;
    while (stats.commits == commits) std::this_thread::sleep_for(milliseconds(1));
  }
  thread.request_stop();
  thread.join();
  int journalled = 0;
  for (const std::string& entry : read("journal", kPartitions)) {
    journalled += entry.starts_with("t:") ? 1 : 0;
  }
  EXPECT_EQ(journalled, made);
  EXPECT_GE(made, 10);
  verify();
}

TEST_F(PipelineTest, DrainsOnStop) {
  append_random(3'000);
  Replica replica(*log_, options("a"), std::chrono::microseconds(20));
  while (replica.stats.records < 200) std::this_thread::sleep_for(milliseconds(1));
  replica.stop();
  EXPECT_TRUE(replica.result.ok());
  EXPECT_EQ(replica.stats.aborts, 0U);
  const std::size_t before = read("out", 1).size();
  EXPECT_GE(before, 200U);

  Replica next(*log_, options("a"));
  ASSERT_TRUE(wait_for_outputs());
  next.stop();
  verify();
}

// Asks to stop while its partition is being restored, when a tick is due.
class StoppingFold final : public CountingFold {
 public:
  explicit StoppingFold(std::stop_source& stop) : CountingFold("out"), stop_(stop) {}

  void resume(const Store& store) override {
    CountingFold::resume(store);
    std::this_thread::sleep_for(milliseconds(20));
    stop_.request_stop();
  }

 private:
  std::stop_source& stop_;
};

TEST_F(PipelineTest, MayBeStoppedWhileItRestores) {
  Replica first(*log_, options("a"));
  append_random(100);
  ASSERT_TRUE(wait_for_outputs());
  first.stop();
  const std::size_t before = read("journal", kPartitions).size();

  std::stop_source stop;
  CountedStats stats;
  Pipeline second(
      *log_, options("b"), [&stop](int32_t) { return std::make_unique<StoppingFold>(stop); },
      [] { return std::make_unique<CountingScanner>(); }, stats);
  EXPECT_TRUE(second.run(stop.get_token()).ok());
  EXPECT_EQ(read("journal", kPartitions).size(), before);
  verify();
}

TEST_F(PipelineTest, ALogThatGoesAwayDuringARestoreIsAskedAgain) {
  Replica first(*log_, options("a"));
  append_random(100);
  ASSERT_TRUE(wait_for_outputs());
  first.stop();

  for (int i = 0; i < 3; ++i) log_->inject(log::Fault::kEndUnavailable);
  Replica second(*log_, options("b"));
  while (second.stats.rejoins < 3 && !second.finished) std::this_thread::sleep_for(milliseconds(1));
  append_random(100);
  ASSERT_TRUE(wait_for_outputs());
  second.stop();
  EXPECT_TRUE(second.result.ok());
  EXPECT_EQ(second.stats.rejoins, 3U);
  verify();
}

TEST_F(PipelineTest, MayBeStoppedWhileTheLogIsAway) {
  PipelineOptions patient = options("a");
  patient.unavailable_pause = std::chrono::hours(1);
  log_->inject(log::Fault::kEndUnavailable);
  Replica replica(*log_, patient);
  while (replica.stats.rejoins == 0) std::this_thread::sleep_for(milliseconds(1));
  replica.stop();
  EXPECT_TRUE(replica.result.ok());
}

TEST_F(PipelineTest, StateOfANewerVersionIsRefused) {
  auto producer = log_->open_producer("seed").value();
  ASSERT_TRUE(
      producer->put({.topic = "state", .partition = 1, .key = "k", .value = "from the future"})
          .ok());
  auto consumer = log_->join({.group = "seed", .topics = {"in"}}).value();
  const auto given = std::get<log::Assignment>(consumer->poll(milliseconds(100)));
  const std::vector<log::Position> positions = {{.at = {"in", 0}, .next = 0}};
  ASSERT_EQ(producer->commit(positions, *given.membership).outcome, log::Outcome::kCommitted);

  Replica replica(*log_, options("a"));
  std::this_thread::sleep_for(milliseconds(100));
  replica.stop();
  ASSERT_FALSE(replica.result.ok());
  EXPECT_EQ(replica.result.error().message, "state[1]@0: schema 9 is not known");
}

TEST_F(PipelineTest, StateAheadOfTheOffsetsIsRefused) {
  auto producer = log_->open_producer("seed").value();
  ByteWriter clock;
  clock.i64(1).i64(0).i64(41);
  ASSERT_TRUE(
      producer->put({.topic = "state", .partition = 2, .key = kClockKey, .value = clock.bytes()})
          .ok());
  auto consumer = log_->join({.group = "seed", .topics = {"in"}}).value();
  const auto given = std::get<log::Assignment>(consumer->poll(milliseconds(100)));
  const std::vector<log::Position> positions = {{.at = {"in", 0}, .next = 0}};
  ASSERT_EQ(producer->commit(positions, *given.membership).outcome, log::Outcome::kCommitted);

  Replica replica(*log_, options("a"));
  std::this_thread::sleep_for(milliseconds(100));
  replica.stop();
  ASSERT_FALSE(replica.result.ok());
  EXPECT_NE(replica.result.error().message.find("the state holds offset 41"), std::string::npos);
}

}  // namespace
}  // namespace sluice::pipeline
