// From a record on `messages` to the findings that the judge folds.
//
//   record -> envelope -> message -> rule hits -> journal entry
//
// Everything expensive happens here, on any worker thread and in any order; nothing here knows the
// sender's past.
//
// Failure:  total. An envelope that cannot be read becomes findings that say so, with the ids of
//           the record's headers, and the record goes to the dead-letter topic.
// Bounds:   limits::kMessageBytesMax are read of a message; the rest sets Verdict.incomplete.
// Threads:  one scanner a thread; the RulesSource is called from all of them.
// Tests:    tests/engine/message_scanner_test.cc

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "engine/pipeline/scanner.h"
#include "engine/senders/activation.h"
#include "ingest/mime/message.h"
#include "ingest/records/message_value.h"
#include "rules/rule_set.h"

namespace sluice::senders {

// The rules in force now. Cheap; never null.
using RulesSource = std::function<std::shared_ptr<const Rules>()>;

// Told of every message scanned, on the worker's thread: for metrics.
class ScanObserver {
 public:
  ScanObserver() = default;
  ScanObserver(const ScanObserver&) = delete;
  ScanObserver& operator=(const ScanObserver&) = delete;
  virtual ~ScanObserver() = default;

  virtual void scanned(const mime::Message& message, std::span<const rules::Hit> hits,
                       const rules::TextBytes& texts, const rules::RuleSet& set) = 0;
};

class MessageScanner final : public pipeline::Scanner {
 public:
  // `observer` may be null; it outlives the scanner. `remembered_bytes`: of rules::Scratch.
  explicit MessageScanner(RulesSource source, ScanObserver* observer = nullptr,
                          std::size_t remembered_bytes = 0)
      : source_(std::move(source)), observer_(observer), remembered_bytes_(remembered_bytes) {}

  using Scanner::scan;
  void scan(std::span<const pipeline::ScanTask> tasks) override;

 private:
  // A record that was read.
  struct Reading {
    const pipeline::ScanTask* task = nullptr;
    records::EnvelopeBuffer buffer = {};
    records::Incoming incoming = {};
    std::vector<rules::NamedText> attributes = {};
    rules::EnvelopeFacts envelope = {};
    Arena arena = {};
    std::optional<mime::Message> message = {};
  };

  void use(std::shared_ptr<const Rules> rules);

  // False: its envelope cannot be read.
  bool read(const pipeline::ScanTask& task, Reading& out) const;
  void scan_messages(std::size_t count);
  [[nodiscard]] uint32_t why_incomplete(std::size_t message) const;
  void write_findings(std::size_t message);
  void write_unreadable(const log::Record& record, pipeline::Scanned& out);

  RulesSource source_;
  ScanObserver* observer_;
  std::size_t remembered_bytes_;
  std::shared_ptr<const Rules> rules_;
  std::optional<rules::Scratch> scratch_;
  std::vector<std::unique_ptr<Reading>> readings_;  // of the batch, and what is left of others
  std::vector<rules::ScanInput> inputs_;            // of the batch
  std::vector<std::vector<rules::Hit>> hits_;       // likewise
  flatbuffers::FlatBufferBuilder builder_{1024};
};

}  // namespace sluice::senders
