// Claim:   faults asked of the memory log happen once each and do what their names say; expelled
//          members lose everything; compaction keeps the newest of each key at its offset.
// Oracle:  what readers see, and the committed positions.

#include <gtest/gtest.h>

#include "tests/ingest/log/log_fixture.h"

namespace sluice::log {
namespace {

using Strings = std::vector<std::string>;

class MemoryLogTest : public LogFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(open(Kind::kMemory));
    in_ = make_topic("in");
    out_ = make_topic("out");
    consumer_ = join("group", {in_});
    given_ = *begin(*consumer_);
    producer_ = producer("id");
  }

  Outcome write_and_commit(std::string_view value, Offset next) {
    EXPECT_TRUE(put(*producer_, out_, "k", value).ok());
    const Position position{.at = {in_, 0}, .next = next};
    return producer_->commit(std::span(&position, 1), *given_.membership).outcome;
  }

  Offset committed() { return consumer_->committed(given_.partitions, 0ms).value()[0].next; }

  Strings written() { return take_for(*reader(out_), 50ms); }

  std::string in_;
  std::string out_;
  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<Producer> producer_;
  Assignment given_;
};

TEST_F(MemoryLogTest, UnknownMayHaveBeenDone) {
  memory().inject(Fault::kCommitUnknownDone);
  EXPECT_EQ(write_and_commit("done", 5), Outcome::kUnknown);
  producer_ = producer("id");
  EXPECT_EQ(committed(), 5);
  EXPECT_EQ(written(), Strings{"k=done"});
}

TEST_F(MemoryLogTest, UnknownMayNotHaveBeenDone) {
  memory().inject(Fault::kCommitUnknownNotDone);
  EXPECT_EQ(write_and_commit("not done", 5), Outcome::kUnknown);
  EXPECT_EQ(written(), Strings{});
  producer_ = producer("id");
  EXPECT_EQ(committed(), kNoOffset);
  EXPECT_EQ(write_and_commit("again", 5), Outcome::kCommitted);
  EXPECT_EQ(written(), Strings{"k=again"});
}

TEST_F(MemoryLogTest, AbortsFencesAndRefusedPutsHappenOnce) {
  memory().inject(Fault::kCommitAborts);
  EXPECT_EQ(write_and_commit("aborted", 5), Outcome::kAborted);
  memory().inject(Fault::kPutFails);
  EXPECT_FALSE(put(*producer_, out_, "k", "refused").ok());
  EXPECT_EQ(producer_->abort().outcome, Outcome::kAborted);
  EXPECT_EQ(write_and_commit("kept", 6), Outcome::kCommitted);
  memory().inject(Fault::kFenced);
  EXPECT_EQ(write_and_commit("fenced", 7), Outcome::kFenced);
  EXPECT_FALSE(put(*producer_, out_, "k", "late").ok());
  EXPECT_EQ(written(), Strings{"k=kept"});
  EXPECT_EQ(committed(), 6);
}

TEST_F(MemoryLogTest, ExpelledMemberLosesEverythingAndJoinsAgain) {
  memory().expel("group");
  const auto taken = await<Revocation>(*consumer_);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->lost);
  EXPECT_EQ(write_and_commit("zombie", 5), Outcome::kAborted);
  ASSERT_TRUE(consumer_->release().ok());
  given_ = *begin(*consumer_);
  EXPECT_EQ(write_and_commit("member", 6), Outcome::kCommitted);
  EXPECT_EQ(written(), Strings{"k=member"});
}

TEST_F(MemoryLogTest, CompactionKeepsTheNewestOfEachKeyAtItsOffset) {
  const std::string state = make_topic("state", 1, Cleanup::kCompact);
  auto appender = std::move(log().open_appender()).value();
  const auto append = [&](std::string_view key, std::optional<std::string_view> value) {
    ASSERT_TRUE(appender->append({.topic = state, .key = key, .value = value}).ok());
  };
  append("a", "1");
  append("b", "1");
  append("a", "2");
  append("b", std::nullopt);
  // What is still open is not touched, nor does it make older records obsolete.
  ASSERT_TRUE(put(*producer_, state, "a", "open").ok());
  memory().compact();
  auto from = reader(state);
  const auto kept = await<Record>(*from);
  EXPECT_EQ(kept->value, "2");
  EXPECT_EQ(kept->offset, 2);
  const Position position{.at = {in_, 0}, .next = 1};
  ASSERT_EQ(producer_->commit(std::span(&position, 1), *given_.membership).outcome,
            Outcome::kCommitted);
  EXPECT_EQ(take(*from, 1), Strings{"a=open"});
  memory().compact();
  EXPECT_EQ(take_for(*reader(state), 50ms), Strings{"a=open"});
  EXPECT_EQ(memory().bytes(), 5U);
}

TEST_F(MemoryLogTest, FullLogRefusesAndKeepsWhatItHas) {
  auto small = std::move(MemoryLog::open({.bytes_max = 100})).value();
  const TopicSpec spec{.name = "out"};
  ASSERT_TRUE(small->create_topics(std::span(&spec, 1)).ok());
  auto appender = std::move(small->open_appender()).value();
  ASSERT_TRUE(appender->append({.topic = "out", .key = "k", .value = std::string(90, 'v')}).ok());
  const Status refused = appender->append({.topic = "out", .key = "k", .value = "0123456789"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(small->bytes(), 91U);
}

}  // namespace
}  // namespace sluice::log
