// The pure function in the middle of the frame: (state, journal entry) -> (new state, records).
//
// One Fold object serves one partition. The frame (pipeline.h) feeds it entries in the order of the
// journal, live or from the journal itself; the fold sees nothing else: no clock, no network, no
// random number, no order of a hash table. So the same journal gives the same records and the same
// state, on any number of replicas. The judge (engine/senders/judge.h) is such a fold; a fold whose
// key is a tenant, a campaign or an IP is another one in the same frame.
//
// Failure:  apply() cannot fail: entries from a log are checked first, state from a changelog is
//           migrated or refused first.
// Threads:  one at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/store.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

// One record of the journal.
struct Entry {
  std::string key;    // of the record; empty for what belongs to the whole partition
  std::string value;  // what Fold::apply reads
};

// What an entry leans on beyond itself (the judge's: the rule set that scanned it), kept alive
// until the entry is committed.
using Basis = std::shared_ptr<const void>;

// Takes the records a fold makes.
class Outbox {
 public:
  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  virtual ~Outbox() = default;

  virtual void put(const log::Put& put) = 0;
};

class Fold {
 public:
  Fold() = default;
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;
  virtual ~Fold() = default;

  // --- coming back to life ---

  // A value of the changelog in today's schema. An error for a schema newer than this version.
  [[nodiscard]] virtual Result<std::string> migrate(std::string_view key,
                                                    std::string_view value) const = 0;

  // The store has been restored: take up what the fold keeps of it outside the store.
  virtual void resume(const Store& store) = 0;

  // How far back remember() needs the journal, in milliseconds of log time before clock_ms().
  [[nodiscard]] virtual int64_t memory_ms() const = 0;

  // Rebuilds short memory from an entry of the journal's end and the memo that apply() gave it.
  virtual void remember(std::string_view entry, std::string_view memo) = 0;

  // --- folding ---

  // Whether bytes from a log are an entry that apply() accepts.
  [[nodiscard]] virtual Status check(std::string_view entry) const = 0;

  // Whether apply() can fold a checked entry now: not if the journal must hold something before it
  // (the judge's: the rules that findings were made with) that was never folded.
  [[nodiscard]] virtual bool ready_for(std::string_view entry) const = 0;

  // The log's time as far as this partition knows it, in ms since 1970; 0 before the first entry.
  [[nodiscard]] virtual int64_t clock_ms() const = 0;

  // The last input offset that is part of the state; nullopt if there is none.
  [[nodiscard]] virtual std::optional<log::Offset> applied_through() const = 0;

  // The entry that says: it is now `time_ms`.
  [[nodiscard]] virtual Entry tick(int64_t time_ms) const = 0;

  // Appends the entries that have to stand in the journal before `entry`.
  virtual void prologue(std::string_view entry, const Basis& basis, const Store& store,
                        std::vector<Entry>& before) = 0;

  // Folds one entry. `memo` (empty on call) comes back through remember() after a restart.
  virtual void apply(std::string_view entry, Store& store, Outbox& out, std::string& memo) = 0;

  // --- transactions ---

  // Writes what the fold keeps outside the store into it. Called before each commit.
  virtual void settle(Store& store) = 0;

  virtual void commit() = 0;

  // Back to the last commit().
  virtual void rollback() = 0;
};

using FoldFactory = std::function<std::unique_ptr<Fold>(int32_t partition)>;

}  // namespace sluice::pipeline
