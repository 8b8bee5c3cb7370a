// Partitioned, ordered logs; groups that share their partitions; transactions that write to several
// of them at once. The one door to Kafka, and to the in-process log that stands in for it.
//
//   auto log = open_kafka({.bootstrap = "127.0.0.1:9092"});       // or MemoryLog::open(directory)
//   auto consumer = log->join({.group = "sluice-judge", .topics = {"sluice.messages"}});
//   auto producer = log->open_producer("judge-host1");             // fences its previous life
//   for (;;) {
//     Event event = consumer->poll(100ms);
//     if (auto* given = std::get_if<Assignment>(&event)) { restore; consumer->start(positions); }
//     if (auto* record = std::get_if<Record>(&event)) producer->put({.topic = ..., ...});
//     if (auto* taken = std::get_if<Revocation>(&event)) { commit or abort; consumer->release(); }
//     producer->commit(positions of every owned partition, *membership);
//   }
//
// Source:   Kafka's protocol guide and KIP-98, KIP-129, KIP-447; librdkafka's INTRODUCTION.md.
// Failure:  Result for what the log refuses; Trouble for what goes wrong while polling; an Outcome
//           for transactions, because "failed" has four different consequences.
// Borrows:  a Record owns its bytes; all other views live for the call.
// Threads:  Consumer, Producer, Reader and Appender each belong to one thread. A Record may be
//           destroyed on any thread. A Log may be used by any.
// Tests:    tests/ingest/log/conformance_test.cc runs the same claims on both implementations.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace sluice::log {

using Offset = int64_t;

inline constexpr Offset kBeginning = -2;    // the oldest record that is still there
inline constexpr Offset kEnd = -1;          // after the newest one
inline constexpr Offset kNoOffset = -1001;  // nothing was ever committed

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;  // NOLINT(modernize-use-nullptr): 0
};

// Where a reader of one partition stands: the next offset it wants.
struct Position {
  TopicPartition at;
  Offset next = 0;

  bool operator==(const Position&) const = default;
};

struct Header {
  std::string_view name = {};
  std::string_view value = {};
};

// One record as it was read. Owns the bytes its views point at: in Kafka's case a share of a fetch
// buffer, so a record kept for long keeps megabytes alive with it.
class Record {
 public:
  // The implementation's grip on the bytes. Destroyed on whatever thread destroys the record.
  class Handle {
   public:
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    virtual ~Handle() = default;

    // Calls `visit` for each header in order.
    virtual void visit_headers(const std::function<void(Header)>& visit) const = 0;

    // The last header called `name`; nullopt if there is none.
    [[nodiscard]] virtual std::optional<std::string_view> header(std::string_view name) const = 0;
  };

  std::string_view topic = {};
  int32_t partition = 0;
  Offset offset = 0;
  int64_t timestamp_ms = 0;      // since 1970, UTC
  bool log_append_time = false;  // set by the log, not by the producer
  bool has_key = false;
  bool tombstone = false;  // no value at all, as opposed to an empty one
  std::string_view key = {};
  std::string_view value = {};
  std::unique_ptr<Handle> handle;  // never null in a record that was read
};

// Proof of membership in one generation of a group. Taken once, from the Assignment, and shown with
// every commit until the Revocation: metadata asked for at commit time may belong to nobody, and
// the broker would not check it.
class Membership {
 public:
  Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  virtual ~Membership() = default;
};

// Partitions were given to this member. Nothing is read until Consumer::start.
struct Assignment {
  std::vector<TopicPartition> partitions;
  std::shared_ptr<const Membership> membership;
};

// All partitions are being taken back. Others wait until Consumer::release. If `lost`, they already
// belong to somebody else: abort, commit nothing.
struct Revocation {
  bool lost = false;
};

// Something the caller should know of; polling may go on. A record that cannot be delivered at all
// (a corrupt batch) is named by `at`; the consumer has stepped over it.
struct Trouble {
  Error error;
  bool fatal = false;  // this consumer will never deliver again
  std::optional<Position> at = std::nullopt;
};

struct Nothing {};

using Event = std::variant<Nothing, Record, Assignment, Revocation, Trouble>;

struct ConsumerOptions {
  std::string group;
  std::vector<std::string> topics;  // co-partitioned: equal counts, same numbers to one member
  std::string client_id = "sluice";
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds max_poll_interval{120'000};
};

class Consumer {
 public:
  Consumer() = default;
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  virtual ~Consumer() = default;

  // The next event, or Nothing after `timeout`. Must be called within max_poll_interval. Not
  // calling it is the backpressure: there is no pause. Between Assignment and start, and between
  // Revocation and release, it gives no records.
  virtual Event poll(std::chrono::milliseconds timeout) = 0;

