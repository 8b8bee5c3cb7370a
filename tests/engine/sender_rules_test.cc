// Claim:   what a rule file says of senders, groups and actions is what the judge does with their
//          mail, from the file through the journal to the verdict, and again when replayed.
// Oracle:  by hand; replay().

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/replay.h"
#include "engine/pipeline/restore.h"
#include "engine/senders/judge.h"
#include "engine/senders/message_scanner.h"
#include "engine/verdict/policy.h"
#include "ingest/log/memory_log.h"
#include "ingest/records/message_value.h"
#include "rules/compiler.h"
#include "rules/self_test.h"
#include "tests/engine/journal_entries.h"

namespace sluice::senders {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;
constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;

std::shared_ptr<const rules::RuleSet> compile(const std::string& text) {
  rules::Diagnostics diagnostics;
  auto set = rules::compile_rules(std::vector<rules::RuleFile>{{"a.cf", text}}, {}, diagnostics);
  for (const rules::Diagnostic& d : diagnostics) {
    EXPECT_NE(d.severity, rules::Severity::kError) << to_string(d);
  }
  return set;
}

class Collected final : public pipeline::Outbox {
 public:
  void put(const log::Put& put) override { last = put.value.value_or(""); }

  std::string last;
};

// A judge that is given findings of messages without a text.
class Judging {
 public:
  explicit Judging(const std::string& text) : set_(compile(text)) {
    rules_ = std::make_shared<Rules>();
    rules_->activation = make_activation(test_rule_set(), set_->judge_part(), {});
    rules_->digest = std::string(16, 'd');
  }

  // "hold rule: BURST MANY"
  std::string fold(TestFindings findings) {
    findings.message_id = std::to_string(++messages_);
    findings.message_id.resize(16, '.');
    std::vector<pipeline::Entry> entries;
    const std::string entry = findings_entry(findings);
    judge_.prologue(entry, rules_, store_, entries);
    entries.push_back({.key = {}, .value = entry});
    for (const pipeline::Entry& one : entries) {
      EXPECT_TRUE(judge_.check(one.value).ok());
      std::string memo;
      judge_.apply(one.value, store_, out_, memo);
    }
    return verdict();
  }

 private:
  [[nodiscard]] std::string verdict() const {
    const records::Verdict& verdict = *records::GetVerdict(out_.last.data());
    std::string text = std::string(records::EnumNameAction(verdict.action())) + " " +
                       records::EnumNameReason(verdict.reason_code()) + ":";
    for (const records::RuleHit* hit : *verdict.hits()) text += " " + hit->rule()->str();
    return text;
  }

  std::shared_ptr<const rules::RuleSet> set_;
  std::shared_ptr<Rules> rules_;
  Judge judge_{{.verdict_topic = "verdicts"}};
  pipeline::Store store_;
  Collected out_;
  int messages_ = 0;
};

TEST(SenderRules, SeeTheMessageCounted) {
  Judging judging(
      "sender MANY_AN_HOUR  recipients_1h > 9\n"
      "sender MANY_AT_ONCE  recipients >= 8\n"
      "sender SECOND        messages == 2\n"
      "sender BUSY_DAY      rate_24h > 2\n"
      "sender BUSY_HOUR     rate_1h > 2\n");
  EXPECT_EQ(judging.fold({.time_ms = kStart, .recipients = 2}), "accept clean:");
  EXPECT_EQ(judging.fold({.time_ms = kStart + kHour / 2, .recipients = 8}),
            "accept clean: MANY_AN_HOUR MANY_AT_ONCE SECOND");
  EXPECT_EQ(judging.fold({.time_ms = kStart + 3 * kHour, .recipients = 1}),
            "accept clean: BUSY_DAY");
  EXPECT_EQ(judging.fold({.sender = "t/u:bert", .time_ms = kStart + 3 * kHour}), "accept clean:");
}

TEST(SenderRules, SeeAgeAndIdlenessInDays) {
  Judging judging(
      "sender OLD    age_days >= 2\n"
      "sender YOUNG  age_days < 0.5\n"
      "sender AWAY   idle_days > 1.4\n");
  EXPECT_EQ(judging.fold({.time_ms = kStart}), "accept clean: YOUNG");
  EXPECT_EQ(judging.fold({.time_ms = kStart + 13 * kHour}), "accept clean:");
  EXPECT_EQ(judging.fold({.time_ms = kStart + 2 * kDay}), "accept clean: OLD AWAY");
  EXPECT_EQ(judging.fold({.time_ms = kStart + 3 * kDay}), "accept clean: OLD");
}

TEST(SenderRules, SeeWhatEarlierMessagesHaveEarned) {
  Judging judging(
      "body   SPAM     /x/\nscore SPAM 6.0\n"
      "sender __IS_NEW standing == new\n"
      "sender WATCHED  standing == watched && spam_share >= 20\n"
      "meta   NEWCOMER __IS_NEW\n");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(judging.fold({.time_ms = kStart, .hits = {{.rule = 0}}}),
              "hold content: SPAM NEWCOMER")
        << i;
  }
  EXPECT_EQ(judging.fold({.time_ms = kStart}), "accept clean: WATCHED");
}

