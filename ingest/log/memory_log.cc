#include "ingest/log/memory_log.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"
#include "ingest/log/memory_file.h"
#include "ingest/log/memory_state.h"

namespace sluice::log {
namespace memory {
namespace {

using SharedState = std::shared_ptr<State>;

class StoredHandle final : public Record::Handle {
 public:
  explicit StoredHandle(std::shared_ptr<const Stored> stored) : stored_(std::move(stored)) {}

  void visit_headers(const std::function<void(Header)>& visit) const override {
    for (const Header& header : stored_->headers) visit(header);
  }

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const override {
    for (auto at = stored_->headers.rbegin(); at != stored_->headers.rend(); ++at) {
      if (at->name == name) return at->value;
    }
    return std::nullopt;
  }

 private:
  std::shared_ptr<const Stored> stored_;
};

// Where one consumer or reader stands in its partitions, and how it takes the next record.
class Cursor {
 public:
  explicit Cursor(SharedState state) : state_(std::move(state)) {}

  // REQUIRES: the state's mutex is held.
  Status seek(std::span<const Position> positions) {
    places_.clear();
    turn_ = 0;
    for (const Position& position : positions) {
      const PartitionLog* const log = state_->find(position.at.topic, position.at.partition);
      if (log == nullptr) return missing(position.at);
      Offset next = position.next;
      if (next == kBeginning) next = log->slots.empty() ? 0 : log->slots.front().offset;
      if (next == kEnd) next = log->next;
      places_.push_back({.at = position.at,
                         .topic = &state_->topics.find(position.at.topic)->first,
                         .log = log,
                         .next = next});
    }
    return {};
  }

  void clear() { places_.clear(); }

  // REQUIRES: the state's mutex is held.
  std::optional<Record> take() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[(turn_ + i) % places_.size()];
      if (const Slot* const slot = next_slot(place)) {
        place.next = slot->offset + 1;
        // A run of records of one partition, then the next partition's turn.
        if (++run_ >= kRun) {
          advance_turn((turn_ + i + 1) % places_.size());
        } else {
          turn_ = (turn_ + i) % places_.size();
        }
        return record_of(place, *slot);
      }
      run_ = 0;
    }
    return std::nullopt;
  }

  // REQUIRES: the state's mutex is held.
  Result<Offset> position(const TopicPartition& at) {
    for (Place& place : places_) {
      if (place.at != at) continue;
      next_slot(place);  // steps over markers and aborted records
      return place.next;
    }
    return missing(at);
  }

  static Error missing(const TopicPartition& at) {
    return {ErrorCode::kNotFound, at.topic + "[" + std::to_string(at.partition) + "]: not there"};
  }

 private:
  static constexpr int kRun = 64;

  struct Place {
    TopicPartition at;
    const std::string* topic = nullptr;  // its key in the state's map, which outlives records
    const PartitionLog* log = nullptr;
    Offset next = 0;
  };

  void advance_turn(std::size_t turn) {
    turn_ = turn;
    run_ = 0;
  }

  // The next record to deliver; nullptr if there is none, and then `place` is as far as it gets.
  static const Slot* next_slot(Place& place) {
    const Offset end = place.log->stable_end();
    auto slot =
        std::lower_bound(place.log->slots.begin(), place.log->slots.end(), place.next,
                         [](const Slot& left, Offset offset) { return left.offset < offset; });
    for (; slot != place.log->slots.end() && slot->offset < end; ++slot) {
      if (slot->record != nullptr) return &*slot;
    }
    place.next = std::max(place.next, end);
    return nullptr;
  }

  [[nodiscard]] Record record_of(const Place& place, const Slot& slot) const {
    Record record;
    record.topic = *place.topic;
    record.partition = place.at.partition;
    record.offset = slot.offset;
    record.timestamp_ms = slot.time_ms;
    record.log_append_time = state_->topics.find(*place.topic)->second.spec.log_append_time;
    record.has_key = slot.record->has_key;
    record.tombstone = slot.record->tombstone;
    record.key = slot.record->key;
    record.value = slot.record->value;
    record.handle = std::make_unique<StoredHandle>(slot.record);
    return record;
  }

  SharedState state_;
  std::vector<Place> places_;
  std::size_t turn_ = 0;
  int run_ = 0;
};

class MemoryMembership final : public Membership {
 public:
  MemoryMembership(std::string group_name, uint64_t number, uint64_t member)
      : group(std::move(group_name)), generation(number), member_id(member) {}