  // The group's committed positions, kNoOffset where there is none. Waits until no transaction has
  // an offset pending on them, at most `timeout`.
  virtual Result<std::vector<Position>> committed(std::span<const TopicPartition> partitions,
                                                  std::chrono::milliseconds timeout) = 0;

  // Answers an Assignment: deliver from these positions on (an Offset, kBeginning or kEnd).
  virtual Status start(std::span<const Position> positions) = 0;

  // Answers a Revocation.
  virtual Status release() = 0;

  // The offset after the last record delivered *and* after the commit markers and gaps behind it
  // that were passed over; what to commit when nothing is in flight.
  virtual Result<Offset> position(const TopicPartition& at) = 0;

  // The next record that will be readable is at or beyond this: for lag. Cached, costs nothing.
  virtual Result<Offset> end_offset(const TopicPartition& at) = 0;

  // Leaves the group. Gives the last Revocation first, if partitions are held: call until Nothing.
  virtual Event close() = 0;
};

struct Put {
  std::string_view topic = {};
  int32_t partition = 0;
  std::optional<std::string_view> key = std::nullopt;
  std::optional<std::string_view> value = std::nullopt;  // none: a tombstone
  std::span<const Header> headers = {};
};

enum class Outcome : uint8_t {
  kCommitted,  // all of it is visible, offsets included
  kAborted,    // none of it; the producer goes on. Fold the retained entries again
  kUnknown,    // one or the other: open a new producer with the same id, then ask committed()
  kFenced,     // none of it, and another producer has taken this id over: this one is done for
};

struct CommitResult {
  Outcome outcome = Outcome::kCommitted;
  std::string reason = {};  // of any outcome but kCommitted
};

// Writes in transactions. All puts since the last commit or abort form one.
class Producer {
 public:
  Producer() = default;
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  virtual ~Producer() = default;

  // Copies what it is given; begins a transaction if none is open. Blocks only while the client's
  // own queue is full. An error means the transaction must be aborted.
  virtual Status put(const Put& put) = 0;

  // Commits the open transaction (begins one if need be) together with `positions`: one for every
  // owned partition, also those without progress, or nothing would check the membership.
  // REQUIRES: !positions.empty().
  virtual CommitResult commit(std::span<const Position> positions,
                              const Membership& membership) = 0;

  // Takes back the open transaction, if any. kAborted when it is gone; kUnknown or kFenced when
  // only a new producer can tell.
  virtual CommitResult abort() = 0;
};

// Writes without transactions, each record once and in order (idempotent, acks=all); the key
// decides the partition as Kafka's own clients do (murmur2). For edges and tools.
class Appender {
 public:
  Appender() = default;
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  virtual ~Appender() = default;

  // `put.partition` is ignored: put.key decides. Blocks while the client's queue is full.
  virtual Status append(const Put& put) = 0;

  // Waits until every record is stored; an error names the first that was not.
  virtual Status flush(std::chrono::milliseconds timeout) = 0;
};

// Reads chosen partitions without a group; committed records only.
class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  virtual Status seek(std::span<const Position> positions) = 0;

  // A Record, Nothing after `timeout`, or Trouble.
  virtual Event poll(std::chrono::milliseconds timeout) = 0;

  // As Consumer::position.
  virtual Result<Offset> position(const TopicPartition& at) = 0;

  // The end of the partition as stored, open transactions included. A reader whose position
  // reaches it has seen all that was there when this was asked.
  virtual Result<Offset> high_watermark(const TopicPartition& at) = 0;

  // The first offset whose record was appended at or after `time_ms`; the end if none was.
  virtual Result<Offset> offset_at(const TopicPartition& at, int64_t time_ms) = 0;
};

enum class Cleanup : uint8_t { kDelete, kCompact };

struct TopicSpec {
  std::string name;
  int32_t partitions = 1;
  int16_t replication = 1;
  Cleanup cleanup = Cleanup::kDelete;
  int64_t retention_ms = -1;  // -1: for ever. Ignored when compacted
  int64_t message_bytes_max = 1 << 20U;
  bool log_append_time = true;

  bool operator==(const TopicSpec&) const = default;
};

class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  virtual Result<std::unique_ptr<Consumer>> join(const ConsumerOptions& options) = 0;

  // Ends whatever transaction an earlier producer with this id left open, and fences it.
  virtual Result<std::unique_ptr<Producer>> open_producer(const std::string& transactional_id) = 0;

  virtual Result<std::unique_ptr<Appender>> open_appender() = 0;

  virtual Result<std::unique_ptr<Reader>> open_reader() = 0;

  // Creates what does not exist yet; topics that exist are left alone, whatever they look like.
  virtual Status create_topics(std::span<const TopicSpec> topics) = 0;

  // As they are now. A topic that does not exist is kNotFound.
  virtual Result<TopicSpec> describe_topic(const std::string& name) = 0;
};

}  // namespace sluice::log
