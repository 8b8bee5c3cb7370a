// The messages of the last fifteen minutes, so that a repeat gets the verdict of the first.
//
//   recent.find(key, clock)            the memo of an earlier message, or nothing
//   recent.add(key, time, memo)        rollback() forgets what was added since commit()
//
// Whether an entry still counts depends only on its time and on how many came after it, never on
// when memory was tidied: a replay and a restart see the same.
//
// Bounds:   limits::kRecentIdsMax entries a partition count; the open transaction's come on top.
// Threads:  one at a time.
// Tests:    tests/engine/recent_ids_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "base/hash.h"
#include "base/limits.h"

namespace sluice::senders {

class RecentIds {
 public:
  static constexpr int64_t kWindowMs = int64_t{15} * 60'000;
  static constexpr std::size_t kMemoBytes = 8;

  using Key = std::array<char, 17>;  // message id and ask
  using Memo = std::array<char, kMemoBytes>;

  explicit RecentIds(std::size_t capacity = limits::kRecentIdsMax) : capacity_(capacity) {}

  [[nodiscard]] std::optional<Memo> find(const Key& key, int64_t clock_ms) const;

  // REQUIRES: find(key, time_ms) found nothing.
  void add(const Key& key, int64_t time_ms, const Memo& memo);

  void commit();
  void rollback();

 private:
  struct Seen {
    Key key;
    Memo memo;
    int64_t time_ms = 0;
    std::optional<uint64_t> before;  // the entry of the same key that this one hides
  };

  struct Hash {
    std::size_t operator()(const Key& key) const {
      return keyed_hash(random_hash_key(), {key.data(), key.size()});
    }
  };

  // Drops entries from the front that no later find() can count.
  void tidy();

  std::size_t capacity_;
  std::deque<Seen> seen_;  // in the order of add(); seen_[0] is number first_
  uint64_t first_ = 0;
  std::size_t committed_ = 0;                        // how many of seen_ are committed
  absl::flat_hash_map<Key, uint64_t, Hash> number_;  // the newest entry of a key
};

}  // namespace sluice::senders
