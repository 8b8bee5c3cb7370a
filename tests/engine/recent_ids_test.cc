// Claim:   a repeat is found within fifteen minutes and the last N ids, and neither tidying,
//          rollbacks nor a restart changes what is found.
// Oracle:  a list of everything ever added, searched from its end (seed 1).

#include "engine/senders/recent_ids.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::senders {
namespace {

constexpr std::size_t kCapacity = 50;

struct Added {
  RecentIds::Key key;
  RecentIds::Memo memo;
  int64_t time_ms = 0;
};

RecentIds::Key key_of(unsigned n) {
  RecentIds::Key key{};
  key[0] = static_cast<char>(n);
  return key;
}

std::optional<RecentIds::Memo> slow_find(const std::vector<Added>& all, const RecentIds::Key& key,
                                         int64_t now) {
  for (std::size_t age = 1; age <= std::min(all.size(), kCapacity); ++age) {
    const Added& added = all[all.size() - age];
    if (added.key != key) continue;
    if (added.time_ms + RecentIds::kWindowMs < now) return std::nullopt;
    return added.memo;
  }
  return std::nullopt;
}

TEST(RecentIds, AgreesWithAListOfAll) {
  std::mt19937 random(1);
  RecentIds recent(kCapacity);
  std::vector<Added> live;
  std::vector<Added> committed;
  int64_t now = 0;
  int64_t committed_now = 0;
  for (int step = 0; step < 200'000; ++step) {
    const auto choice = random() % 40;
    if (choice == 0) {
      recent.commit();
      committed = live;
      committed_now = now;
    } else if (choice == 1) {
      recent.rollback();
      live = committed;
      now = committed_now;
    }
    now += static_cast<int64_t>(random() % 30'000);
    const auto key = key_of(static_cast<unsigned>(random() % 80));
    const auto found = recent.find(key, now);
    ASSERT_EQ(found, slow_find(live, key, now)) << "step " << step;
    if (found) continue;
    RecentIds::Memo memo{};
    memo[0] = static_cast<char>(random());
    recent.add(key, now, memo);
    live.push_back({.key = key, .memo = memo, .time_ms = now});
  }
}

}  // namespace
}  // namespace sluice::senders