  const std::string group;
  const uint64_t generation;
  const uint64_t member_id;
};

class MemoryConsumer final : public Consumer {
 public:
  MemoryConsumer(SharedState state, const ConsumerOptions& options)
      : state_(std::move(state)), group_(options.group), cursor_(state_) {
    const std::lock_guard lock(state_->mutex);
    id_ = state_->next_id++;
    Group& group = state_->groups[group_];
    group.members[id_] = {.id = id_, .topics = options.topics, .assigned = {}};
    state_->rebalance(group);
  }

  ~MemoryConsumer() override {
    const std::lock_guard lock(state_->mutex);
    leave();
  }

  Event poll(std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(state_->mutex);
    while (true) {
      if (auto event = membership_event()) return std::move(*event);
      if (auto record = cursor_.take()) return std::move(*record);
      if (state_->changed.wait_until(lock, deadline) == std::cv_status::timeout) return Nothing{};
    }
  }

  Result<std::vector<Position>> committed(std::span<const TopicPartition> partitions,
                                          std::chrono::milliseconds /*timeout*/) override {
    const std::lock_guard lock(state_->mutex);
    const auto& committed = state_->groups[group_].committed;
    std::vector<Position> positions;
    for (const TopicPartition& at : partitions) {
      const auto found = committed.find(at);
      positions.push_back({.at = at, .next = found == committed.end() ? kNoOffset : found->second});
    }
    return positions;
  }

  Status start(std::span<const Position> positions) override {
    const std::lock_guard lock(state_->mutex);
    return cursor_.seek(positions);
  }

  Status release() override {
    const std::lock_guard lock(state_->mutex);
    cursor_.clear();
    Group& group = state_->groups[group_];
    if (leaving_) {
      leave();
      return {};
    }
    Member& me = group.members[id_];
    const bool expelled = me.phase == Member::Phase::kExpelled;
    me.phase = Member::Phase::kJoining;
    me.told = false;
    if (expelled) {
      state_->rebalance(group);
    } else {
      state_->deal_if_ready(group);
    }
    return {};
  }

  Result<Offset> position(const TopicPartition& at) override {
    const std::lock_guard lock(state_->mutex);
    return cursor_.position(at);
  }

  Result<Offset> end_offset(const TopicPartition& at) override {
    const std::lock_guard lock(state_->mutex);
    const PartitionLog* const log = state_->find(at.topic, at.partition);
    if (log == nullptr) return Cursor::missing(at);
    return log->stable_end();
  }

  Event close() override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->groups[group_].members.find(id_);
    if (found == state_->groups[group_].members.end()) return Nothing{};
    const bool holds = found->second.phase != Member::Phase::kJoining &&
                       (found->second.told || found->second.phase == Member::Phase::kRevoking);
    if (leaving_ || !holds) {
      leave();
      return Nothing{};
    }
    leaving_ = true;
    return Revocation{.lost = found->second.phase == Member::Phase::kExpelled};
  }

 private:
  std::optional<Event> membership_event() {
    Member& me = state_->groups[group_].members[id_];
    if (me.told) return std::nullopt;
    me.told = me.phase != Member::Phase::kJoining;
    switch (me.phase) {
      case Member::Phase::kStable:
        return Assignment{.partitions = me.assigned,
                          .membership = std::make_shared<MemoryMembership>(
                              group_, state_->groups[group_].generation, id_)};
      case Member::Phase::kRevoking:
      case Member::Phase::kExpelled:
        cursor_.clear();
        return Revocation{.lost = me.phase == Member::Phase::kExpelled};
      case Member::Phase::kJoining:
        break;
    }
    return std::nullopt;
  }

  void leave() {
    Group& group = state_->groups[group_];
    if (group.members.erase(id_) > 0) state_->rebalance(group);
  }

  SharedState state_;
  std::string group_;
  uint64_t id_ = 0;
  Cursor cursor_;
  bool leaving_ = false;
};

class MemoryProducer final : public Producer {
 public:
  MemoryProducer(SharedState state, std::string id) : state_(std::move(state)), id_(std::move(id)) {
    const std::lock_guard lock(state_->mutex);
    ProducerState& mine = state_->producers[id_];
    state_->abort(mine.transaction);
    mine = {.epoch = state_->next_id++, .transaction = 0};
    epoch_ = mine.epoch;
    state_->changed.notify_all();
  }

