// Claim:   the judge weighs what was found, counts it for its sender, answers repeats with the
// first
//          verdict, and forgets idle senders; folding its entries again gives the same bytes, also
//          through rollbacks and restarts.
// Oracles: limits and states worked out by hand; a second judge that folds the entries as the
//          journal holds them.

#include "engine/senders/judge.h"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/engine/journal_entries.h"

namespace sluice::senders {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;
constexpr int64_t kDay = 86'400'000;

class Collected final : public pipeline::Outbox {
 public:
  void put(const log::Put& put) override { values.emplace_back(put.value.value_or("")); }

  std::vector<std::string> values;
};

const records::Verdict& verdict_of(const std::string& bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  EXPECT_TRUE(records::VerifyVerdictBuffer(verifier));
  return *records::GetVerdict(bytes.data());
}

struct JournalEntry {
  std::string value;
  std::string memo;
};

// One partition with everything the frame does around a fold.
class Live {
 public:
  explicit Live(std::shared_ptr<const Rules> rules = test_rules()) : rules_(std::move(rules)) {}

  const records::Verdict& fold(const TestFindings& findings) {
    fold_entry(findings_entry(findings), rules_);
    return verdict_of(out.values.back());
  }

  void tick(int64_t time_ms) { fold_entry(judge->tick(time_ms).value, nullptr); }

  void use(std::shared_ptr<const Rules> rules) { rules_ = std::move(rules); }

  void commit() {
    judge->settle(store);
    judge->commit();
    store.commit();
    committed_entries_ = journal.size();
    committed_values_ = out.values.size();
  }

  void rollback() {
    judge->rollback();
    store.rollback();
    journal.resize(committed_entries_);
    out.values.resize(committed_values_);
  }

  SenderState state(const std::string& sender = "t/u:anna") {
    const auto bytes = store.get(sender);
    return bytes ? SenderState::decode(*bytes).value() : SenderState{};
  }

  std::unique_ptr<Judge> judge =
      std::make_unique<Judge>(JudgeOptions{.verdict_topic = "verdicts", .verdict_partitions = 1});
  pipeline::Store store;
  Collected out;
  std::vector<JournalEntry> journal;

 private:
  void fold_entry(const std::string& entry, const pipeline::Basis& basis) {
    std::vector<pipeline::Entry> all;
    judge->prologue(entry, basis, store, all);
    all.push_back({.key = {}, .value = entry});
    for (const pipeline::Entry& one : all) {
      EXPECT_TRUE(judge->check(one.value).ok());
      EXPECT_TRUE(judge->ready_for(one.value));
      std::string memo;
      judge->apply(one.value, store, out, memo);
      journal.push_back({.value = one.value, .memo = memo});
    }
  }

