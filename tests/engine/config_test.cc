// Claim:   a file sets what it names, everything else keeps its default, and every fault is
// reported
//          at once with its place; the printed reference and sample are those in the repository.
// Oracles: values by hand; the sample read back; the files themselves.

#include "engine/config/config.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/shared_data.h"

namespace sluice::config {
namespace {

TEST(Config, ReadsWhatIsSet) {
  const auto config = parse_config(
      "[judge]\nhold_at = 4.5\nreject_at = 12\n[topics]\npartitions = 4\n"
      "[log.consumer]\n\"fetch.min.bytes\" = \"1\"\n[rules]\npaths = [\"a.cf\", \"b\"]\n",
      "x.toml", {"verdicts.format=json", "pipeline.workers=3"});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config.value().judge.hold_at, 4'500);
  EXPECT_EQ(config.value().judge.reject_at, 12'000);
  EXPECT_EQ(config.value().topics.partitions, 4);
  EXPECT_EQ(config.value().topics.verdict_partitions, 12);
  EXPECT_EQ(config.value().log.consumer.at("fetch.min.bytes"), "1");
  EXPECT_EQ(config.value().rules.paths, (std::vector<std::string>{"a.cf", "b"}));
  EXPECT_EQ(config.value().verdicts.format, "json");
  EXPECT_EQ(config.value().pipeline.workers, 3);
}

TEST(Config, ReportsEveryFaultWithItsPlace) {
  const auto config = parse_config(
      "[judge]\nhold_att = 4.5\nidle_days = \"x\"\n[topics]\npartitions = 0\n"
      "[verdicts]\nformat = \"xml\"\n",
      "x.toml", {"admin.lissten=no"});
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().message,
            "x.toml:2:12: unknown option 'judge.hold_att'; did you mean 'judge.hold_at'?\n"
            "x.toml:3:13: judge.idle_days: an integer is expected\n"
            "x.toml:5:14: topics.partitions: must be 1..10000\n"
            "x.toml:7:10: verdicts.format: must be one of: flatbuffers, json\n"
            "--set admin.lissten=no:1:17: unknown option 'admin.lissten'; did you mean "
            "'admin.listen'?");
}

TEST(Config, NamesTheLineThatIsNoToml) {
  const auto config = parse_config("[judge]\nhold_at = = 3\n", "x.toml", {});
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().message.substr(0, 9), "x.toml:2:");
}

TEST(Config, RefusesLimitsThatContradict) {
  EXPECT_FALSE(parse_config("[judge]\nhold_at = 9.0\nreject_at = 8.0\n", "x.toml", {}).ok());
}

TEST(Config, TheSampleIsTheDefaults) {
  const auto config = parse_config(sample_config(), "sample", {});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(to_toml(config.value()), to_toml(Config{}));
}

TEST(Config, HidesSecrets) {
  Config config;
  config.log.producer["sasl.password"] = "hunter2";
  EXPECT_EQ(to_toml(config).find("hunter2"), std::string::npos);
}

TEST(Config, ThePrintedPagesAreCurrent) {
  const char* const source = std::getenv("SLUICE_SOURCE_DIR");
  if (source == nullptr) GTEST_SKIP() << "SLUICE_SOURCE_DIR is not set";
  const std::filesystem::path root(source);
  EXPECT_EQ(test::read_file(root / "docs/CONFIGURATION.md"), config_reference());
  EXPECT_EQ(test::read_file(root / "deploy/sluice.toml"), sample_config());
}

}  // namespace
}  // namespace sluice::config
