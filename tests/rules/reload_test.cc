// Claim:   the cache gives back only what it stored under this key, for these patterns, unchanged;
//          it refuses a directory that others can write. A reload swaps the set only for one that
//          compiles and passes its tests, also while others read it.
// Oracle:  by hand: files written, spoiled and put right in a temporary directory.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <hs/hs.h>
#include <sys/stat.h>

#include "rules/patterns/database_cache.h"
#include "rules/reloader.h"
#include "tests/rules/test_mail.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

class Reload : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sluice-rules-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }

  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  // So that nobody reads half of it.
  void replace(const std::string& name, const std::string& text) const {
    write(name + ".new", text);
    fs::rename(path(name + ".new"), path(name));
  }

  fs::path folder_;
};

const std::vector<HyperscanPattern> kPatterns = {{"foo+", HS_FLAG_CASELESS}, {"bar", 0}};

Database compiled() {
  std::optional<std::size_t> refused;
  Result<Database> database = Database::compile(kPatterns, refused);
  EXPECT_TRUE(database.ok());
  return std::move(database).value();
}

using Cache = Reload;

TEST_F(Cache, GivesBackWhatItStored) {
  const auto cache = DatabaseCache::open(path("cache"));
  ASSERT_TRUE(cache.ok()) << cache.error().message;
  EXPECT_FALSE(cache.value().load(kPatterns).has_value());
  ASSERT_TRUE(cache.value().store(kPatterns, compiled()).ok());
  const auto loaded = cache.value().load(kPatterns);
  ASSERT_TRUE(loaded.has_value());
  HyperscanScratch scratch;
  ASSERT_TRUE(loaded->grow(scratch).ok());
  int found = 0;
  const auto count = [](unsigned, std::size_t, void* n) { return ++*static_cast<int*>(n) < 0; };
  EXPECT_EQ(loaded->scan("FOO bar", scratch, count, &found), HyperscanOutcome::kDone);
  EXPECT_EQ(found, 2);
  EXPECT_EQ(fs::status(path("cache/cache.key")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Cache, KnowsOtherPatternsAndFlagsApart) {
  const auto cache = DatabaseCache::open(path("cache"));
  ASSERT_TRUE(cache.value().store(kPatterns, compiled()).ok());
  EXPECT_FALSE(cache.value().load(std::vector<HyperscanPattern>{{"foo+", 0}, {"bar", 0}}));
  EXPECT_FALSE(cache.value().load(std::vector<HyperscanPattern>{{"bar", 0}, {"foo+", 1}}));
}

TEST_F(Cache, TrustsNoChangedByte) {
  const auto cache = DatabaseCache::open(path("cache"));
  ASSERT_TRUE(cache.value().store(kPatterns, compiled()).ok());
  const std::string file = cache.value().path_of(kPatterns);
  const std::string good = sluice::test::read_file(file);
  for (std::size_t at = 0; at < good.size(); at += at < 64 ? 1 : 41) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(file, std::ios::binary) << bad;
    ASSERT_FALSE(cache.value().load(kPatterns).has_value()) << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, good.size() - 1}) {
    std::ofstream(file, std::ios::binary) << good.substr(0, size);
    EXPECT_FALSE(cache.value().load(kPatterns).has_value()) << "cut to " << size;
  }
  std::ofstream(file, std::ios::binary) << good + "x";
  EXPECT_FALSE(cache.value().load(kPatterns).has_value());
  std::ofstream(file, std::ios::binary) << good;
  EXPECT_TRUE(cache.value().load(kPatterns).has_value());
}

TEST_F(Cache, TrustsNoOtherKey) {
  const auto cache = DatabaseCache::open(path("cache"));
  ASSERT_TRUE(cache.value().store(kPatterns, compiled()).ok());
  const std::string old = cache.value().path_of(kPatterns);
  fs::remove(path("cache/cache.key"));
  const auto other = DatabaseCache::open(path("cache"));
  fs::rename(old, other.value().path_of(kPatterns));
  EXPECT_FALSE(other.value().load(kPatterns).has_value());
}

