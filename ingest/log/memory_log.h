// The log in memory: one process, the promises of Kafka, and a directory to keep it in.
//
//   auto log = MemoryLog::open({.directory = "/var/lib/sluice/demo"});
//   log.value()->create_topics(specs);
//
// Offsets have gaps where a commit marker stands, an open transaction hides what comes after it in
// its partitions until it ends, groups have generations, producers fence their earlier lives: what
// holds on Kafka holds here, and one conformance suite proves it on both. Values are never copied
// between append and scan: a Record shares the bytes that were stored.
//
// Failure:  kLimit when bytes_max is stored; kCorrupt for a directory that is no log of ours;
//           kUnavailable if another process has it open.
// Bounds:   MemoryOptions::bytes_max of keys, values and headers.
// Threads:  a MemoryLog may be used by any; what it opens belongs to one thread each. Consumers and
//           producers must be gone before the log is.
// Tests:    tests/ingest/log/conformance_test.cc, memory_log_test.cc, memory_file_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/log/log.h"

namespace sluice::log {

namespace memory {
class State;
}

struct MemoryOptions {
  std::string directory = {};  // empty: gone with the process
  std::size_t bytes_max = std::size_t{4} << 30U;
  std::function<int64_t()> clock_ms = {};  // empty: the system's clock
};

// Faults that happen to the next call of their kind, once each, in the order they were asked for.
enum class Fault : uint8_t {
  kPutFails,              // Producer::put refuses
  kCommitAborts,          // commit: kAborted
  kCommitUnknownDone,     // commit: kUnknown, and it was committed
  kCommitUnknownNotDone,  // commit: kUnknown, and it was not
  kFenced,                // commit: kFenced, as if another producer had the id
  kEndUnavailable,        // Reader::high_watermark: kUnavailable, as if the broker were away
};

class MemoryLog final : public Log {
 public:
  static Result<std::unique_ptr<MemoryLog>> open(MemoryOptions options);
  ~MemoryLog() override;

  Result<std::unique_ptr<Consumer>> join(const ConsumerOptions& options) override;
  Result<std::unique_ptr<Producer>> open_producer(const std::string& transactional_id) override;
  Result<std::unique_ptr<Appender>> open_appender() override;
  Result<std::unique_ptr<Reader>> open_reader() override;
  Status create_topics(std::span<const TopicSpec> topics) override;
  Result<TopicSpec> describe_topic(const std::string& name) override;

  void inject(Fault fault);

  // Takes all partitions from every member of `group` as if their sessions had timed out: each sees
  // a Revocation with `lost`, and joins again.
  void expel(const std::string& group);

  // Compacts the committed part of every compacted topic: only a key's newest record stays, and
  // tombstones go. Offsets do not change.
  void compact();

  // Bytes of keys, values and headers that are stored.
  [[nodiscard]] std::size_t bytes() const;

 private:
  explicit MemoryLog(std::shared_ptr<memory::State> state);

  std::shared_ptr<memory::State> state_;
};

}  // namespace sluice::log
