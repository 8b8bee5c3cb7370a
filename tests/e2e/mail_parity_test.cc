// Claim:   all mail gives the same hits and the same content score through `sluice scan` and
// through
//          produce -> run -> verdicts on a real broker, and every message gets exactly one verdict.
// Oracle:  one path against the other.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/broker.h"
#include "tests/support/process.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace sluice {
namespace {

using nlohmann::json;

std::string binary() {
  const char* const build = std::getenv("SLUICE_BINARY_DIR");
  return std::string(build != nullptr ? build : "build/dev") + "/cli/sluice";
}

struct Judged {
  int64_t score = 0;  // thousandths
  std::set<std::string> hits;

  bool operator==(const Judged&) const = default;
};

class MailParityTest : public testing::Test {
 protected:
  // Runs a subcommand to its end; its standard output, line by line as JSON.
  std::vector<json> run(std::vector<std::string> arguments, std::chrono::seconds timeout) {
    const auto output = directory_.path() / (arguments.front() + ".out");
    arguments.insert(arguments.begin(), binary());
    test::Process process(arguments, output);
    EXPECT_EQ(process.wait(timeout), 0) << arguments[1];
    std::vector<json> lines;
    std::ifstream in(output);
    for (std::string line; std::getline(in, line);) {
      json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (parsed.is_object() && !parsed.contains("level")) lines.push_back(std::move(parsed));
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> kafka(std::vector<std::string> arguments) const {
    for (const char* option : {"topics.partitions=4", "topics.verdict_partitions=4",
                               "topics.replication=1", "admin.listen="}) {
      arguments.push_back(std::string("--set=") + option);
    }
    arguments.push_back("--set=log.brokers=\"" + broker_->bootstrap() + "\"");
    return arguments;
  }

  test::TempDir directory_;
  std::unique_ptr<test::Broker> broker_;
};

TEST_F(MailParityTest, BothPathsSayTheSameOfEveryMessage) {
  const auto mail = test::shared_data("mail");
  if (!mail) GTEST_SKIP() << "../shared/data is not beside this checkout";
  broker_ = test::Broker::start();
  if (broker_ == nullptr) GTEST_SKIP() << test::kNoBroker;
  std::vector<std::string> folders;
  for (const char* name : {"lists_modern", "oracle", "phishing_pot", "spamassassin"}) {
    folders.push_back((*mail / name).string());
  }
  const auto with_folders = [&folders](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), folders.begin(), folders.end());
    return arguments;
  };

  std::map<std::string, Judged> scanned;
  for (const json& line : run(with_folders({"scan", "--json"}), std::chrono::seconds(120))) {
    Judged& judged = scanned[line["file"].get<std::string>()];
    judged.score = std::llround(line["score"].get<double>() * 1'000);
    for (const json& hit : line["hits"]) judged.hits.insert(hit.get<std::string>());
  }
  ASSERT_GT(scanned.size(), 11'000U);

  run(kafka({"topics", "create"}), std::chrono::seconds(60));
  std::vector<std::string> engine_arguments = kafka({"run"});
  engine_arguments.insert(engine_arguments.begin(), binary());
  test::Process engine(engine_arguments, directory_.path() / "run.log");

  std::map<std::string, std::string> file_of;
  for (const json& line :
       run(kafka(with_folders({"produce", "--json"})), std::chrono::seconds(180))) {
    file_of[line["message_id"].get<std::string>()] = line["file"].get<std::string>();
  }
  EXPECT_EQ(file_of.size(), scanned.size());

  std::map<std::string, Judged> judged;
  std::size_t verdicts = 0;
  const std::string count = "--count=" + std::to_string(file_of.size());
  for (const json& line :
       run(kafka({"verdicts", count, "--timeout=60"}), std::chrono::seconds(300))) {
    ++verdicts;
    Judged& one = judged[file_of[line["message_id"].get<std::string>()]];
    one.score = line["score"].get<int64_t>();
    for (const json& hit : line["hits"]) one.hits.insert(hit["rule"].get<std::string>());
  }
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait(std::chrono::seconds(30)), 0);

  EXPECT_EQ(verdicts, scanned.size());
  std::size_t different = 0;
  for (const auto& [file, here] : scanned) {
    const auto there = judged.find(file);
    if (there != judged.end() && there->second == here) continue;
    if (++different <= 10) ADD_FAILURE() << file << " differs";
  }
  EXPECT_EQ(different, 0U);
  run(kafka({"replay"}), std::chrono::seconds(120));
}

}  // namespace
}  // namespace sluice
