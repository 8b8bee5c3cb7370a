#include "engine/pipeline/replay.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "engine/pipeline/ledger.h"
#include "engine/pipeline/restore.h"
#include "engine/pipeline/store.h"

namespace sluice::pipeline {
namespace {

constexpr std::size_t kNamedDifferences = 10;

std::string place(std::string_view topic, int32_t partition) {
  return std::string(topic) + "[" + std::to_string(partition) + "]";
}

class Comparison {
 public:
  explicit Comparison(ReplayReport& report) : report_(report) {}

  void differ(std::string what) {
    ++report_.differences;
    if (report_.first_differences.size() < kNamedDifferences) {
      report_.first_differences.push_back(std::move(what));
    }
  }

 private:
  ReplayReport& report_;
};

// Records as a multiset of digests: topics of different partitions have no common order.
class OutputBag final : public Outbox {
 public:
  void put(const log::Put& put) override {
    ++made_;
    ++balance_[digest(put.key.value_or(""), put.value.value_or(""))];
  }

  void committed(const log::Record& record) { --balance_[digest(record.key, record.value)]; }

  [[nodiscard]] uint64_t made() const { return made_; }

  void compare(Comparison& comparison) const {
    for (const auto& [digest, balance] : balance_) {
      for (int i = 0; i < balance; ++i) comparison.differ("made again, but never committed");
      for (int i = 0; i > balance; --i) comparison.differ("committed, but not made again");
    }
  }

 private:
  static std::string digest(std::string_view key, std::string_view value) {
    return digest128(digest128(key) + digest128(value));
  }

  std::map<std::string, int> balance_;
  uint64_t made_ = 0;
};

struct Folding {
  std::unique_ptr<Fold> fold;
  Store store;
};

class Replay {
 public:
  Replay(log::Reader& reader, const ReplaySource& source, const FoldFactory& make_fold,
         const std::stop_token& stop)
      : reader_(reader), source_(source), stop_(stop), comparison_(report_) {
    for (int32_t i = 0; i < source.partitions; ++i) {
      foldings_[i].fold = make_fold(i);
    }
  }

  Result<ReplayReport> run() {
    if (Status folded = fold_journal(); !folded.ok()) return folded.error();
    if (Status compared = compare_outputs(); !compared.ok()) return compared.error();
    if (Status compared = compare_state(); !compared.ok()) return compared.error();
    return std::move(report_);
  }

 private:
  Status read(const std::string& topic, int32_t partitions,
              const std::function<Status(const log::Record&)>& visit) {
    std::vector<log::Position> from;
    for (int32_t i = 0; i < partitions; ++i) {
      from.push_back({.at = {topic, i}, .next = log::kBeginning});
    }
    return read_to_end(reader_, from, visit, source_.patience, stop_);
  }

  Status fold_journal() {
    Status read_all = read(source_.journal_topic, source_.partitions,
                           [this](const log::Record& record) { return fold(record); });
    for (auto& [number, folding] : foldings_) {
      if (folding.fold->clock_ms() != 0) folding.fold->settle(folding.store);
    }
    return read_all;
  }

  Status fold(const log::Record& record) {
    Folding& folding = foldings_.at(record.partition);
    const std::string where =
        place(record.topic, record.partition) + "@" + std::to_string(record.offset);
    const std::string entry(record.value);
    if (Status checked = folding.fold->check(entry); !checked.ok()) {
      return Error{checked.error().code, where + ": " + checked.error().message};
    }
    if (!folding.fold->ready_for(entry)) {
      return Error{ErrorCode::kInvalid, where + ": what must stand before it has been deleted"};
    }
    ++report_.entries;
    memo_.clear();
    folding.fold->apply(entry, folding.store, outputs_, memo_);
    if (record.handle->header(kHeaderMemo).value_or("") != memo_) {
      comparison_.differ(where + ": another memo");
    }
    folding.fold->commit();
    folding.store.commit();
    return {};
  }

  Status compare_outputs() {
    Status read_all =
        read(source_.output_topic, source_.output_partitions, [this](const log::Record& record) {
          outputs_.committed(record);
          return Status{};
        });
    report_.outputs = outputs_.made();
    outputs_.compare(comparison_);
    return read_all;
  }

  Status compare_state() {
    std::map<std::pair<int32_t, std::string>, std::string> committed;
    Status read_all =
        read(source_.state_topic, source_.partitions, [&committed](const log::Record& record) {
          const std::pair<int32_t, std::string> key(record.partition, record.key);
          if (record.tombstone) {
            committed.erase(key);
          } else {
            committed[key] = record.value;
          }
          return Status{};
        });
    std::map<int32_t, std::size_t> keys;
    for (const auto& [key, bytes] : committed) {
      ++report_.states;
      ++keys[key.first];
      const auto folded = foldings_.at(key.first).store.get(key.second);
      const std::string where = place(source_.state_topic, key.first);
      if (!folded) {
        comparison_.differ(where + ": a key that the journal does not give");
      } else if (*folded != bytes) {
        comparison_.differ(where + ": a key with another value");
      }
    }
    for (const auto& [number, folding] : foldings_) {
      if (folding.store.size() > keys[number]) {
        comparison_.differ(place(source_.state_topic, number) + ": keys are missing");
      }
    }
    return read_all;
  }

  log::Reader& reader_;
  const ReplaySource& source_;
  const std::stop_token& stop_;
  std::map<int32_t, Folding> foldings_;
  OutputBag outputs_;
  std::string memo_;
  ReplayReport report_;
  Comparison comparison_;
};

}  // namespace

Result<ReplayReport> replay(log::Log& log, const ReplaySource& source, const FoldFactory& make_fold,
                            const std::stop_token& stop) {
  auto reader = log.open_reader();
  if (!reader.ok()) return reader.error();
  return Replay(*reader.value(), source, make_fold, stop).run();
}

}  // namespace sluice::pipeline