TEST(SenderRules, OfProbesDoNotCount) {
  Judging judging("sender SECOND messages == 2\n");
  const TestFindings probe{.time_ms = kStart, .mode = records::Mode::probe};
  EXPECT_EQ(judging.fold({.time_ms = kStart}), "accept clean:");
  EXPECT_EQ(judging.fold(probe), "accept clean: SECOND");
  EXPECT_EQ(judging.fold(probe), "accept clean: SECOND");
}

TEST(RuleActions, TheStrictestWins) {
  Judging judging(
      "body A /a/\nscore A 0.001\naction A throttle\n"
      "body B /b/\nscore B 0.001\naction B reject\n"
      "body C /c/\nscore C 6.0\n"
      "body D /d/\nscore D 0.001\naction D accept\n"
      "body E /e/\nscore E 0.001\naction E reject\ntflags E shadow\n");
  EXPECT_EQ(judging.fold({.hits = {{0}}}), "throttle rule: A");
  EXPECT_EQ(judging.fold({.hits = {{0}, {1}}}), "reject rule: A B");
  EXPECT_EQ(judging.fold({.hits = {{0}, {2}}}), "hold content: A C");
  EXPECT_EQ(judging.fold({.hits = {{2}, {3}}}), "accept rule: C D");
  EXPECT_EQ(judging.fold({.hits = {{0}, {2}, {3}}}), "throttle rule: A C D");
  EXPECT_EQ(judging.fold({.hits = {{3}}}), "accept clean: D");
  EXPECT_EQ(judging.fold({.hits = {{4}}}), "accept clean: E");
  EXPECT_EQ(judging.fold({.hits = {{2}, {3}}, .incomplete = 4}), "hold incomplete: C D");
}

