// What Sluice knows of one sender: a few integers, folded message by message.
//
//   SenderState state = SenderState::first_seen(time_ms);
//   state.count_message({.time_ms = t, .recipients = 3, .spam = false});
//   state.messages_in_last_hour(t) == 1
//
// Rates are counted in slots (12 of five minutes, 24 of one hour), so that a rate is exact to one
// slot and needs no decay arithmetic. The spam share is a running mean over about the last 32
// messages, in millionths. Integers only: the same entries give the same bytes on every machine.
//
// Failure:  decode() refuses a newer schema and bytes that are no state.
// Bounds:   a fixed size, whatever the sender does; counters stop at their maximum.
// Tests:    tests/engine/sender_state_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_codec.h"
#include "base/result.h"

namespace sluice::senders {

// Counts events in the last `kSlots` slots of `kSlotMs` each, the current one included.
template <std::size_t kSlots, int64_t kSlotMs>
class SlidingCount {
 public:
  void add(int64_t time_ms, uint32_t events);

  // Events in the window that ends with the slot of `time_ms`.
  [[nodiscard]] uint64_t total(int64_t time_ms) const;

  bool operator==(const SlidingCount&) const = default;

 private:
  friend struct SenderState;

  int64_t newest_ = 0;  // number of the slot written last
  std::array<uint32_t, kSlots> slots_{};
};

struct SenderState {
  static constexpr uint16_t kSchema = 2;
  static constexpr uint32_t kShareUnit = 1'000'000;  // a share of 1

  int64_t first_seen_ms = 0;
  int64_t last_seen_ms = 0;
  int64_t keyframe_day = -1;  // the last day (ms / 86,400,000) that has a keyframe in the journal
  uint64_t messages = 0;
  uint64_t recipients = 0;
  uint64_t spam = 0;        // messages whose score reached the spam limit
  uint32_t spam_share = 0;  // running, of kShareUnit
  SlidingCount<12, int64_t{5} * 60'000> hour;
  SlidingCount<24, int64_t{60} * 60'000> day;
  SlidingCount<12, int64_t{5} * 60'000> recipient_hour;
  SlidingCount<24, int64_t{60} * 60'000> recipient_day;

  static SenderState first_seen(int64_t time_ms);

  struct CountedMessage {
    int64_t time_ms = 0;
    uint32_t recipients = 0;
    bool spam = false;
  };

  void count_message(const CountedMessage& message);

  // count_message() in two steps: the message as it comes in, and what became of it.
  void count_arrival(int64_t time_ms, uint32_t message_recipients);
  void count_judgement(bool judged_spam);

  [[nodiscard]] uint64_t messages_in_last_hour(int64_t time_ms) const {
    return hour.total(time_ms);
  }

  [[nodiscard]] uint64_t messages_in_last_day(int64_t time_ms) const { return day.total(time_ms); }

  [[nodiscard]] uint64_t recipients_in_last_hour(int64_t time_ms) const {
    return recipient_hour.total(time_ms);
  }

  [[nodiscard]] uint64_t recipients_in_last_day(int64_t time_ms) const {
    return recipient_day.total(time_ms);
  }

  [[nodiscard]] std::string encode() const;

  // Of schema 1 as well, which did not count recipients in windows: each message had at least one.
  static Result<SenderState> decode(std::string_view bytes);

  bool operator==(const SenderState&) const = default;

 private:
  template <typename Window>
  static void write(const Window& window, ByteWriter& out);
  template <typename Window>
  static void read(ByteReader& in, Window& window);
};

}  // namespace sluice::senders
