#include "ingest/log/memory_state.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "ingest/log/memory_file.h"

namespace sluice::log::memory {
namespace {

constexpr std::size_t kSlotsUntilCompaction = 8'192;
constexpr std::size_t kGrowthUntilCompaction = 4;

int64_t system_now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::size_t stored_bytes(const Put& put) {
  std::size_t bytes = put.key.value_or("").size() + put.value.value_or("").size();
  for (const Header& header : put.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

std::string_view append_view(std::string& bytes, std::string_view text) {
  const std::size_t begin = bytes.size();
  bytes.append(text);  // never reallocates: the capacity was reserved
  return {bytes.data() + begin, text.size()};
}

// Whether a member takes part in the next deal.
bool waits(const Member& member) {
  return member.phase == Member::Phase::kJoining;
}

}  // namespace

std::shared_ptr<const Stored> store(const Put& put) {
  auto stored = std::make_shared<Stored>();
  stored->bytes.reserve(stored_bytes(put));
  stored->has_key = put.key.has_value();
  stored->tombstone = !put.value.has_value();
  stored->key = append_view(stored->bytes, put.key.value_or(""));
  stored->value = append_view(stored->bytes, put.value.value_or(""));
  stored->headers.reserve(put.headers.size());
  for (const Header& header : put.headers) {
    stored->headers.push_back({.name = append_view(stored->bytes, header.name),
                               .value = append_view(stored->bytes, header.value)});
  }
  return stored;
}

Offset PartitionLog::stable_end() const {
  Offset end = next;
  for (const auto& [transaction, began] : open) end = std::min(end, began);
  return end;
}

State::State(MemoryOptions given) : options(std::move(given)) {}

State::~State() = default;

int64_t State::now_ms() const {
  return options.clock_ms ? options.clock_ms() : system_now_ms();
}

PartitionLog* State::find(std::string_view topic, int32_t partition) {
  const auto found = topics.find(topic);
  if (found == topics.end() || partition < 0 || partition >= found->second.spec.partitions) {
    return nullptr;
  }
  return &found->second.partitions[static_cast<std::size_t>(partition)];
}

std::optional<Fault> State::take_fault(std::initializer_list<Fault> kinds) {
  const auto wanted = [&kinds](Fault fault) {
    return std::find(kinds.begin(), kinds.end(), fault) != kinds.end();
  };
  const auto found = std::find_if(faults.begin(), faults.end(), wanted);
  if (found == faults.end()) return std::nullopt;
  const Fault fault = *found;
  faults.erase(found);
  return fault;
}

Status State::append(std::string_view topic, int32_t partition,
                     std::shared_ptr<const Stored> record, uint64_t transaction) {
  PartitionLog* const log = find(topic, partition);
  const std::string name = std::string(topic) + "[" + std::to_string(partition) + "]";
  if (log == nullptr) return Error{ErrorCode::kNotFound, name + ": no such topic or partition"};
  Topic& whole = topics.find(topic)->second;
  if (static_cast<int64_t>(record->bytes.size()) > whole.spec.message_bytes_max) {
    return Error{ErrorCode::kLimit, name + ": a record of " + std::to_string(record->bytes.size()) +
                                        " bytes, allowed are " +
                                        std::to_string(whole.spec.message_bytes_max)};
  }
  if (bytes + record->bytes.size() > options.bytes_max) {
    return Error{ErrorCode::kLimit, "the memory log is full: " + std::to_string(bytes) + " bytes"};
  }
  Slot slot{.offset = log->next,
            .time_ms = std::max(log->last_time_ms, now_ms()),
            .transaction = transaction,
            .record = std::move(record)};
  if (file != nullptr) {
    if (auto written = file->record(topic, partition, slot); !written.ok()) return written;
  }
  if (transaction != 0 && log->open.try_emplace(transaction, log->next).second) {
    transactions[transaction].insert({.topic = std::string(topic), .partition = partition});
  }
  bytes += slot.record->bytes.size();
  log->last_time_ms = slot.time_ms;
  ++log->next;
  log->slots.push_back(std::move(slot));
  if (whole.spec.cleanup == Cleanup::kCompact && log->slots.size() > kSlotsUntilCompaction &&
      log->slots.size() > kGrowthUntilCompaction * log->compacted_size) {
    compact(whole);
  }
  return {};
}

void State::end_transaction(uint64_t transaction, bool commit) {
  for (const TopicPartition& at : transactions[transaction]) {
    PartitionLog& log = *find(at.topic, at.partition);
    const auto began =
        std::lower_bound(log.slots.begin(), log.slots.end(), log.open[transaction],
                         [](const Slot& slot, Offset offset) { return slot.offset < offset; });
    for (auto slot = began; !commit && slot != log.slots.end(); ++slot) {
      if (slot->transaction != transaction || slot->record == nullptr) continue;
      bytes -= slot->record->bytes.size();
      slot->record = nullptr;
    }
    log.open.erase(transaction);
    ++log.next;  // the marker
  }
  transactions.erase(transaction);
}

Status State::commit(uint64_t transaction, const std::string& group,
                     std::span<const Position> positions) {
  if (file != nullptr) {
    if (auto written = file->commit(transaction, group, positions); !written.ok()) return written;
  }
  for (const Position& position : positions) groups[group].committed[position.at] = position.next;
  if (transaction != 0) end_transaction(transaction, /*commit=*/true);
  return {};
}

void State::abort(uint64_t transaction) {
  if (transaction == 0) return;
  if (file != nullptr) static_cast<void>(file->abort(transaction));
  end_transaction(transaction, /*commit=*/false);
}

void State::compact(Topic& topic) {
  for (PartitionLog& log : topic.partitions) {
    const Offset end = log.stable_end();
    std::map<std::string_view, Offset> newest;
    for (const Slot& slot : log.slots) {
      if (slot.offset < end && slot.record != nullptr) newest[slot.record->key] = slot.offset;
    }
    const auto obsolete = [&](const Slot& slot) {
      if (slot.offset >= end) return false;
      return slot.record == nullptr || slot.record->tombstone ||
             newest[slot.record->key] != slot.offset;
    };
    std::deque<Slot> kept;
    std::vector<std::shared_ptr<const Stored>> dropped;  // keys in `newest` point into them
    for (Slot& slot : log.slots) {
      if (!obsolete(slot)) {
        kept.push_back(std::move(slot));
      } else if (slot.record != nullptr) {
        bytes -= slot.record->bytes.size();
        dropped.push_back(std::move(slot.record));
      }
    }
    log.slots = std::move(kept);
    log.compacted_size = log.slots.size();
  }
}

void State::rebalance(Group& group) {
  for (auto& [id, member] : group.members) {
    if (member.phase != Member::Phase::kStable) continue;
    // Who was never told of his partitions has nothing to give back.
    member.phase = member.told ? Member::Phase::kRevoking : Member::Phase::kJoining;
    member.told = false;
  }
  deal_if_ready(group);
}

void State::deal_if_ready(Group& group) {
  std::vector<Member*> waiting;
  for (auto& [id, member] : group.members) {
    if (member.phase == Member::Phase::kExpelled) continue;
    if (!waits(member)) return;
    waiting.push_back(&member);
  }
  ++group.generation;
  for (Member* member : waiting) {
    member->assigned.clear();
    member->phase = Member::Phase::kStable;
    member->told = false;
  }
  changed.notify_all();
  if (waiting.empty()) return;

  // Kafka's range assignor: of n partitions the first n % m members get one more.
  for (const std::string& name : waiting.front()->topics) {
    const auto topic = topics.find(name);
    if (topic == topics.end()) continue;
    const auto members = static_cast<int32_t>(waiting.size());
    int32_t next = 0;
    for (int32_t i = 0; i < members; ++i) {
      const int32_t share =
          topic->second.spec.partitions / members + (i < topic->second.spec.partitions % members);
      for (int32_t end = next + share; next < end; ++next) {
        waiting[static_cast<std::size_t>(i)]->assigned.push_back(
            {.topic = name, .partition = next});
      }
    }
  }
}

}  // namespace sluice::log::memory
