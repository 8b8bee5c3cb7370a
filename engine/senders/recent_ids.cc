#include "engine/senders/recent_ids.h"

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
  number_[key] = first_ + seen_.size();
  seen_.push_back({.key = key, .memo = memo, .time_ms = time_ms});
}

void RecentIds::tidy() {
  while (seen_.size() > capacity_) {
    const auto found = number_.find(seen_.front().key);
    if (found != number_.end() && found->second == first_) number_.erase(found);
    seen_.pop_front();
    ++first_;
  }
}

void RecentIds::commit() {
  tidy();
  committed_ = seen_.size();
}

void RecentIds::rollback() {
  // An entry whose key had an older one can only have been added because the older no longer
  // counted, and it will not count when the same entries are folded again.
  while (seen_.size() > committed_) {
    const auto found = number_.find(seen_.back().key);
    if (found != number_.end() && found->second == first_ + seen_.size() - 1) number_.erase(found);
    seen_.pop_back();
  }
}

}  // namespace sluice::senders