  std::shared_ptr<const Rules> rules_;
  std::size_t committed_entries_ = 0;
  std::size_t committed_values_ = 0;
};

TEST(Judge, TurnsScoresIntoActions) {
  Live live;
  EXPECT_EQ(live.fold({.message_id = std::string(16, '1')}).action(), records::Action::accept);
  const auto& held = live.fold({.message_id = std::string(16, '2'), .hits = {{.rule = 0}}});
  EXPECT_EQ(held.action(), records::Action::hold);
  EXPECT_EQ(held.score(), 6'000);
  EXPECT_EQ(held.reason_code(), records::Reason::content);
  EXPECT_EQ(held.smtp_code(), 250);
  const auto& refused = live.fold({.message_id = std::string(16, '3'), .hits = {{.rule = 1}}});
  EXPECT_EQ(refused.action(), records::Action::reject);
  EXPECT_EQ(refused.smtp_code(), 550);
}

TEST(Judge, MetasAddAndShadowRulesDoNot) {
  Live live;
  const auto& verdict = live.fold({.hits = {{.rule = 0}, {.rule = 2}, {.rule = 3}}});
  EXPECT_EQ(verdict.score(), 7'500);
  ASSERT_EQ(verdict.hits()->size(), 3U);
  EXPECT_EQ(verdict.hits()->Get(0)->rule()->str(), "SPAMMY");
  EXPECT_EQ(verdict.hits()->Get(1)->rule()->str(), "QUIET");
  EXPECT_TRUE(verdict.hits()->Get(1)->shadow());
  EXPECT_EQ(verdict.hits()->Get(2)->rule()->str(), "BOTH");
}

TEST(Judge, CountsForTheSender) {
  Live live;
  live.fold({.message_id = std::string(16, '1'), .recipients = 3});
  live.fold({.message_id = std::string(16, '2'), .recipients = 4, .hits = {{.rule = 0}}});
  live.fold({.message_id = std::string(16, '3'), .sender = "t/u:bert"});
  EXPECT_EQ(live.state().messages, 2U);
  EXPECT_EQ(live.state().recipients, 7U);
  EXPECT_EQ(live.state().spam, 1U);
  EXPECT_EQ(live.state("t/u:bert").messages, 1U);
}

TEST(Judge, ProbesAndUnreadableEnvelopesCountForNobody) {
  Live live;
  const auto& probe = live.fold({.message_id = std::string(16, '1'), .mode = records::Mode::probe});
  EXPECT_FALSE(probe.enforce());
  const auto& unreadable = live.fold({.message_id = std::string(16, '2'), .unreadable = true});
  EXPECT_EQ(unreadable.action(), records::Action::defer);
  EXPECT_EQ(unreadable.reason_code(), records::Reason::unreadable);
  EXPECT_EQ(unreadable.smtp_code(), 451);
  EXPECT_EQ(live.store.get("t/u:anna"), std::nullopt);
}

TEST(Judge, ShadowTrafficCountsButIsNotEnforced) {
  Live live;
  EXPECT_FALSE(live.fold({.mode = records::Mode::shadow}).enforce());
  EXPECT_EQ(live.state().messages, 1U);
}

TEST(Judge, IncompleteIsHeldForThoseWhoHaveNotEarnedTrust) {
  Live live;
  const auto& verdict = live.fold({.incomplete = verdict::kLimitReached});
  EXPECT_EQ(verdict.action(), records::Action::hold);
  EXPECT_EQ(verdict.reason_code(), records::Reason::incomplete);
}

TEST(Judge, TheVerdictNamesTheMapsThatWereLookedInto) {
  Live live;
  EXPECT_EQ(live.fold({.message_id = std::string(16, '1')}).maps_version(), nullptr);
  const auto& verdict =
      live.fold({.message_id = std::string(16, '2'), .maps_version = "0123456789abcdef"});
  ASSERT_NE(verdict.maps_version(), nullptr);
  EXPECT_EQ(std::string(verdict.maps_version()->begin(), verdict.maps_version()->end()),
            "0123456789abcdef");
}

TEST(Judge, ARepeatGetsTheFirstVerdictAndCountsOnce) {
  Live live;
  live.fold({.hits = {{.rule = 0}}});
  const auto& repeat = live.fold({.offset = 1, .time_ms = kStart + 60'000});
  EXPECT_TRUE(repeat.duplicate());
  EXPECT_EQ(repeat.action(), records::Action::hold);
  EXPECT_EQ(repeat.score(), 6'000);
  EXPECT_EQ(live.state().messages, 1U);
  EXPECT_FALSE(live.fold({.ask = 1, .offset = 2}).duplicate()) << "another ask is another question";
  EXPECT_FALSE(live.fold({.offset = 3, .time_ms = kStart + int64_t{16} * 60'000}).duplicate());
}

TEST(Judge, SenderReasonsAddUpToTheScore) {
  Live live;
  for (int i = 0; i < 200; ++i) {
    std::string id = std::to_string(i);
    id.resize(16, '.');
    const auto& verdict = live.fold({.message_id = id, .hits = {{.rule = 0}}});
    int total = 0;
    for (const auto* reason : *verdict.sender_reasons()) total += reason->points();
    EXPECT_EQ(verdict.sender_score(), total);
  }
  const auto& last = verdict_of(live.out.values.back());
  EXPECT_EQ(last.standing(), records::Standing::watched);
  EXPECT_GT(last.sender_score(), 70);
}

TEST(Judge, WritesActivationAndKeyframeOncePerDay) {
  Live live;
  live.fold({.message_id = std::string(16, '1')});
  ASSERT_EQ(live.journal.size(), 3U);  // activation, keyframe, findings
  live.fold({.message_id = std::string(16, '2')});
  EXPECT_EQ(live.journal.size(), 4U);
  live.fold({.message_id = std::string(16, '3'), .time_ms = kStart + kDay});
  EXPECT_EQ(live.journal.size(), 7U);
  live.use(test_rules({.hold_at = 1}));
  live.fold({.message_id = std::string(16, '4'), .time_ms = kStart + kDay});
  EXPECT_EQ(live.journal.size(), 9U);
}

TEST(Judge, ForgetsIdleSendersOnTicks) {
  Live live;
  live.fold({.message_id = std::string(16, '1')});
  live.fold(
      {.message_id = std::string(16, '2'), .sender = "t/u:bert", .time_ms = kStart + 20 * kDay});
  live.tick(kStart + 31 * kDay);
  EXPECT_EQ(live.store.get("t/u:anna"), std::nullopt);
  EXPECT_NE(live.store.get("t/u:bert"), std::nullopt);
}

TEST(Judge, TimeNeverGoesBack) {
  Live live;
  live.fold({.message_id = std::string(16, '1'), .time_ms = kStart + 5'000});
  live.fold({.message_id = std::string(16, '2'), .time_ms = kStart});
  EXPECT_EQ(live.judge->clock_ms(), kStart + 5'000);
  live.tick(kStart + 1'000);
  EXPECT_EQ(live.judge->clock_ms(), kStart + 5'000);
}

std::string dump(const pipeline::Store& store) {
  std::string all;
  store.sweep("", store.size(), [&all](std::string_view key, std::string_view value) {
    all.append(key).append("=").append(value).append("\n");
  });
  return all;
}

// A judge that wakes up with the committed state and the journal, as a new owner does.
void restart(Live& live) {
  Live next;
  live.store.sweep("", live.store.size(), [&next](std::string_view key, std::string_view value) {
    next.store.load(key, next.judge->migrate(key, value).value());
  });
  next.judge->resume(next.store);
  for (const JournalEntry& entry : live.journal) {
    if (!entry.memo.empty()) next.judge->remember(entry.value, entry.memo);
  }
  next.journal = live.journal;
  next.out.values = live.out.values;
  next.commit();
  EXPECT_EQ(dump(next.store), dump(live.store));
  std::swap(live.judge, next.judge);
  std::swap(live.store, next.store);
}

TestFindings random_findings(std::mt19937& random, int64_t time_ms, int64_t offset) {
  // More senders than one tick looks at, some of whom send all the time.
  const uint32_t senders = random() % 2 == 0 ? 20 : 3 * limits::kSweepKeys;
  TestFindings findings{.sender = "t/u:" + std::to_string(random() % senders),
                        .offset = offset,
                        .time_ms = time_ms,
                        .mode = static_cast<records::Mode>(random() % 4),
                        .recipients = 1 + static_cast<uint32_t>(random() % 5)};
  findings.message_id = std::to_string(random() % 300);
  findings.message_id.resize(16, '.');
  for (rules::RuleIndex rule = 0; rule < 4; ++rule) {
    if (random() % 3 == 0) findings.hits.push_back({.rule = rule});
  }
  findings.unreadable = random() % 20 == 0;
  return findings;
}

TEST(Judge, TheJournalFoldedAgainGivesTheSameBytes) {
  std::mt19937 random(1);
  Live live;
  const auto other_rules = test_rules({.hold_at = 2'000, .reject_at = 9'000, .idle_days = 2});
  int64_t now = kStart;
  int64_t offset = 0;
  for (int step = 0; step < 20'000; ++step) {
    now += static_cast<int64_t>(random() % 120'000);
    switch (random() % 60) {
      case 0:
        live.commit();
        break;
      case 1:
        live.rollback();
        break;
      case 2:
        live.use(random() % 2 == 0 ? test_rules() : other_rules);
        break;
      case 3:
      case 4:
      case 5:
        live.tick(now);
        break;
      case 6:
        live.commit();
        if (step % 7 == 0) restart(live);
        break;
      default:
        live.fold(random_findings(random, now, offset++));
    }
  }
  live.commit();

  Live again;
  for (const JournalEntry& entry : live.journal) {
    ASSERT_TRUE(again.judge->check(entry.value).ok());
    ASSERT_TRUE(again.judge->ready_for(entry.value));
    std::string memo;
    again.judge->apply(entry.value, again.store, again.out, memo);
    ASSERT_EQ(memo, entry.memo);
  }
  again.commit();
  EXPECT_EQ(again.out.values, live.out.values);
  EXPECT_EQ(dump(again.store), dump(live.store));
}

TEST(Judge, RefusesEntriesItCannotFold) {
  const Judge judge({.verdict_topic = "v"});
  EXPECT_FALSE(judge.check("").ok());
  EXPECT_FALSE(judge.check("garbage that is no FlatBuffer").ok());
  const std::string findings = findings_entry({});
  EXPECT_TRUE(judge.check(findings).ok());
  EXPECT_FALSE(judge.ready_for(findings)) << "its rules were never activated";
  std::string damaged = findings;
  for (char& c : damaged) c = static_cast<char>(c ^ 0x55);
  EXPECT_FALSE(judge.check(damaged).ok());
}

}  // namespace
}  // namespace sluice::senders