TEST_F(Cache, RefusesWhatOthersCanWriteOrRead) {
  ASSERT_TRUE(DatabaseCache::open(path("cache")).ok());
  fs::permissions(path("cache/cache.key"), fs::perms::group_read, fs::perm_options::add);
  EXPECT_FALSE(DatabaseCache::open(path("cache")).ok());
  fs::permissions(path("cache/cache.key"), fs::perms::group_read, fs::perm_options::remove);
  fs::permissions(path("cache"), fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(DatabaseCache::open(path("cache")).ok());
  write("file", "");
  EXPECT_FALSE(DatabaseCache::open(path("file")).ok());
  fs::create_symlink(path("cache"), path("link"));
  EXPECT_FALSE(DatabaseCache::open(path("link")).ok());
}

TEST_F(Cache, ServesACompilation) {
  const std::vector<RuleFile> files = {{"a.cf", "body A /abc/\nuri B /def/\n"}};
  for (int run = 0; run < 2; ++run) {
    Diagnostics diagnostics;
    const auto set = compile_rules(files, {.cache_directory = path("cache")}, diagnostics);
    ASSERT_NE(set, nullptr);
    Scratch scratch(*set);
    std::vector<Hit> hits;
    test::TestMail mail;
    mail.body("abc\n").url("def");
    set->scan(mail.input(), scratch, hits);
    EXPECT_EQ(hits.size(), 2U);
  }
  fs::permissions(path("cache"), fs::perms::others_write, fs::perm_options::add);
  Diagnostics diagnostics;
  EXPECT_NE(compile_rules(files, {.cache_directory = path("cache")}, diagnostics), nullptr);
  ASSERT_FALSE(diagnostics.empty());
  EXPECT_NE(diagnostics[0].message.find("no cache"), std::string::npos);
}

ReloaderOptions watching(const std::string& folder, std::atomic<int>& accepted,
                         std::atomic<int>& refused) {
  return {
      .paths = {folder},
      .poll_interval = std::chrono::milliseconds(5),
      .on_reload = [&](const ReloadReport& report) { ++(report.accepted ? accepted : refused); }};
}

void wait_for(const std::atomic<int>& count, int at_least) {
  for (int i = 0; i < 2'000 && count < at_least; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_GE(count, at_least);
}

TEST_F(Reload, KeepsTheLastGoodSet) {
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  write("a.cf", "body A /abc/\ndescribe A a\n");
  const auto reloader = Reloader::start(watching(folder_.string(), accepted, refused));
  ASSERT_TRUE(reloader.ok());
  const std::string first(reloader.value()->current()->id());

  write("a.cf", "body A /abc(/\n");
  wait_for(refused, 1);
  EXPECT_EQ(reloader.value()->current()->id(), first);
  write("a.cf", "body A /abc/\ntest A ok something else\n");
  wait_for(refused, 2);
  EXPECT_EQ(reloader.value()->current()->id(), first);
  EXPECT_FALSE(reloader.value()->reload_now());

  write("b.cf", "body B /new/\n");
  write("a.cf", "body A /abcd/\n");
  wait_for(accepted, 2);
  wait_for(accepted, 2);
  EXPECT_TRUE(reloader.value()->reload_now());
  EXPECT_NE(reloader.value()->current()->id(), first);
  EXPECT_EQ(reloader.value()->current()->rules().size(), 2U);
}

TEST_F(Reload, WhoHoldsASetKeepsItWhileOthersReload) {
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  write("a.cf", "body A /abc/\n");
  const auto reloader = Reloader::start(watching(folder_.string(), accepted, refused));
  ASSERT_TRUE(reloader.ok());
  std::atomic<bool> stop = false;
  std::atomic<int> missed = 0;
  std::thread worker([&] {
    std::shared_ptr<const RuleSet> set = reloader.value()->current();
    Scratch scratch(*set);
    std::vector<Hit> hits;
    test::TestMail mail;
    mail.body("abc\n");
    while (!stop) {
      std::shared_ptr<const RuleSet> current = reloader.value()->current();
      if (current != set) scratch.rebind(*current);
      set = std::move(current);
      set->scan(mail.input(), scratch, hits);
      missed += hits.size() == 1 ? 0 : 1;
    }
  });
  for (int i = 0; i < 20; ++i) {
    write("a.cf", i % 2 == 0 ? "body A /abc(/\n" : "body A /ab?c/\n# " + std::to_string(i) + "\n");
    reloader.value()->reload_now();
  }
  stop = true;
  worker.join();
  EXPECT_EQ(missed, 0);
  EXPECT_GE(refused, 10);
}

// Hits of a mail from `address`.
std::size_t hits_from(const Reloader& reloader, const std::string& address) {
  const std::shared_ptr<const RuleSet> set = reloader.current();
  Scratch scratch(*set);
  std::vector<Hit> hits;
  test::TestMail mail;
  mail.header("From", address);
  set->scan(mail.input(), scratch, hits);
  return hits.size();
}

TEST_F(Reload, AMapIsReadAgainWithoutTheRules) {
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  std::atomic<int> maps_accepted = 0;
  std::atomic<int> maps_refused = 0;
  replace("map.txt", "one.example\n");
  write("a.cf", "map M domains file:map.txt\nlookup A From:addr in M\n");
  ReloaderOptions options = watching(folder_.string(), accepted, refused);
  options.on_map = [&](const MapReport& report) {
    ++(report.accepted ? maps_accepted : maps_refused);
  };
  const auto reloader = Reloader::start(std::move(options));
  ASSERT_TRUE(reloader.ok()) << reloader.error().message;
  const auto set = reloader.value()->current();
  EXPECT_EQ(hits_from(*reloader.value(), "a@one.example"), 1U);

  replace("map.txt", "two..example\n");
  wait_for(maps_refused, 1);
  EXPECT_EQ(hits_from(*reloader.value(), "a@one.example"), 1U);
  replace("map.txt", "two.example\n# more\n");
  wait_for(maps_accepted, 1);
  EXPECT_EQ(hits_from(*reloader.value(), "a@one.example"), 0U);
  EXPECT_EQ(hits_from(*reloader.value(), "a@two.example"), 1U);
  EXPECT_EQ(reloader.value()->current(), set);
  EXPECT_EQ(accepted, 1);
}

TEST_F(Reload, ARuleSetWhoseMapWasMissingIsTriedAgainWhenItComes) {
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  write("a.cf", "body A /a/\n");
  const auto reloader = Reloader::start(watching(folder_.string(), accepted, refused));
  ASSERT_TRUE(reloader.ok()) << reloader.error().message;
  write("a.cf", "map M domains file:map.txt\nlookup A From:addr in M\n");
  wait_for(refused, 1);
  replace("map.txt", "one.example\n");
  wait_for(accepted, 2);
  EXPECT_EQ(hits_from(*reloader.value(), "a@one.example"), 1U);
}

TEST_F(Reload, ScansGoOnWhileAMapIsReadAgain) {
  replace("map.txt", "one.example\n");
  write("a.cf", "map M domains file:map.txt\nlookup A From:addr in M\nlookup B To:addr in M\n");
  const auto reloader = Reloader::start({.paths = {folder_.string()}});
  ASSERT_TRUE(reloader.ok()) << reloader.error().message;
  std::atomic<bool> stop = false;
  std::atomic<int> odd = 0;
  std::vector<std::thread> workers;
  for (int w = 0; w < 2; ++w) {
    workers.emplace_back([&] {
      const std::shared_ptr<const RuleSet> set = reloader.value()->current();
      Scratch scratch(*set);
      std::vector<Hit> hits;
      test::TestMail mail;
      mail.header("From", "a@one.example").header("To", "b@two.example");
      while (!stop) {  // one map or the other: always one of the rules hits
        set->scan(mail.input(), scratch, hits);
        odd += hits.size() == 1 ? 0 : 1;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    replace("map.txt",
            (i % 2 == 0 ? "two" : "one") + std::string(".example\n# ") + std::to_string(i));
    reloader.value()->reload_now();
  }
  stop = true;
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(odd, 0);
}

TEST_F(Reload, DoesNotStartWithoutAGoodSet) {
  write("a.cf", "bdy A /abc/\n");
  const auto reloader = Reloader::start({.paths = {folder_.string()}});
  ASSERT_FALSE(reloader.ok());
  EXPECT_NE(reloader.error().message.find("a.cf:1:1: error: unknown keyword 'bdy'"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::rules
