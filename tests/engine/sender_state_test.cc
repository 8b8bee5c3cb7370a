// Claim:   a sender's state counts what it was told, in windows exact to one slot, and reads back
//          bit for bit.
// Oracle:  a list of all events, counted anew each time (seed 1).

#include "engine/senders/sender_state.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/senders/partition_state.h"

namespace sluice::senders {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;

uint64_t events_in(const std::vector<int64_t>& times, int64_t now, int64_t slot_ms, int64_t slots) {
  uint64_t count = 0;
  for (const int64_t time : times) {
    if (time / slot_ms > now / slot_ms - slots) ++count;
  }
  return count;
}

TEST(SenderState, WindowsAgreeWithACountOfAllEvents) {
  std::mt19937 random(1);
  int64_t now = 1'700'000'000'000;
  SenderState state = SenderState::first_seen(now);
  std::vector<int64_t> times;
  for (int i = 0; i < 5'000; ++i) {
    now += static_cast<int64_t>(random() % (random() % 100 == 0 ? 30 * kHour : 4 * kMinute));
    ASSERT_EQ(state.messages_in_last_hour(now), events_in(times, now, 5 * kMinute, 12));
    ASSERT_EQ(state.messages_in_last_day(now), events_in(times, now, kHour, 24));
    ASSERT_EQ(state.recipients_in_last_hour(now), 2 * events_in(times, now, 5 * kMinute, 12));
    ASSERT_EQ(state.recipients_in_last_day(now), 2 * events_in(times, now, kHour, 24));
    state.count_message({.time_ms = now, .recipients = 2, .spam = false});
    times.push_back(now);
  }
  EXPECT_EQ(state.messages, times.size());
  EXPECT_EQ(state.recipients, 2 * times.size());
}

TEST(SenderState, SpamShareFollowsTheMail) {
  SenderState state = SenderState::first_seen(0);
  for (int i = 0; i < 10'000; ++i)
    state.count_message({.time_ms = i, .recipients = 1, .spam = true});
  EXPECT_EQ(state.spam_share, SenderState::kShareUnit);
  for (int i = 0; i < 10'000; ++i)
    state.count_message({.time_ms = i, .recipients = 1, .spam = false});
  EXPECT_EQ(state.spam_share, 0U);
  for (int i = 0; i < 10'000; ++i) {
    state.count_message({.time_ms = i, .recipients = 1, .spam = i % 4 == 0});
  }
  EXPECT_NEAR(state.spam_share, SenderState::kShareUnit / 4.0, SenderState::kShareUnit / 20.0);
}

TEST(SenderState, ReadsBack) {
  SenderState state = SenderState::first_seen(1'700'000'000'000);
  state.keyframe_day = 19'000;
  for (int i = 0; i < 100; ++i) {
    state.count_message(
        {.time_ms = 1'700'000'000'000 + i * kHour, .recipients = 7, .spam = i % 3 == 0});
  }
  const auto read = SenderState::decode(state.encode());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), state);
  EXPECT_EQ(read.value().encode(), state.encode());
}

// Schema 1 had neither window of recipients, which stand last.
TEST(SenderState, OfSchemaOneCountsOneRecipientAMessage) {
  constexpr int64_t kNow = 1'700'000'000'000;
  SenderState state = SenderState::first_seen(kNow);
  for (int i = 0; i < 5; ++i) state.count_message({.time_ms = kNow, .recipients = 7});
  std::string bytes = state.encode();
  bytes[0] = 1;
  EXPECT_FALSE(SenderState::decode(bytes).ok());
  constexpr std::size_t kWindows = 2 * 8 + (12 + 24) * 4;
  const auto read = SenderState::decode(bytes.substr(0, bytes.size() - kWindows));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().messages_in_last_hour(kNow), 5U);
  EXPECT_EQ(read.value().recipients, 35U);
  EXPECT_EQ(read.value().recipients_in_last_hour(kNow), 5U);
  EXPECT_EQ(read.value().recipients_in_last_day(kNow), 5U);
}

TEST(SenderState, RefusesANewerSchemaAndBrokenBytes) {
  std::string bytes = SenderState::first_seen(1).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(SenderState::decode(bytes.substr(0, size)).ok());
  }
  EXPECT_FALSE(SenderState::decode(bytes + "x").ok());
  bytes[0] = 3;
  const auto newer = SenderState::decode(bytes);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().message, "sender state has schema 3, this version reads up to 2");
}

TEST(PartitionState, ReadsBackAndRefusesOthers) {
  const PartitionState state{.clock_ms = 5,
                             .applied_through = 7,
                             .findings = 8,
                             .ticks = 9,
                             .idle_days = 30,
                             .activation_day = 4,
                             .activation = std::string(16, 'a'),
                             .swept = "t/u:x"};
  std::string bytes = state.encode();
  const auto read = PartitionState::decode(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), state);
  EXPECT_FALSE(PartitionState::decode(bytes.substr(1)).ok());
  bytes[0] = 9;
  EXPECT_FALSE(PartitionState::decode(bytes).ok());
}

}  // namespace
}  // namespace sluice::senders
