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
                       const rules::RuleSet& set) = 0;
};

class MessageScanner final : public pipeline::Scanner {
 public:
  // `observer` may be null; it outlives the scanner.
  explicit MessageScanner(RulesSource source, ScanObserver* observer = nullptr)
      : source_(std::move(source)), observer_(observer) {}

  void scan(const log::Record& record, pipeline::Scanned& out) override;

 private:
  void use(std::shared_ptr<const Rules> rules);
  rules::EnvelopeFacts envelope_facts(const records::Incoming& incoming, int64_t time_ms);
  uint32_t scan_message(const records::Incoming& incoming, int64_t time_ms);
  void write_findings(const log::Record& record, const records::Incoming& incoming,
                      uint32_t incomplete, pipeline::Scanned& out);
  void write_unreadable(const log::Record& record, pipeline::Scanned& out);

  RulesSource source_;
  ScanObserver* observer_;
  std::shared_ptr<const Rules> rules_;
  std::optional<rules::Scratch> scratch_;
  std::vector<rules::Hit> hits_;
  records::EnvelopeBuffer envelope_;
  std::vector<rules::NamedText> attributes_;
  Arena arena_;
  flatbuffers::FlatBufferBuilder builder_{1024};
};

}  // namespace sluice::senders
