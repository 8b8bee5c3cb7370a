#include "engine/senders/recent_ids.h"

#include <utility>

namespace sluice::senders {

std::optional<RecentIds::Memo> RecentIds::find(const Key& key, int64_t clock_ms) const {
  const auto found = number_.find(key);
  if (found == number_.end()) return std::nullopt;
  const uint64_t end = first_ + seen_.size();
  if (end - found->second > capacity_) return std::nullopt;
  const Seen& seen = seen_[found->second - first_];
  if (seen.time_ms + kWindowMs < clock_ms) return std::nullopt;
  return seen.memo;
}

void RecentIds::add(const Key& key, int64_t time_ms, const Memo& memo) {
  const uint64_t number = first_ + seen_.size();
  const auto [slot, added] = number_.try_emplace(key, number);
  std::optional<uint64_t> before;
  if (!added) before = std::exchange(slot->second, number);
  seen_.push_back({.key = key, .memo = memo, .time_ms = time_ms, .before = before});
}

void RecentIds::tidy() {
  while (seen_.size() > capacity_) {
    const auto found = number_.find(seen_.front().key);
    if (found->second == first_) number_.erase(found);
    seen_.pop_front();
    ++first_;
  }
}

void RecentIds::commit() {
  tidy();
  committed_ = seen_.size();
}

void RecentIds::rollback() {
  while (seen_.size() > committed_) {
    const Seen& newest = seen_.back();
    if (newest.before) {
      number_[newest.key] = *newest.before;
    } else {
      number_.erase(newest.key);
    }
    seen_.pop_back();
  }
}

}  // namespace sluice::senders
