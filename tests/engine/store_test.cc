// Claim:   a Store holds what was put, and rollback() gives back exactly the last committed
// content. Oracle:  two std::maps, on random operations from seed 1.

#include "engine/pipeline/store.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::pipeline {
namespace {

using Model = std::map<std::string, std::string>;

Model content(const Store& store) {
  Model all;
  store.sweep("", store.size(),
              [&all](std::string_view key, std::string_view value) { all.emplace(key, value); });
  return all;
}

// What a reader of the changelog would hold after `store` had written its changes.
void apply_changes(const Store& store, Model& changelog) {
  store.for_each_change([&changelog](std::string_view key, std::optional<std::string_view> value) {
    if (value) {
      changelog[std::string(key)] = *value;
    } else {
      changelog.erase(std::string(key));
    }
  });
}

TEST(Store, AgreesWithAMapThroughCommitsAndRollbacks) {
  std::mt19937 random(1);
  Store store;
  Model live;
  Model committed;
  for (int step = 0; step < 100'000; ++step) {
    const std::string key = std::to_string(random() % 40);
    switch (random() % 12) {
      case 0:
        apply_changes(store, committed);
        ASSERT_EQ(committed, live);
        store.commit();
        break;
      case 1:
        store.rollback();
        live = committed;
        break;
      case 2:
      case 3:
        store.erase(key);
        live.erase(key);
        break;
      default:
        live[key] = std::to_string(random());
        store.put(key, live[key]);
    }
    ASSERT_EQ(store.size(), live.size());
    const auto found = store.get(key);
    ASSERT_EQ(found.has_value(), live.contains(key));
    if (found) {
      ASSERT_EQ(*found, live[key]);
    }
    if (step % 100 == 0) {
      ASSERT_EQ(content(store), live);
    }
  }
}

TEST(Store, SweepGoesRoundInOrder) {
  Store store;
  for (const char* key : {"d", "a", "c", "b"}) store.put(key, key);
  std::string seen;
  const auto visit = [&seen](std::string_view key, std::string_view) { seen += key; };
  EXPECT_EQ(store.sweep("", 3, visit), "c");
  EXPECT_EQ(store.sweep("c", 3, visit), "b");
  EXPECT_EQ(seen, "abcdab");
}

TEST(Store, SweepVisitsEachKeyOnceAtMost) {
  Store store;
  store.put("a", "1");
  int visits = 0;
  EXPECT_EQ(store.sweep("zzz", 10, [&visits](auto, auto) { ++visits; }), "a");
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace sluice::pipeline
