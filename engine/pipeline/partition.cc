#include "engine/pipeline/partition.h"

#include <algorithm>
#include <utility>

namespace sluice::pipeline {

Partition::Partition(int32_t number, std::unique_ptr<Fold> fold)
    : number_(number), fold_(std::move(fold)) {}

void Partition::fold_head(Ledger& ledger, Clock::time_point now) {
  Job* const job = queue_.front();
  queue_.pop_front();
  folded_.push_back({.job = job});
  fold_with_prologue(folded_.back(), ledger);
  advance(job->record);
  if (job->scanned.dead_letter.empty()) job->record = {};
  last_entry_ = now;
}

void Partition::advance(const log::Record& record) {
  for (log::Position& input : inputs_) {
    if (input.at.topic == record.topic) input.next = record.offset + 1;
  }
}

void Partition::tick_if_due(Ledger& ledger, Clock::time_point now,
                            std::chrono::milliseconds interval) {
  if (fold_->clock_ms() == 0 || now - last_tick_ < interval) return;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_entry_);
  folded_.push_back({.own = fold_->tick(fold_->clock_ms() + std::min(passed, interval).count())});
  fold_with_prologue(folded_.back(), ledger);
  last_tick_ = now;
  last_entry_ = now;
}

void Partition::fold_with_prologue(const Folded& folded, Ledger& ledger) {
  const Entry& entry = folded.job != nullptr ? folded.job->scanned.entry : folded.own;
  before_.clear();
  fold_->prologue(entry.value, folded.job != nullptr ? folded.job->scanned.basis : nullptr, store_,
                  before_);
  for (const Entry& earlier : before_) fold_entry(earlier, ledger);
  fold_entry(entry, ledger);
  if (folded.job != nullptr && !folded.job->scanned.dead_letter.empty()) {
    ledger.dead_letter(folded.job->record, folded.job->scanned.dead_letter);
  }
}

void Partition::fold_entry(const Entry& entry, Ledger& ledger) {
  memo_.clear();
  fold_->apply(entry.value, store_, ledger, memo_);
  ledger.journal(number_, entry, memo_);
}

void Partition::settle(Ledger& ledger) {
  if (folded_.empty()) return;
  fold_->settle(store_);
  store_.for_each_change(
      [this, &ledger](std::string_view key, auto value) { ledger.state(number_, key, value); });
}

void Partition::commit(ScanPool& pool) {
  fold_->commit();
  store_.commit();
  for (const Folded& folded : folded_) {
    if (folded.job != nullptr) pool.recycle(folded.job);
  }
  folded_.clear();
}

void Partition::rollback() {
  fold_->rollback();
  store_.rollback();
}

void Partition::refold(Ledger& ledger) {
  for (const Folded& folded : folded_) fold_with_prologue(folded, ledger);
}

void Partition::abandon(ScanPool& pool) {
  pool.cancel(queue_);
  for (const Folded& folded : folded_) {
    if (folded.job != nullptr) pool.recycle(folded.job);
  }
  folded_.clear();
}

}  // namespace sluice::pipeline
