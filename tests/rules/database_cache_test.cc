// Claim:   a cache of databases grows no larger than it may, and loses first what nobody used.
// Oracle:  files whose ages and sizes are set here.

#include "rules/patterns/database_cache.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

using Sources = std::vector<HyperscanPattern>;

class DatabaseCacheTest : public testing::Test {
 protected:
  DatabaseCacheTest() : cache_(open()) {}

  // Compiled, stored, and last used so long ago.
  void store(const Sources& sources, hours ago) {
    std::optional<std::size_t> refused;
    const Result<Database> database = Database::compile(sources, refused);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(cache_.store(sources, database.value()).ok());
    set_age(cache_.path_of(sources), ago);
  }

  static void set_age(const fs::path& path, hours age) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
  }

  [[nodiscard]] bool has(const Sources& sources) const { return cache_.load(sources).has_value(); }

  [[nodiscard]] std::size_t size_of(const Sources& sources) const {
    return fs::file_size(cache_.path_of(sources));
  }

  [[nodiscard]] fs::path folder() const { return folder_.path() / "cache"; }

  const Sources one_ = {{"zebra", 0}};
  const Sources two_ = {{"quagga", 0}};
  const Sources three_ = {{"okapi", 0}};

  [[nodiscard]] DatabaseCache open() const {
    Result<DatabaseCache> cache = DatabaseCache::open(folder().string());
    EXPECT_TRUE(cache.ok());
    return std::move(cache).value();
  }

  sluice::test::TempDir folder_;
  DatabaseCache cache_;
};

TEST_F(DatabaseCacheTest, LosesFirstWhatWasNotUsedForLongest) {
  store(one_, hours(3));
  store(two_, hours(9));
  store(three_, hours(6));
  cache_.trim(size_of(one_) + size_of(two_) + size_of(three_));
  EXPECT_TRUE(fs::exists(cache_.path_of(two_)));
  cache_.trim(size_of(one_) + size_of(two_) + size_of(three_) - 1);
  EXPECT_FALSE(has(two_));
  cache_.trim(size_of(one_));
  EXPECT_FALSE(has(three_));
  EXPECT_TRUE(has(one_));
  cache_.trim(0);
  EXPECT_FALSE(has(one_));
}

TEST_F(DatabaseCacheTest, KnowsWhatWasLoaded) {
  store(one_, hours(9));
  store(two_, hours(3));
  EXPECT_TRUE(has(one_));
  cache_.trim(size_of(one_));
  EXPECT_TRUE(has(one_));
  EXPECT_FALSE(has(two_));
}

// Other processes may be writing the younger one.
TEST_F(DatabaseCacheTest, RemovesOnlyWhatItWrote) {
  const std::vector<std::string> names = {"new.hsdb.1.tmp", "old.hsdb.2.tmp", "choices.dat",
                                          "notes.txt"};
  for (const std::string& name : names) std::ofstream(folder() / name) << "bytes";
  set_age(folder() / "old.hsdb.2.tmp", hours(2));
  cache_.trim(0);
  EXPECT_TRUE(fs::exists(folder() / "new.hsdb.1.tmp"));
  EXPECT_FALSE(fs::exists(folder() / "old.hsdb.2.tmp"));
  EXPECT_TRUE(fs::exists(folder() / "choices.dat"));
  EXPECT_TRUE(fs::exists(folder() / "notes.txt"));
  EXPECT_TRUE(fs::exists(folder() / "cache.key"));
  EXPECT_TRUE(DatabaseCache::open(folder().string()).ok());
}

}  // namespace
}  // namespace sluice::rules
