// What a MemoryLog holds: partitions, transactions, groups. Internal to ingest/log.
//
// One mutex guards everything; it is held for pointer work only, never while a value is copied.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ingest/log/log.h"
#include "ingest/log/memory_log.h"

namespace sluice::log::memory {

// A stored record: one allocation that readers share.
struct Stored {
  std::string bytes;  // key, value and headers, one after the other
  std::string_view key;
  std::string_view value;
  std::vector<Header> headers;
  bool has_key = false;
  bool tombstone = false;
};

std::shared_ptr<const Stored> store(const Put& put);

// A place in a partition. Markers and records of aborted transactions are never delivered.
struct Slot {
  Offset offset = 0;
  int64_t time_ms = 0;
  uint64_t transaction = 0;              // 0: written without one
  std::shared_ptr<const Stored> record;  // null: a marker, or gone
};

struct PartitionLog {
  std::deque<Slot> slots;  // ascending by offset, with gaps
  Offset next = 0;         // the offset of the next slot
  int64_t last_time_ms = 0;
  std::map<uint64_t, Offset> open;  // transactions under way here, and where they began
  std::size_t compacted_size = 0;   // slots after the last compaction

  // Readers of committed records stop here.
  [[nodiscard]] Offset stable_end() const;
};

struct Topic {
  TopicSpec spec;
  std::vector<PartitionLog> partitions;
};

struct ProducerState {
  uint64_t epoch = 0;        // of the newest life; older ones are fenced
  uint64_t transaction = 0;  // open, or 0
};

struct Member {
  uint64_t id = 0;
  std::vector<std::string> topics;
  std::vector<TopicPartition> assigned;
  enum class Phase : uint8_t { kJoining, kStable, kRevoking, kExpelled } phase = Phase::kJoining;
  bool told = false;  // the assignment or revocation was delivered
};

struct Group {
  uint64_t generation = 0;
  std::map<uint64_t, Member> members;
  std::map<TopicPartition, Offset> committed;
};

class File;

class State {
 public:
  explicit State(MemoryOptions given);
  ~State();

  // All of these REQUIRE that `mutex` is held.
  PartitionLog* find(std::string_view topic, int32_t partition);
  Status append(std::string_view topic, int32_t partition, std::shared_ptr<const Stored> record,
                uint64_t transaction);
  void end_transaction(uint64_t transaction, bool commit);

  // Ends it on file as well. A commit that cannot be written has not happened; an abort that cannot
  // be is repeated at the next open.
  Status commit(uint64_t transaction, const std::string& group,
                std::span<const Position> positions);
  void abort(uint64_t transaction);
  void compact(Topic& topic);

  // Somebody came or went: takes the partitions back, and deals them anew once all have let go.
  void rebalance(Group& group);
  void deal_if_ready(Group& group);
  [[nodiscard]] int64_t now_ms() const;
  std::optional<Fault> take_fault(std::initializer_list<Fault> kinds);

  MemoryOptions options;
  std::unique_ptr<File> file;  // null: nothing is kept
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Topic, std::less<>> topics;
  std::map<std::string, ProducerState> producers;
  std::map<std::string, Group> groups;
  std::map<uint64_t, std::set<TopicPartition>> transactions;  // open ones, and where they wrote
  std::deque<Fault> faults;
  uint64_t next_id = 1;  // of transactions, members and epochs
  std::size_t bytes = 0;
};

}  // namespace sluice::log::memory
