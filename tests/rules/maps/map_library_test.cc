// Claim:   a map follows its file: a good file takes the place of the old one between two messages,
//          a bad or missing one does not; nobody who looks things up meanwhile sees half of it.
// Oracle:  by hand; under ThreadSanitizer, its word.

#include "rules/maps/map_library.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/rules/maps/map_folder.h"

namespace sluice::rules {
namespace {

class Library : public testing::Test {
 protected:
  std::shared_ptr<LiveMap> open(MapKind kind = MapKind::kDomains) {
    faults_.clear();
    return library_.open(folder_.path("map.txt"), kind, faults_);
  }

  std::vector<MapReport> refresh() {
    std::vector<MapReport> reports;
    library_.refresh(reports);
    return reports;
  }

  static bool has(const LiveMap& map, std::string_view host) {
    return map.table()->has(LookupType::kHost, host);
  }

  test::MapFolder folder_;
  MapLibrary library_;
  Diagnostics faults_;
};

TEST_F(Library, AFileIsLoadedOnceForAllWhoUseIt) {
  folder_.write("map.txt", "one.example\n");
  const auto map = open();
  ASSERT_NE(map, nullptr);
  EXPECT_EQ(open(), map);
  EXPECT_EQ(map->generation(), 1U);
  EXPECT_NE(open(MapKind::kHosts), map);
}

TEST_F(Library, AChangedFileTakesThePlaceOfTheOldOne) {
  folder_.write("map.txt", "one.example\n");
  const auto map = open();
  MapView view;
  EXPECT_TRUE(view.update(*map));
  EXPECT_FALSE(view.update(*map));
  EXPECT_TRUE(refresh().empty());

  folder_.write("map.txt", "two.example\nthree.example\n");
  const auto reports = refresh();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].accepted);
  EXPECT_EQ(reports[0].entries, 2U);
  EXPECT_EQ(reports[0].digest, map->table()->digest());
  EXPECT_TRUE(view.table().has(LookupType::kHost, "one.example"));  // until the next message
  EXPECT_TRUE(view.update(*map));
  EXPECT_FALSE(view.table().has(LookupType::kHost, "one.example"));
  EXPECT_TRUE(view.table().has(LookupType::kHost, "two.example"));
  EXPECT_TRUE(refresh().empty());
}

TEST_F(Library, ABrokenFileKeepsTheOldOneAndSaysSoOnce) {
  folder_.write("map.txt", "one.example\n");
  const auto map = open();
  folder_.write("map.txt", "two.example\nbad..example\n");
  const auto reports = refresh();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_FALSE(reports[0].accepted);
  ASSERT_EQ(reports[0].diagnostics.size(), 2U);
  EXPECT_EQ(to_string(reports[0].diagnostics[0]),
            folder_.path("map.txt") + ":2:5: warning: a label is missing before this dot");
  EXPECT_TRUE(has(*map, "one.example"));
  EXPECT_FALSE(has(*map, "two.example"));
  EXPECT_TRUE(refresh().empty());
  EXPECT_EQ(map->generation(), 1U);
}

TEST_F(Library, AVanishedFileKeepsTheOldOneAndMayComeBack) {
  folder_.write("map.txt", "one.example\n");
  const auto map = open();
  std::filesystem::remove(folder_.path("map.txt"));
  ASSERT_EQ(refresh().size(), 1U);
  EXPECT_TRUE(refresh().empty());
  EXPECT_TRUE(has(*map, "one.example"));
  folder_.write("map.txt", "two.example\n");
  EXPECT_TRUE(refresh().at(0).accepted);
  EXPECT_TRUE(has(*map, "two.example"));
}

TEST_F(Library, AMapThatNeverWasGoodIsAnErrorOneThatWasAWarning) {
  folder_.write("map.txt", "bad..example\n");
  EXPECT_EQ(open(), nullptr);
  EXPECT_TRUE(has_errors(faults_));

  folder_.write("map.txt", "one.example\n");
  const auto map = open();
  folder_.write("map.txt", "bad..example\n");
  EXPECT_EQ(open(), map);
  EXPECT_FALSE(has_errors(faults_));
  EXPECT_EQ(faults_.size(), 2U);
  EXPECT_TRUE(has(*map, "one.example"));
}

TEST_F(Library, TellsOnceThatARefusedFileChanged) {
  EXPECT_EQ(open(), nullptr);
  EXPECT_FALSE(library_.refused_file_changed());
  folder_.write("map.txt", "bad..example\n");
  EXPECT_TRUE(library_.refused_file_changed());
  EXPECT_FALSE(library_.refused_file_changed());
  EXPECT_EQ(open(), nullptr);
  folder_.write("map.txt", "one.example\n");
  EXPECT_NE(open(), nullptr);
  EXPECT_FALSE(library_.refused_file_changed());
}

TEST_F(Library, AMapThatNobodyUsesIsLetGo) {
  folder_.write("map.txt", "one.example\n");
  const std::weak_ptr<LiveMap> map = open();
  EXPECT_TRUE(map.expired());
  folder_.write("map.txt", "two.example\n");
  EXPECT_TRUE(refresh().empty());
}

// Counts `torn` when some, but not all, of one letter's hosts are in the map.
void look_up_until(const std::atomic<bool>& stop, const LiveMap& map, std::atomic<int>& torn) {
  MapView view;
  while (!stop) {
    view.update(map);
    int found = 0;
    for (const char* const host : {"a0.example", "a499.example", "b0.example", "b499.example"}) {
      if (view.table().has(LookupType::kHost, host)) found += host[0] == 'a' ? 1 : 10;
    }
    if (found != 2 && found != 20) ++torn;
  }
}

// Each file holds hosts of one letter: whoever looks up sees all of one or none.
TEST_F(Library, LookUpsNextToAReloadSeeOneFileOrTheOther) {
  const auto text = [](char letter) {
    std::string out;
    for (int i = 0; i < 500; ++i) out += letter + std::to_string(i) + ".example\n";
    return out;
  };
  folder_.write("map.txt", text('a'));
  const auto map = open();
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> workers;
  for (int w = 0; w < 3; ++w) {
    workers.emplace_back([&] { look_up_until(stop, *map, torn); });
  }
  for (int i = 0; i < 30; ++i) {
    folder_.write("map.txt", text(i % 2 == 0 ? 'b' : 'a'));
    EXPECT_EQ(refresh().size(), 1U);
  }
  stop = true;
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(torn, 0);
  EXPECT_TRUE(has(*map, "a0.example"));
}

}  // namespace
}  // namespace sluice::rules