  // A transaction that is left open stays so until the id is opened again, as after a crash.
  ~MemoryProducer() override = default;

  Status put(const Put& put) override {
    auto stored = store(put);
    const std::lock_guard lock(state_->mutex);
    ProducerState& mine = state_->producers[id_];
    if (mine.epoch != epoch_) return Error{ErrorCode::kUnavailable, fenced()};
    if (state_->take_fault({Fault::kPutFails})) {
      return Error{ErrorCode::kUnavailable, "injected: put failed"};
    }
    if (mine.transaction == 0) mine.transaction = state_->next_id++;
    return state_->append(put.topic, put.partition, std::move(stored), mine.transaction);
  }

  CommitResult commit(std::span<const Position> positions, const Membership& membership) override {
    SLUICE_ASSERT(!positions.empty());
    const std::lock_guard lock(state_->mutex);
    ProducerState& mine = state_->producers[id_];
    if (mine.epoch != epoch_) return {.outcome = Outcome::kFenced, .reason = fenced()};
    const auto fault = state_->take_fault({Fault::kCommitAborts, Fault::kCommitUnknownDone,
                                           Fault::kCommitUnknownNotDone, Fault::kFenced});
    if (fault == Fault::kFenced) {
      mine.epoch = 0;
      return {.outcome = Outcome::kFenced, .reason = "injected: fenced"};
    }
    if (fault == Fault::kCommitUnknownNotDone) {
      return {.outcome = Outcome::kUnknown, .reason = "injected: no answer"};
    }
    const bool stale = !is_current(static_cast<const MemoryMembership&>(membership));
    if (stale || fault == Fault::kCommitAborts) {
      take_back(mine);
      return {.outcome = Outcome::kAborted,
              .reason = stale ? "the membership is of an old generation" : "injected: aborted"};
    }
    const std::string& group = static_cast<const MemoryMembership&>(membership).group;
    if (auto kept = state_->commit(mine.transaction, group, positions); !kept.ok()) {
      take_back(mine);
      return {.outcome = Outcome::kAborted, .reason = kept.error().message};
    }
    mine.transaction = 0;
    state_->changed.notify_all();
    if (fault) return {.outcome = Outcome::kUnknown, .reason = "injected: the answer was lost"};
    return {};
  }

  CommitResult abort() override {
    const std::lock_guard lock(state_->mutex);
    ProducerState& mine = state_->producers[id_];
    if (mine.epoch != epoch_) return {.outcome = Outcome::kFenced, .reason = fenced()};
    take_back(mine);
    return {.outcome = Outcome::kAborted, .reason = "asked for"};
  }

 private:
  void take_back(ProducerState& mine) {
    state_->abort(mine.transaction);
    mine.transaction = 0;
    state_->changed.notify_all();
  }

  bool is_current(const MemoryMembership& shown) {
    const Group& group = state_->groups[shown.group];
    const auto member = group.members.find(shown.member_id);
    return group.generation == shown.generation && member != group.members.end() &&
           member->second.phase != Member::Phase::kExpelled;
  }

  [[nodiscard]] std::string fenced() const {
    return "another producer has taken over the transactional id " + id_;
  }

  SharedState state_;
  std::string id_;
  uint64_t epoch_ = 0;
};

class MemoryAppender final : public Appender {
 public:
  explicit MemoryAppender(SharedState state) : state_(std::move(state)) {}

  Status append(const Put& put) override {
    auto stored = store(put);
    const std::lock_guard lock(state_->mutex);
    const auto topic = state_->topics.find(put.topic);
    if (topic == state_->topics.end()) {
      return Error{ErrorCode::kNotFound, std::string(put.topic) + ": no such topic"};
    }
    const int32_t partition = partition_of(put.key.value_or(""), topic->second.spec.partitions);
    Status appended = state_->append(put.topic, partition, std::move(stored), 0);
    state_->changed.notify_all();
    return appended;
  }

  Status flush(std::chrono::milliseconds /*timeout*/) override { return {}; }

 private:
  SharedState state_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(SharedState state) : state_(std::move(state)), cursor_(state_) {}

  Status seek(std::span<const Position> positions) override {
    const std::lock_guard lock(state_->mutex);
    return cursor_.seek(positions);
  }