TEST(RuleGroups, CountUpToTheirCaps) {
  const auto set = compile(
      "body A_1 /a/\nscore A_1 3\nbody A_2 /b/\nscore A_2 2\n"
      "body C /c/\nscore C -1\nbody E /e/\nscore E 4\n"
      "group FIRST A_*\ngroup FIRST C\ngroupcap FIRST 3.5\n"
      "group REST *\ngroupcap REST 2.5\n");
  const auto score = [&set](const std::vector<rules::Hit>& hits) {
    rules::Evaluation evaluation;
    set->judge_part().evaluate(hits, evaluation);
    return evaluation.score;
  };
  EXPECT_EQ(score({{0}}), 3'000);
  EXPECT_EQ(score({{0}, {1}}), 3'500);
  EXPECT_EQ(score({{0}, {1}, {2}}), 2'500) << "what is negative is not capped";
  EXPECT_EQ(score({{3}}), 2'500);
  EXPECT_EQ(score({{0}, {1}, {3}}), 6'000) << "a rule counts in the first group";
}

TEST(SenderRules, TestLinesSayWhatIsKnown) {
  const auto set = compile(
      "sender BURST rate_1h > 500\n"
      "test BURST ok rate_1h: 501\ntest BURST fail rate_1h: 500\ntest BURST fail age_days: 3\n"
      "body __HI /hi/\nmeta BOTH BURST && __HI\n"
      "test BOTH ok body: hi || rate_1h: 501\ntest BOTH fail body: hi\n");
  const auto results = rules::run_rule_tests(*set);
  ASSERT_EQ(results.size(), 5U);
  for (const rules::TestResult& result : results) EXPECT_TRUE(result.passed) << result.text;
}

// ---- through the whole pipeline -----------------------------------------------------------------

class NoStats final : public pipeline::Stats {
 public:
  void taken(const char* /*looks_like*/) override {}

  void folded(std::chrono::nanoseconds /*waited*/, bool /*dead_letter*/) override {}

  void committed(std::chrono::nanoseconds /*took*/, std::size_t /*entries*/) override {}

  void aborted(std::string_view /*reason*/) override {}

  void rejoined(std::string_view /*reason*/) override {}

  void assigned(std::size_t /*partitions*/, uint64_t /*restored*/,
                std::chrono::nanoseconds /*took*/) override {}

  void revoked(bool /*lost*/) override {}

  void in_flight(std::size_t /*bytes*/, std::size_t /*records*/) override {}

  void lag(int32_t /*partition*/, int64_t /*records*/) override {}

  void beat() override {}
};

class SenderPipeline : public testing::Test {
 protected:
  static constexpr int kMessages = 520;

  void SetUp() override {
    const std::vector<log::TopicSpec> topics = {
        {.name = "in", .partitions = 1},
        {.name = "journal", .partitions = 1},
        {.name = "state", .partitions = 1, .cleanup = log::Cleanup::kCompact},
        {.name = "out", .partitions = 1},
        {.name = "dead", .partitions = 1}};
    ASSERT_TRUE(log_->create_topics(topics).ok());
  }

  void append(const std::string& sender) {
    const auto appender = log_->open_appender().value();
    for (int i = 0; i < kMessages; ++i) {
      const std::string value =
          records::make_message_value({.message_id = records::make_message_id(),
                                       .edge = "mx1",
                                       .sender = sender,
                                       .mail_from = "ann@shop.example",
                                       .recipients = {"a@x.example"}},
                                      "From: ann@shop.example\n\nhello\n");
      ASSERT_TRUE(appender->append({.topic = "in", .key = sender, .value = value}).ok());
    }
  }

  // "hold rule SENDER_BURST", message by message.
  std::vector<std::string> verdicts() {
    const std::vector<log::Position> from = {{.at = {"out", 0}, .next = log::kBeginning}};
    std::vector<std::string> out;
    auto reader = log_->open_reader().value();
    const auto visit = [&out](const log::Record& record) {
      const std::string aligned(record.value);
      const records::Verdict& verdict = *records::GetVerdict(aligned.data());
      std::string text = records::EnumNameAction(verdict.action());
      text += " ";
      text += records::EnumNameReason(verdict.reason_code());
      for (const records::RuleHit* hit : *verdict.hits()) text += " " + hit->rule()->str();
      out.push_back(text);
      return Status{};
    };
    EXPECT_TRUE(pipeline::read_to_end(*reader, from, visit, std::chrono::seconds(10), {}).ok());
    return out;
  }

  void run(const std::shared_ptr<const Rules>& rules) {
    NoStats stats;
    pipeline::Pipeline pipeline(
        *log_,
        {.inputs = {"in"},
         .topics = {.journal = "journal", .state = "state", .dead_letters = "dead"},
         .group = "judge",
         .transactional_id = "judge",
         .partitions = 1,
         .workers = 2,
         .commit_interval = std::chrono::milliseconds(5)},
        make_judge,
        [&rules] { return std::make_unique<MessageScanner>([&rules] { return rules; }); }, stats);
    std::jthread thread(
        [&pipeline](const std::stop_token& stop) { EXPECT_TRUE(pipeline.run(stop).ok()); });
    for (int i = 0; i < 600 && verdicts().size() < kMessages; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  static std::unique_ptr<pipeline::Fold> make_judge(int32_t /*partition*/) {
    return std::make_unique<Judge>(JudgeOptions{.verdict_topic = "out"});
  }

  std::unique_ptr<log::MemoryLog> log_ =
      log::MemoryLog::open({.clock_ms = [] { return kStart; }}).value();
};

TEST_F(SenderPipeline, TheMessageAfterTheFiveHundredthOfAnHourIsHeldAndReplayAgrees) {
  const auto set = compile(
      "sender SENDER_BURST rate_1h > 500\nscore SENDER_BURST 0.5\naction SENDER_BURST hold\n");
  append("t/u:ann");
  run(make_rules(set, {}));

  const std::vector<std::string> found = verdicts();
  ASSERT_EQ(found.size(), static_cast<std::size_t>(kMessages));
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_EQ(found[static_cast<std::size_t>(i)],
              i < 500 ? "accept clean" : "hold rule SENDER_BURST")
        << i;
  }
  const auto replayed = pipeline::replay(*log_,
                                         {.journal_topic = "journal",
                                          .state_topic = "state",
                                          .output_topic = "out",
                                          .partitions = 1,
                                          .output_partitions = 1},
                                         make_judge, {});
  ASSERT_TRUE(replayed.ok()) << replayed.error().message;
  EXPECT_EQ(replayed.value().differences, 0U)
      << testing::PrintToString(replayed.value().first_differences);
  EXPECT_EQ(replayed.value().outputs, static_cast<uint64_t>(kMessages));
}

}  // namespace
}  // namespace sluice::senders
