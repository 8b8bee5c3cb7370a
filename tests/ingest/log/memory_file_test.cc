// Claim:   what was committed to a memory log with a directory is there when it is opened again, at
//          the same offsets; what was not is not; a cut or damaged file never passes for a whole
//          one.
// Oracle:  the log before it was closed; and for cuts, every prefix of a file: it opens, and shows
// a
//          prefix of what was committed.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "ingest/log/memory_log.h"
#include "tests/ingest/log/log_fixture.h"
#include "tests/support/temp_dir.h"

namespace sluice::log {
namespace {

using Strings = std::vector<std::string>;

std::unique_ptr<MemoryLog> open_log(const std::filesystem::path& directory) {
  auto log = MemoryLog::open({.directory = directory.string()});
  EXPECT_TRUE(log.ok()) << (log.ok() ? "" : log.error().message);
  return log.ok() ? std::move(log).value() : nullptr;
}

void create(Log& log, const std::string& name, Cleanup cleanup = Cleanup::kDelete) {
  const TopicSpec spec{.name = name, .partitions = 2, .cleanup = cleanup};
  ASSERT_TRUE(log.create_topics(std::span(&spec, 1)).ok());
}

// "offset:key=value" of everything in partition 0 of `topic`.
Strings contents(Log& log, const std::string& topic) {
  auto reader = std::move(log.open_reader()).value();
  const Position begin{.at = {topic, 0}, .next = kBeginning};
  EXPECT_TRUE(reader->seek(std::span(&begin, 1)).ok());
  Strings found;
  while (true) {
    Event event = reader->poll(0ms);
    const auto* const record = std::get_if<Record>(&event);
    if (record == nullptr) return found;
    found.push_back(std::to_string(record->offset) + ":" + std::string(record->key) + "=" +
                    (record->tombstone ? "-" : std::string(record->value)));
  }
}

Offset committed(Log& log, const std::string& group) {
  auto consumer = std::move(log.join({.group = group, .topics = {"in"}})).value();
  const TopicPartition at{"in", 0};
  return consumer->committed(std::span(&at, 1), 0ms).value()[0].next;
}

// Three transactions of one record each: committed, aborted, committed; and one left open.
void fill(Log& log) {
  create(log, "in");
  create(log, "out");
  auto consumer = std::move(log.join({.group = "g", .topics = {"in"}})).value();
  auto given = begin(*consumer);
  ASSERT_TRUE(given);
  auto producer = std::move(log.open_producer("p")).value();
  for (const int i : {0, 1, 2}) {
    ASSERT_TRUE(put(*producer, "out", "k", std::to_string(i)).ok());
    if (i == 1) {
      ASSERT_EQ(producer->abort().outcome, Outcome::kAborted);
      continue;
    }
    const Position position{.at = {"in", 0}, .next = i + 10};
    ASSERT_EQ(producer->commit(std::span(&position, 1), *given->membership).outcome,
              Outcome::kCommitted);
  }
  ASSERT_TRUE(put(*producer, "out", "k", "open").ok());
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(MemoryFile, CommittedRecordsOffsetsAndTopicsComeBack) {
  const test::TempDir directory;
  {
    auto log = open_log(directory.path());
    fill(*log);
    EXPECT_EQ(contents(*log, "out"), (Strings{"0:k=0", "4:k=2"}));
  }
  for (int life = 0; life < 2; ++life) {
    auto log = open_log(directory.path());
    EXPECT_EQ(contents(*log, "out"), (Strings{"0:k=0", "4:k=2"}));
    EXPECT_EQ(committed(*log, "g"), 12);
    EXPECT_EQ(log->describe_topic("out").value().partitions, 2);
  }
}

TEST(MemoryFile, OffsetsGoOnBehindTheOpenTransactionThatWasAborted) {
  const test::TempDir directory;
  fill(*open_log(directory.path()));
  auto log = open_log(directory.path());
  auto appender = std::move(log->open_appender()).value();
  std::string key = "a";
  while (partition_of(key, 2) != 0) key += "a";
  ASSERT_TRUE(appender->append({.topic = "out", .key = key, .value = "new"}).ok());
  EXPECT_EQ(contents(*log, "out").back(), "8:" + key + "=new");
}

TEST(MemoryFile, KeysTombstonesEmptyValuesAndHeadersComeBack) {
  const test::TempDir directory;
  const Header headers[] = {{"a", "1"}, {"a", std::string_view("\0", 1)}};
  {
    auto log = open_log(directory.path());
    const TopicSpec spec{.name = "one"};
    ASSERT_TRUE(log->create_topics(std::span(&spec, 1)).ok());
    auto appender = std::move(log->open_appender()).value();
    ASSERT_TRUE(appender->append({.topic = "one", .key = "k", .headers = headers}).ok());
    ASSERT_TRUE(appender->append({.topic = "one", .value = ""}).ok());
  }
  auto log = open_log(directory.path());
  auto reader = std::move(log->open_reader()).value();
  const Position begin{.at = {"one", 0}, .next = kBeginning};
  ASSERT_TRUE(reader->seek(std::span(&begin, 1)).ok());
  const auto first = await<Record>(*reader);
  EXPECT_TRUE(first->tombstone);
  EXPECT_EQ(first->handle->header("a"), std::string_view("\0", 1));
  const auto second = await<Record>(*reader);
  EXPECT_FALSE(second->tombstone);
  EXPECT_FALSE(second->has_key);
  EXPECT_EQ(second->value, "");
}

TEST(MemoryFile, CompactedTopicsAreCompactAfterOpening) {
  const test::TempDir directory;
  {
    auto log = open_log(directory.path());
    create(*log, "state", Cleanup::kCompact);
    auto appender = std::move(log->open_appender()).value();
    std::string key = "a";
    while (partition_of(key, 2) != 0) key += "a";
    for (int i = 0; i < 5; ++i) {
      const std::string value = std::to_string(i);
      ASSERT_TRUE(appender->append({.topic = "state", .key = key, .value = value}).ok());
    }
  }
  auto log = open_log(directory.path());
  ASSERT_EQ(contents(*log, "state").size(), 1U);
  EXPECT_EQ(contents(*log, "state")[0].substr(0, 2), "4:");
  EXPECT_EQ(log->bytes(), contents(*log, "state")[0].size() - 3);
}

TEST(MemoryFile, EveryCutOfTheFileIsAPrefixOfWhatWasCommitted) {
  const test::TempDir directory;
  fill(*open_log(directory.path()));
  const std::string whole = read_all(directory.path() / "log");
  const Strings all = {"0:k=0", "4:k=2"};
  std::size_t longest = 0;
  // A file of less than its first frame is not ours; that frame is 8 + 1 + 4 + 19 bytes.
  for (std::size_t size = 32; size <= whole.size(); ++size) {
    write_all(directory.path() / "log", std::string_view(whole).substr(0, size));
    auto log = open_log(directory.path());
    ASSERT_NE(log, nullptr) << "cut at " << size;
    if (!log->describe_topic("out").ok()) continue;
    const Strings found = contents(*log, "out");
    ASSERT_LE(found.size(), all.size());
    ASSERT_TRUE(std::equal(found.begin(), found.end(), all.begin())) << "cut at " << size;
    ASSERT_GE(found.size(), longest);
    longest = found.size();
    const Offset expected[] = {kNoOffset, 10, 12};
    ASSERT_EQ(committed(*log, "g"), expected[found.size()]) << "cut at " << size;
  }
  EXPECT_EQ(longest, all.size());
}

TEST(MemoryFile, DamageInTheMiddleIsRefused) {
  const test::TempDir directory;
  fill(*open_log(directory.path()));
  std::string bytes = read_all(directory.path() / "log");
  bytes[60] = static_cast<char>(bytes[60] ^ 1);
  write_all(directory.path() / "log", bytes);
  const auto refused = MemoryLog::open({.directory = directory.path().string()});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
}

TEST(MemoryFile, FileThatIsNotOursIsRefusedAndLeftAlone) {
  const test::TempDir directory;
  const std::string theirs = "a file of somebody else, long enough to be a frame";
  write_all(directory.path() / "log", theirs);
  const auto refused = MemoryLog::open({.directory = directory.path().string()});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_all(directory.path() / "log"), theirs);
}

TEST(MemoryFile, SecondProcessIsRefused) {
  const test::TempDir directory;
  const auto log = open_log(directory.path());
  const auto second = MemoryLog::open({.directory = directory.path().string()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace sluice::log
