// Claim:   replicas that are killed at random moments under load, and a broker that is restarted,
//          leave no trace: one verdict a message, states that equal a recount, a journal that folds
//          to both.
// Oracle:  the load generator's own count (load.h); replay().
//
// SLUICE_CHAOS_KILLS sets how many kills (default 4; `./dev chaos` runs 20). With more than 4 the
// broker stays away for a while.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "ingest/log/kafka_log.h"
#include "ingest/records/message_value.h"
#include "tests/chaos/load.h"
#include "tests/chaos/verify.h"
#include "tests/support/broker.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace sluice::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

int kills_wanted() {
  const char* const set = std::getenv("SLUICE_CHAOS_KILLS");
  return set != nullptr ? std::atoi(set) : 4;
}

// In a long run longer than a replica waits for one answer: none may end over it.
std::chrono::seconds broker_absence(int kills) {
  return std::chrono::seconds(kills > 4 ? 15 : 0);
}

std::string binary() {
  const char* const build = std::getenv("SLUICE_BINARY_DIR");
  return std::string(build != nullptr ? build : "build/dev") + "/cli/sluice";
}

class ChaosTest : public testing::Test {
 protected:
  void SetUp() override {
    broker_ = test::Broker::start();
    if (broker_ == nullptr) GTEST_SKIP() << test::kNoBroker;
    std::ofstream(directory_.path() / "chaos.cf") << kRules;
    log_ = log::open_kafka({.bootstrap = broker_->bootstrap()}).value();
    ASSERT_TRUE(log_->create_topics(log::topic_specs(layout_)).ok());
  }

  std::unique_ptr<test::Process> start_replica(const std::string& instance) {
    const auto set = [](const std::string& option) { return "--set=" + option; };
    return std::make_unique<test::Process>(
        std::vector<std::string>{
            binary(), "run", "--rules=" + (directory_.path() / "chaos.cf").string(),
            set("log.brokers=\"" + broker_->bootstrap() + "\""),
            set("pipeline.instance=" + instance), set("topics.partitions=4"),
            set("topics.verdict_partitions=4"), set("pipeline.session_timeout_ms=3000"),
            set("pipeline.workers=1"), set("admin.listen=")},
        directory_.path() / (instance + ".log"));
  }

  // Mail until `stop`, about a thousand a second.
  void feed(const std::atomic<bool>& stop) {
    auto appender = log_->open_appender().value();
    while (!stop) {
      for (int i = 0; i < 20; ++i) {
        const Sample sample = load_.next();
        const std::array<log::Header, 2> headers = {{
            {.name = records::kHeaderMessageId, .value = sample.id.view()},
            {.name = records::kHeaderEdge, .value = "edge0"},
        }};
        ASSERT_TRUE(appender
                        ->append({.topic = topic_,
                                  .key = sample.sender,
                                  .value = sample.value,
                                  .headers = headers})
                        .ok());
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
    const Status flushed = appender->flush(seconds(60));
    ASSERT_TRUE(flushed.ok()) << flushed.error().message;
  }

  bool wait_for_verdicts() {
    const auto deadline = Clock::now() + seconds(120);
    while (count_verdicts(*log_, layout_) < load_.count()) {
      if (Clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(500));
    }
    return true;
  }

  // The end of a replica's log, which holds no mail: why it stopped.
  [[nodiscard]] std::string last_words(const std::string& instance) const {
    std::ifstream in(directory_.path() / (instance + ".log.err"));
    std::string all{std::istreambuf_iterator<char>(in), {}};
    return all.substr(all.size() - std::min<std::size_t>(all.size(), 2'000));
  }

  test::TempDir directory_;
  log::TopicLayout layout_{.partitions = 4, .verdict_partitions = 4};
  const std::string topic_ = layout_.messages();
  std::unique_ptr<test::Broker> broker_;
  std::unique_ptr<log::Log> log_;
  Load load_{1};
};

TEST_F(ChaosTest, KilledReplicasAndARestartedBrokerLeaveNoTrace) {
  std::vector<std::string> names = {"a", "b"};
  std::vector<std::unique_ptr<test::Process>> replicas;
  for (const std::string& name : names) replicas.push_back(start_replica(name));

  std::atomic<bool> stop = false;
  std::thread feeder([this, &stop] { feed(stop); });
  std::mt19937 random(static_cast<uint32_t>(Clock::now().time_since_epoch().count()));
  const int kills = kills_wanted();
  for (int kill = 0; kill < kills; ++kill) {
    std::this_thread::sleep_for(milliseconds(500 + random() % 3'000));
    if (kill == kills / 2) {
      broker_->kill9();
      std::this_thread::sleep_for(broker_absence(kills));
      broker_->restart();
    }
    const std::size_t victim = random() % replicas.size();
    EXPECT_EQ(replicas[victim]->wait(milliseconds(0)), std::nullopt) << last_words(names[victim]);
    replicas[victim]->signal(SIGKILL);
    replicas[victim]->wait(seconds(10));
    replicas[victim] = start_replica(names[victim]);
  }
  stop = true;
  feeder.join();

  EXPECT_TRUE(wait_for_verdicts()) << last_words("a") << last_words("b");
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    replicas[i]->signal(SIGTERM);
    EXPECT_EQ(replicas[i]->wait(seconds(30)), 0) << last_words(names[i]);
  }
  verify_outcome(*log_, layout_, load_);
  RecordProperty("messages", static_cast<int>(load_.count()));
  std::printf("%d kills, %llu messages\n", kills, static_cast<unsigned long long>(load_.count()));
}

TEST_F(ChaosTest, AFrozenReplicaThatComesBackWritesNothing) {
  auto zombie = start_replica("zombie");
  std::atomic<bool> stop = false;
  std::thread feeder([this, &stop] { feed(stop); });
  std::this_thread::sleep_for(seconds(4));
  zombie->signal(SIGSTOP);
  auto heir = start_replica("heir");
  std::this_thread::sleep_for(seconds(8));  // the zombie's session and transaction have ended
  zombie->signal(SIGCONT);
  std::this_thread::sleep_for(seconds(3));
  stop = true;
  feeder.join();

  EXPECT_TRUE(wait_for_verdicts()) << last_words("zombie") << last_words("heir");
  for (auto* replica : {&zombie, &heir}) (*replica)->signal(SIGTERM);
  EXPECT_EQ(zombie->wait(seconds(30)), 0) << last_words("zombie");
  EXPECT_EQ(heir->wait(seconds(30)), 0) << last_words("heir");
  verify_outcome(*log_, layout_, load_);
}

}  // namespace
}  // namespace sluice::chaos
