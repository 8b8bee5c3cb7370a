#include "engine/senders/sender_state.h"

#include <algorithm>
#include <limits>

#include "base/byte_codec.h"

namespace sluice::senders {
namespace {

constexpr uint16_t kSchemaWithoutRecipients = 1;
constexpr int64_t kShareMemory = 32;  // messages until an old one counts for a third

uint32_t saturating_add(uint32_t a, uint32_t b) {
  return a > std::numeric_limits<uint32_t>::max() - b ? std::numeric_limits<uint32_t>::max()
                                                      : a + b;
}

// Moves by at least one unit towards the target, so that a clean sender comes to rest at zero.
uint32_t moved_share(uint32_t share, bool spam) {
  const int64_t target = spam ? SenderState::kShareUnit : 0;
  const int64_t gap = target - static_cast<int64_t>(share);
  const int64_t step = gap / kShareMemory;
  if (step != 0 || gap == 0) return static_cast<uint32_t>(static_cast<int64_t>(share) + step);
  return static_cast<uint32_t>(static_cast<int64_t>(share) + (gap > 0 ? 1 : -1));
}

}  // namespace

template <std::size_t kSlots, int64_t kSlotMs>
void SlidingCount<kSlots, kSlotMs>::add(int64_t time_ms, uint32_t events) {
  const int64_t slot = std::max(newest_, time_ms / kSlotMs);
  const int64_t passed = std::min<int64_t>(slot - newest_, kSlots);
  for (int64_t i = 1; i <= passed; ++i)
    slots_[static_cast<std::size_t>(slot - passed + i) % kSlots] = 0;
  newest_ = slot;
  uint32_t& count = slots_[static_cast<std::size_t>(slot) % kSlots];
  count = saturating_add(count, events);
}

template <std::size_t kSlots, int64_t kSlotMs>
uint64_t SlidingCount<kSlots, kSlotMs>::total(int64_t time_ms) const {
  const int64_t now = std::max(newest_, time_ms / kSlotMs);
  const auto window = static_cast<int64_t>(kSlots);
  uint64_t sum = 0;
  for (int64_t slot = std::max<int64_t>(0, now - window + 1); slot <= newest_; ++slot) {
    sum += slots_[static_cast<std::size_t>(slot) % kSlots];
  }
  return sum;
}

template class SlidingCount<12, int64_t{5} * 60'000>;
template class SlidingCount<24, int64_t{60} * 60'000>;

SenderState SenderState::first_seen(int64_t time_ms) {
  SenderState state;
  state.first_seen_ms = time_ms;
  state.last_seen_ms = time_ms;
  return state;
}

void SenderState::count_message(const CountedMessage& message) {
  count_arrival(message.time_ms, message.recipients);
  count_judgement(message.spam);
}

void SenderState::count_arrival(int64_t time_ms, uint32_t message_recipients) {
  last_seen_ms = std::max(last_seen_ms, time_ms);
  ++messages;
  recipients += message_recipients;
  hour.add(time_ms, 1);
  day.add(time_ms, 1);
  recipient_hour.add(time_ms, message_recipients);
  recipient_day.add(time_ms, message_recipients);
}

void SenderState::count_judgement(bool judged_spam) {
  if (judged_spam) ++spam;
  spam_share = moved_share(spam_share, judged_spam);
}

template <typename Window>
void SenderState::write(const Window& window, ByteWriter& out) {
  out.i64(window.newest_);
  for (const uint32_t count : window.slots_) out.u32(count);
}

template <typename Window>
void SenderState::read(ByteReader& in, Window& window) {
  window.newest_ = in.i64();
  for (uint32_t& count : window.slots_) count = in.u32();
}

std::string SenderState::encode() const {
  ByteWriter out;
  out.u16(kSchema).i64(first_seen_ms).i64(last_seen_ms).i64(keyframe_day);
  out.u64(messages).u64(recipients).u64(spam).u32(spam_share);
  write(hour, out);
  write(day, out);
  write(recipient_hour, out);
  write(recipient_day, out);
  return out.bytes();
}

Result<SenderState> SenderState::decode(std::string_view bytes) {
  ByteReader in(bytes);
  const uint16_t schema = in.u16();
  if (schema > kSchema) {
    return Error{ErrorCode::kCorrupt, "sender state has schema " + std::to_string(schema) +
                                          ", this version reads up to " + std::to_string(kSchema)};
  }
  SenderState state;
  state.first_seen_ms = in.i64();
  state.last_seen_ms = in.i64();
  state.keyframe_day = in.i64();
  state.messages = in.u64();
  state.recipients = in.u64();
  state.spam = in.u64();
  state.spam_share = in.u32();
  read(in, state.hour);
  read(in, state.day);
  state.recipient_hour = state.hour;
  state.recipient_day = state.day;
  if (schema != kSchemaWithoutRecipients) {
    read(in, state.recipient_hour);
    read(in, state.recipient_day);
  }
  if (schema == 0 || !in.complete()) return Error{ErrorCode::kCorrupt, "sender state: bad length"};
  return state;
}

}  // namespace sluice::senders
