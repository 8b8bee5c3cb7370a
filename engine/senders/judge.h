// The judge: folds what was found in messages into what is known of their senders, and decides.
//
//   Findings {sender, hits, time}  ->  sender state + 1 message, Verdict {action, score, sender
//   score} Tick {time}                    ->  the partition's clock; senders unseen for long are
//   forgotten Activation {scores, metas}     ->  what the next findings are weighed with Keyframe
//   {sender, state}       ->  a sender's state before his first entry of a day
//
// Beyond the senders the judge keeps one record for the partition itself, under kPartitionKey: the
// clock, the digest of the active rules, counts, and how far the search for idle senders has come.
//
// Source:   ingest/schemas/journal.fbs, verdict.fbs.
// Failure:  entries are checked before they are folded; state of a newer schema is refused.
// Bounds:   one sender state per known sender; limits::kSweepKeys of them looked at per tick.
// Threads:  one at a time.
// Tests:    tests/engine/judge_test.cc

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pipeline/fold.h"
#include "engine/senders/activation.h"
#include "engine/senders/partition_state.h"
#include "engine/senders/recent_ids.h"
#include "engine/senders/sender_state.h"
#include "engine/verdict/verdict_writer.h"

namespace sluice::senders {

inline constexpr std::string_view kPartitionKey = "@partition";  // no sender key begins with '@'

struct JudgeOptions {
  std::string verdict_topic;
  int32_t verdict_partitions = 1;
  bool json = false;  // verdicts as JSON instead of FlatBuffers
};

class Judge final : public pipeline::Fold {
 public:
  explicit Judge(JudgeOptions options) : options_(std::move(options)) {}

  [[nodiscard]] Result<std::string> migrate(std::string_view key,
                                            std::string_view value) const override;
  void resume(const pipeline::Store& store) override;

  [[nodiscard]] int64_t memory_ms() const override { return RecentIds::kWindowMs; }

  void remember(std::string_view entry, std::string_view memo) override;

  [[nodiscard]] Status check(std::string_view entry) const override;

  [[nodiscard]] bool ready_for(std::string_view entry) const override;

  [[nodiscard]] int64_t clock_ms() const override { return live_.partition.clock_ms; }

  [[nodiscard]] std::optional<log::Offset> applied_through() const override;
  [[nodiscard]] pipeline::Entry tick(int64_t time_ms) const override;

  // `basis` is the Rules the findings were scanned with; nullptr for ticks.
  void prologue(std::string_view entry, const pipeline::Basis& basis, const pipeline::Store& store,
                std::vector<pipeline::Entry>& before) override;
  void apply(std::string_view entry, pipeline::Store& store, pipeline::Outbox& out,
             std::string& memo) override;

  void settle(pipeline::Store& store) override;
  void commit() override;
  void rollback() override;

 private:
  // What a rollback takes back, beside the store and the recent ids.
  struct Live {
    PartitionState partition;
    std::shared_ptr<const Active> active;  // null after a restart until prologue() takes it up
  };

  struct Outcome {
    records::Action action = records::Action::accept;
    records::Reason reason = records::Reason::clean;
    int32_t score = 0;
    uint8_t sender_score = 0;
    records::Standing standing = records::Standing::unknown;
  };

  void apply_findings(const records::Findings& findings, pipeline::Store& store,
                      pipeline::Outbox& out, std::string& memo);
  void apply_tick(const records::Tick& tick, pipeline::Store& store);
  void apply_activation(std::string_view entry);
  void apply_keyframe(const records::Keyframe& keyframe, pipeline::Store& store);

  Outcome judge(const records::Findings& findings, pipeline::Store& store);
  [[nodiscard]] Outcome content_outcome(const records::Findings& findings) const;
  void evaluate(const records::Findings& findings, const SenderView& sender);
  void weigh_sender(const SenderState& state, int64_t now_ms, Outcome& outcome);
  void emit(const records::Findings& findings, const Outcome& outcome, bool duplicate,
            pipeline::Outbox& out);
  void collect_hits();

  static RecentIds::Memo encode_memo(const Outcome& outcome);
  static Outcome decode_memo(const RecentIds::Memo& memo);

  JudgeOptions options_;
  Live live_;
  Live committed_;
  RecentIds recent_;

  // Reused from message to message.
  std::vector<rules::Hit> scan_hits_;
  rules::Evaluation evaluation_;
  std::vector<verdict::WrittenHit> written_hits_;
  std::vector<verdict::Points> points_;
  verdict::VerdictWriter writer_;
};

}  // namespace sluice::senders
