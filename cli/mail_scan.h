// Messages through reading and rules, without a log: what scan, explain, hits and diff share.
//
//   MailScanner scanner(*set, limits);
//   scanner.scan(tasks, scans);      scans[task.slot].action, .score, .hits
//
// Bounds:   no allocation once the scanner and the result have grown.
// Threads:  one at a time for each scanner.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cli/mail_crew.h"
#include "engine/verdict/policy.h"
#include "ingest/mime/message.h"
#include "rules/rule_set.h"

namespace sluice::cli {

// The message that is being looked at. Read once, for as many rule sets as may be.
class ReadMail {
 public:
  // nullptr: nothing is known of the envelope; else it outlives this. `extent`: that of the rule
  // sets at least.
  explicit ReadMail(const rules::EnvelopeFacts* envelope = nullptr,
                    mime::Extent extent = mime::Extent::kTexts)
      : envelope_(envelope), extent_(extent) {}

  // `bytes` outlive the next call.
  void read(std::string_view bytes);

  [[nodiscard]] rules::ScanInput input() const;

  [[nodiscard]] const mime::DefectSet& defects() const { return message_->defects; }

 private:
  const rules::EnvelopeFacts* envelope_;
  mime::Extent extent_;
  Arena arena_;
  std::optional<mime::Message> message_;
};

// Several messages that are looked at together.
class MailBatch {
 public:
  explicit MailBatch(const rules::EnvelopeFacts* envelope = nullptr,
                     mime::Extent extent = mime::Extent::kTexts)
      : envelope_(envelope), extent_(extent) {}

  // The mail outlives the next call.
  void read(std::span<const MailCrew::Task> tasks);

  [[nodiscard]] std::span<const rules::ScanInput> inputs() const { return inputs_; }

  [[nodiscard]] const mime::DefectSet& defects(std::size_t message) const {
    return mails_[message].defects();
  }

 private:
  const rules::EnvelopeFacts* envelope_;
  mime::Extent extent_;
  std::deque<ReadMail> mails_;
  std::vector<rules::ScanInput> inputs_;
};

// "part of the message was not read (limit_header), 3 rules not decided"; empty if all was looked
// at.
std::string why_incomplete(const mime::DefectSet& defects, const rules::ScanFindings& findings);

struct Scan {
  std::string name = {};
  records::Action action = records::Action::accept;
  int32_t score = 0;  // thousandths
  std::vector<rules::Hit> scan_hits = {};
  std::vector<rules::WeightedHit> hits = {};  // metas included; sub-rules only if asked for
  rules::ScanFindings findings = {};
  mime::DefectSet defects = {};
  std::size_t bytes = 0;
  std::vector<rules::CappedGroup> capped = {};

  [[nodiscard]] bool complete() const { return !mime::cut_short(defects) && findings.complete(); }
};

// Runs the rules of one set on messages that were read.
class RuleRun {
 public:
  explicit RuleRun(const rules::RuleSet& set) : set_(set), scratch_(set) {}

  // With the judge's part of the set, or one made from it.
  void run(const rules::ScanInput& input, const rules::JudgePart& judge,
           const SenderView& sender = {}) {
    scan({&input, 1});
    evaluate(0, judge, sender);
  }

  // Several messages together, at most limits::kScanBatch; then each is evaluated.
  void scan(std::span<const rules::ScanInput> inputs);
  void evaluate(std::size_t message, const rules::JudgePart& judge, const SenderView& sender = {});

  [[nodiscard]] const std::vector<rules::Hit>& hits(std::size_t message = 0) const {
    return hits_[message];
  }

  // Of the message that was evaluated last.
  [[nodiscard]] const rules::Evaluation& evaluation() const { return evaluation_; }

  [[nodiscard]] const rules::ScanFindings& findings(std::size_t message = 0) const {
    return scratch_.findings(message);
  }

  [[nodiscard]] rules::Scratch& scratch() { return scratch_; }

 private:
  const rules::RuleSet& set_;
  rules::Scratch scratch_;
  std::vector<std::vector<rules::Hit>> hits_;  // of each message
  rules::Evaluation evaluation_;
};

// Runs the rules of one set on several messages together.
class MailScanner {
 public:
  // All outlive the scanner. `judge` is that of the set, or one that reports sub-rules as well.
  MailScanner(const rules::RuleSet& set, const rules::JudgePart& judge,
              const verdict::Limits& limits, const rules::EnvelopeFacts* envelope = nullptr)
      : judge_(judge), limits_(limits), batch_(envelope, set.extent()), run_(set) {}

  MailScanner(const rules::RuleSet& set, const verdict::Limits& limits,
              const rules::EnvelopeFacts* envelope = nullptr)
      : MailScanner(set, set.judge_part(), limits, envelope) {}

  // What rules see of the senders of all messages; else nobody has seen them before.
  void set_sender(const SenderView& sender) { sender_ = sender; }

  // As rules::Scratch::remember().
  void remember(std::size_t bytes) { run_.scratch().remember(bytes); }

  // What becomes of each task's mail goes to its slot of `out`.
  void scan(std::span<const MailCrew::Task> tasks, std::span<Scan> out);

 private:
  void take_result(std::size_t message, const Mail& mail, Scan& out);

  const rules::JudgePart& judge_;
  const verdict::Limits& limits_;
  SenderView sender_;
  MailBatch batch_;
  RuleRun run_;
};

}  // namespace sluice::cli
