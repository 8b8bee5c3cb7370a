#include "engine/pipeline/store.h"

#include "base/assert.h"

namespace sluice::pipeline {
std::optional<std::string_view> Store::get(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second.bytes;
}

void Store::remember(std::string_view key, const Value* value) {
  // A key that was erased and put again in one transaction gets two entries; undoing backwards
  // ends with the oldest, and for_each_change skips the later ones.
  if (value != nullptr && value->changed_in == transaction_) return;
  undo_.push_back({.key = std::string(key), .before = std::nullopt});
  if (value != nullptr) undo_.back().before = value->bytes;
}

Store::Value& Store::insert(std::string_view key) {
  const auto added = values_.try_emplace(std::string(key)).first;
  order_.insert(added->first);
  return added->second;
}

void Store::remove(std::string_view key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return;
  order_.erase(found->first);
  values_.erase(found);
}

void Store::put(std::string_view key, std::string_view value) {
  const auto found = values_.find(key);
  remember(key, found == values_.end() ? nullptr : &found->second);
  Value& slot = found == values_.end() ? insert(key) : found->second;
  slot.bytes = value;
  slot.changed_in = transaction_;
}

void Store::erase(std::string_view key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return;
  remember(key, &found->second);
  remove(key);
}

void Store::load(std::string_view key, std::optional<std::string_view> value) {
  SLUICE_ASSERT(undo_.empty());
  if (value) {
    insert(key).bytes = *value;
  } else {
    remove(key);
  }
}

std::string Store::sweep(
    std::string_view after, std::size_t count,
    const std::function<void(std::string_view, std::string_view)>& visit) const {
  std::string last(after);
  auto at = order_.upper_bound(after);
  for (std::size_t i = 0; i < count && i < order_.size(); ++i, ++at) {
    if (at == order_.end()) at = order_.begin();
    last = *at;
    visit(*at, values_.find(last)->second.bytes);
  }
  return last;
}

void Store::for_each_change(
    const std::function<void(std::string_view, std::optional<std::string_view>)>& visit) const {
  absl::btree_set<std::string_view> seen;
  for (const Undo& undo : undo_) {
    if (seen.insert(undo.key).second) visit(undo.key, get(undo.key));
  }
}

void Store::commit() {
  undo_.clear();
  ++transaction_;
}

void Store::rollback() {
  for (; !undo_.empty(); undo_.pop_back()) {
    const Undo& undo = undo_.back();
    if (undo.before) {
      insert(undo.key).bytes = *undo.before;
    } else {
      remove(undo.key);
    }
  }
  ++transaction_;
}

}  // namespace sluice::pipeline
