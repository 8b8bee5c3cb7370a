#include "engine/pipeline/restore.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/json_log.h"

namespace sluice::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// Which partitions have not been read to their end yet.
class Progress {
 public:
  explicit Progress(log::Reader& reader) : reader_(reader) {}

  Status begin(std::span<const log::Position> from) {
    for (const log::Position& position : from) {
      auto end = reader_.high_watermark(position.at);
      if (!end.ok()) return end.error();
      if (end.value() > 0) ends_[position.at] = end.value();
    }
    return {};
  }

  // Drops what has been reached. True if nothing is left.
  Result<bool> complete() {
    for (auto at = ends_.begin(); at != ends_.end();) {
      auto position = reader_.position(at->first);
      if (!position.ok()) return position.error();
      at = position.value() >= at->second ? ends_.erase(at) : std::next(at);
    }
    return ends_.empty();
  }

  [[nodiscard]] bool wants(const log::Record& record) const {
    const auto found =
        ends_.find({.topic = std::string(record.topic), .partition = record.partition});
    return found != ends_.end() && record.offset < found->second;
  }

 private:
  log::Reader& reader_;
  std::map<log::TopicPartition, log::Offset> ends_;
};

constexpr int kRecordsBetweenChecks = 512;

// Reads records until none is at hand or it is time to look at the progress.
Result<int> read_some(log::Reader& reader, const Progress& progress,
                      const std::function<Status(const log::Record&)>& visit) {
  for (int i = 0; i < kRecordsBetweenChecks; ++i) {
    const log::Event event = reader.poll(std::chrono::milliseconds(i == 0 ? 20 : 0));
    if (const auto* trouble = std::get_if<log::Trouble>(&event)) {
      if (trouble->fatal) return trouble->error;
      log_warning("restore_trouble", {{"reason", trouble->error.message}});
      continue;
    }
    const auto* record = std::get_if<log::Record>(&event);
    if (record == nullptr) return i;
    if (!progress.wants(*record)) continue;
    if (Status visited = visit(*record); !visited.ok()) return visited.error();
  }
  return kRecordsBetweenChecks;
}

std::optional<std::string_view> value_of(const log::Record& record) {
  if (record.tombstone) return std::nullopt;
  return record.value;
}

class Restorer {
 public:
  Restorer(log::Reader& reader, const RestoreSource& source, std::span<Partition* const> partitions,
           const std::stop_token& stop)
      : reader_(reader), source_(source), stop_(stop) {
    for (Partition* partition : partitions) partitions_[partition->number()] = partition;
  }

  Result<uint64_t> run() {
    if (Status read = read_state(); !read.ok()) return read.error();
    for (auto& [number, partition] : partitions_) partition->fold().resume(partition->store());
    if (Status read = read_journal(); !read.ok()) return read.error();
    return records_;
  }

 private:
  Status read_state() {
    std::vector<log::Position> from;
    for (const auto& [number, partition] : partitions_) {
      from.push_back({.at = {source_.state_topic, number}, .next = log::kBeginning});
    }
    return read_to_end(
        reader_, from, [this](const log::Record& record) { return load(record); }, source_.patience,
        stop_);
  }

  Status load(const log::Record& record) {
    ++records_;
    Partition& partition = *partitions_.at(record.partition);
    const auto value = value_of(record);
    if (!value) {
      partition.store().load(record.key, std::nullopt);
      return {};
    }
    auto migrated = partition.fold().migrate(record.key, *value);
    if (!migrated.ok()) return at(record, migrated.error());
    partition.store().load(record.key, migrated.value());
    return {};
  }

  Status read_journal() {
    std::vector<log::Position> from;
    for (const auto& [number, partition] : partitions_) {
      const int64_t clock_ms = partition->fold().clock_ms();
      if (clock_ms == 0) continue;
      // A journal entry is appended after its input, so this finds all that is young enough.
      const log::TopicPartition journal{source_.journal_topic, number};
      auto start = reader_.offset_at(journal, clock_ms - partition->fold().memory_ms());
      if (!start.ok()) return start.error();
      from.push_back({.at = journal, .next = start.value()});
    }
    return read_to_end(
        reader_, from, [this](const log::Record& record) { return remember(record); },
        source_.patience, stop_);
  }

  Status remember(const log::Record& record) {
    ++records_;
    const auto memo = record.handle->header(kHeaderMemo);
    if (!memo || record.tombstone) return {};
    Fold& fold = partitions_.at(record.partition)->fold();
    const std::string entry(record.value);  // aligned, which a fetch buffer is not
    if (Status checked = fold.check(entry); !checked.ok()) return at(record, checked.error());
    fold.remember(entry, *memo);
    return {};
  }

  static Error at(const log::Record& record, const Error& error) {
    return {error.code, std::string(record.topic) + "[" + std::to_string(record.partition) + "]@" +
                            std::to_string(record.offset) + ": " + error.message};
  }

  log::Reader& reader_;
  const RestoreSource& source_;
  const std::stop_token& stop_;
  std::map<int32_t, Partition*> partitions_;
  uint64_t records_ = 0;
};

}  // namespace

Status read_to_end(log::Reader& reader, std::span<const log::Position> from,
                   const std::function<Status(const log::Record&)>& visit,
                   std::chrono::milliseconds patience, const std::stop_token& stop) {
  if (from.empty()) return {};
  Progress progress(reader);
  if (Status begun = progress.begin(from); !begun.ok()) return begun;
  if (Status sought = reader.seek(from); !sought.ok()) return sought;

  auto moved = Clock::now();
  while (true) {
    auto complete = progress.complete();
    if (!complete.ok()) return complete.error();
    if (complete.value()) return {};

    auto read = read_some(reader, progress, visit);
    if (!read.ok()) return read.error();
    if (read.value() > 0) moved = Clock::now();
    if (stop.stop_requested()) return Error{ErrorCode::kUnavailable, "stopped while reading"};
    if (Clock::now() - moved > patience) {
      return Error{ErrorCode::kUnavailable, from.front().at.topic + ": no progress for " +
                                                std::to_string(patience.count()) + " ms"};
    }
  }
}

Result<uint64_t> restore(log::Reader& reader, const RestoreSource& source,
                         std::span<Partition* const> partitions, const std::stop_token& stop) {
  return Restorer(reader, source, partitions, stop).run();
}

}  // namespace sluice::pipeline