  Event poll(std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(state_->mutex);
    while (true) {
      if (auto record = cursor_.take()) return std::move(*record);
      if (state_->changed.wait_until(lock, deadline) == std::cv_status::timeout) return Nothing{};
    }
  }

  Result<Offset> position(const TopicPartition& at) override {
    const std::lock_guard lock(state_->mutex);
    return cursor_.position(at);
  }

  Result<Offset> high_watermark(const TopicPartition& at) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->take_fault({Fault::kEndUnavailable})) {
      return Error{ErrorCode::kUnavailable, at.topic + ": injected: its end is not known"};
    }
    const PartitionLog* const log = state_->find(at.topic, at.partition);
    if (log == nullptr) return Cursor::missing(at);
    return log->next;
  }

  Result<Offset> offset_at(const TopicPartition& at, int64_t time_ms) override {
    const std::lock_guard lock(state_->mutex);
    const PartitionLog* const log = state_->find(at.topic, at.partition);
    if (log == nullptr) return Cursor::missing(at);
    const auto slot =
        std::lower_bound(log->slots.begin(), log->slots.end(), time_ms,
                         [](const Slot& left, int64_t time) { return left.time_ms < time; });
    return slot == log->slots.end() ? log->next : slot->offset;
  }

 private:
  SharedState state_;
  Cursor cursor_;
};

}  // namespace
}  // namespace memory

MemoryLog::MemoryLog(std::shared_ptr<memory::State> state) : state_(std::move(state)) {}

MemoryLog::~MemoryLog() = default;

Result<std::unique_ptr<MemoryLog>> MemoryLog::open(MemoryOptions options) {
  const std::string directory = options.directory;
  auto state = std::make_shared<memory::State>(std::move(options));
  if (!directory.empty()) {
    auto file = memory::File::open(directory, *state);
    if (!file.ok()) return file.error();
    state->file = std::move(file).value();
  }
  return std::unique_ptr<MemoryLog>(new MemoryLog(std::move(state)));
}

Result<std::unique_ptr<Consumer>> MemoryLog::join(const ConsumerOptions& options) {
  return std::unique_ptr<Consumer>(std::make_unique<memory::MemoryConsumer>(state_, options));
}

Result<std::unique_ptr<Producer>> MemoryLog::open_producer(const std::string& transactional_id) {
  return std::unique_ptr<Producer>(
      std::make_unique<memory::MemoryProducer>(state_, transactional_id));
}

Result<std::unique_ptr<Appender>> MemoryLog::open_appender() {
  return std::unique_ptr<Appender>(std::make_unique<memory::MemoryAppender>(state_));
}

Result<std::unique_ptr<Reader>> MemoryLog::open_reader() {
  return std::unique_ptr<Reader>(std::make_unique<memory::MemoryReader>(state_));
}

Status MemoryLog::create_topics(std::span<const TopicSpec> topics) {
  const std::lock_guard lock(state_->mutex);
  for (const TopicSpec& spec : topics) {
    if (spec.partitions < 1) return Error{ErrorCode::kInvalid, spec.name + ": no partitions"};
    if (state_->topics.contains(spec.name)) continue;
    if (state_->file != nullptr) {
      if (auto written = state_->file->topic(spec); !written.ok()) return written;
    }
    memory::Topic topic{.spec = spec, .partitions = {}};
    topic.partitions.resize(static_cast<std::size_t>(spec.partitions));
    state_->topics.try_emplace(spec.name, std::move(topic));
  }
  return {};
}

Result<TopicSpec> MemoryLog::describe_topic(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->topics.find(name);
  if (found == state_->topics.end()) return Error{ErrorCode::kNotFound, name + ": no such topic"};
  return found->second.spec;
}

void MemoryLog::inject(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->faults.push_back(fault);
}

void MemoryLog::expel(const std::string& group_name) {
  const std::lock_guard lock(state_->mutex);
  memory::Group& group = state_->groups[group_name];
  for (auto& [id, member] : group.members) {
    member.phase = memory::Member::Phase::kExpelled;
    member.told = false;
    member.assigned.clear();
  }
  ++group.generation;
  state_->changed.notify_all();
}

void MemoryLog::compact() {
  const std::lock_guard lock(state_->mutex);
  for (auto& [name, topic] : state_->topics) {
    if (topic.spec.cleanup == Cleanup::kCompact) state_->compact(topic);
  }
}

std::size_t MemoryLog::bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->bytes;
}

}  // namespace sluice::log
