// The keyed state of one partition, in memory, with an undo log for the open transaction.
//
//   store.put("hoster/u:anna", bytes);      changed since the last commit()
//   store.rollback();                        as it was at the last commit()
//   store.for_each_change(...)               what the transaction writes to the changelog
//
// Borrows:  get() and sweep() hand out views that die with the next change of the same key.
// Bounds:   as many keys as the fold keeps; one undo entry per key and transaction.
// Threads:  one at a time.
// Tests:    tests/engine/store_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/btree_set.h>
#include <absl/container/node_hash_map.h>

#include "base/hash.h"

namespace sluice::pipeline {

class Store {
 public:
  // The value of `key`; nullopt if it has none.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view key) const;

  void put(std::string_view key, std::string_view value);

  void erase(std::string_view key);

  // Sets a value outside any transaction: what a restore does. REQUIRES: no change is uncommitted.
  void load(std::string_view key, std::optional<std::string_view> value);

  // Calls `visit(key, value)` for at most `count` keys in ascending order, beginning after `after`
  // and going on from the first key when the last one was passed. Returns the last key visited.
  // `visit` may not change the store.
  std::string sweep(std::string_view after, std::size_t count,
                    const std::function<void(std::string_view, std::string_view)>& visit) const;

  // Calls `visit(key, value)` once for every key changed since the last commit, in the order of
  // their first change; nullopt for a key that was erased.
  void for_each_change(
      const std::function<void(std::string_view, std::optional<std::string_view>)>& visit) const;

  void commit();
  void rollback();

  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  struct Value {
    std::string bytes;
    uint64_t changed_in = 0;  // the transaction that already has an undo entry for it
  };

  struct Undo {
    std::string key;
    std::optional<std::string> before;
  };

  // Senders choose parts of their keys, so the hash is keyed with something they cannot know.
  struct Hash {
    using is_transparent = void;
    HashKey key = random_hash_key();

    std::size_t operator()(std::string_view text) const { return keyed_hash(key, text); }
  };

  using Values = absl::node_hash_map<std::string, Value, Hash, std::equal_to<>>;

  void remember(std::string_view key, const Value* value);
  Value& insert(std::string_view key);
  void remove(std::string_view key);

  Values values_;
  absl::btree_set<std::string_view> order_;  // views of the keys of values_, which never move
  std::vector<Undo> undo_;
  uint64_t transaction_ = 1;
};

}  // namespace sluice::pipeline
