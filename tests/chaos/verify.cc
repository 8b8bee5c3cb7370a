#include "tests/chaos/verify.h"

#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/restore.h"
#include "engine/senders/judge.h"
#include "engine/senders/sender_state.h"
#include "engine/service/service.h"
#include "ingest/schemas/verdict_generated.h"

namespace sluice::chaos {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};

using Place = std::pair<int32_t, log::Offset>;  // of a record on `messages`

void read_all(log::Log& log, const std::string& topic, int32_t partitions,
              const std::function<void(const log::Record&)>& visit) {
  auto reader = log.open_reader();
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  std::vector<log::Position> from;
  for (int32_t i = 0; i < partitions; ++i)
    from.push_back({.at = {topic, i}, .next = log::kBeginning});
  const Status read = pipeline::read_to_end(*reader.value(), from,
                                            [&visit](const log::Record& record) {
                                              visit(record);
                                              return Status{};
                                            },
                                            kPatience, {});
  ASSERT_TRUE(read.ok()) << read.error().message;
}

void verify_verdicts(log::Log& log, const log::TopicLayout& layout) {
  std::set<Place> unanswered;
  read_all(log, layout.messages(), layout.partitions, [&unanswered](const log::Record& record) {
    unanswered.emplace(record.partition, record.offset);
  });
  const std::size_t messages = unanswered.size();
  std::size_t repeated = 0;
  read_all(log, layout.verdicts(), layout.verdict_partitions, [&](const log::Record& record) {
    const std::string aligned(record.value);
    const records::Source& source = *records::GetVerdict(aligned.data())->source();
    if (unanswered.erase({source.partition(), source.offset()}) == 0) ++repeated;
  });
  EXPECT_EQ(unanswered.size(), 0U) << "of " << messages << " messages have no verdict";
  EXPECT_EQ(repeated, 0U) << "verdicts are given twice, or to nobody";
}

void verify_states(log::Log& log, const log::TopicLayout& layout, const Load& load) {
  std::map<std::string, std::string> states;
  read_all(log, layout.sender_state(), layout.partitions, [&states](const log::Record& record) {
    if (record.key == senders::kPartitionKey) return;
    if (record.tombstone) {
      states.erase(std::string(record.key));
    } else {
      states[std::string(record.key)] = record.value;
    }
  });
  EXPECT_EQ(states.size(), load.expected().size());
  for (const auto& [sender, expected] : load.expected()) {
    const auto state = senders::SenderState::decode(states[sender]);
    ASSERT_TRUE(state.ok()) << sender;
    EXPECT_EQ(state.value().messages, expected.messages) << sender;
    EXPECT_EQ(state.value().recipients, expected.recipients) << sender;
    EXPECT_EQ(state.value().spam, expected.spam) << sender;
  }
}

void verify_journal(log::Log& log, const log::TopicLayout& layout, const Load& load) {
  const auto report = pipeline::replay(log, service::replay_source(layout),
                                       service::judge_factory(layout, /*json=*/false), {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report.value().differences, 0U)
      << testing::PrintToString(report.value().first_differences);
  EXPECT_EQ(report.value().outputs, load.count());
}

}  // namespace

uint64_t count_verdicts(log::Log& log, const log::TopicLayout& layout) {
  uint64_t count = 0;
  read_all(log, layout.verdicts(), layout.verdict_partitions,
           [&count](const log::Record&) { ++count; });
  return count;
}

void verify_outcome(log::Log& log, const log::TopicLayout& layout, const Load& load) {
  verify_verdicts(log, layout);
  verify_states(log, layout, load);
  verify_journal(log, layout, load);
}

}  // namespace sluice::chaos
