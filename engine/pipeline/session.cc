#include "engine/pipeline/session.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "base/hash.h"
#include "base/json_log.h"
#include "engine/pipeline/restore.h"

namespace sluice::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCommittedTimeout{30'000};
constexpr milliseconds kReportEvery{500};
constexpr std::chrono::microseconds kRest{500};
constexpr std::size_t kBusyStep = 64;  // events and folds that make a step worth another at once
constexpr int kEventsPerStep = 256;    // then scans that finished meanwhile are folded
constexpr int kAbortsInARowMax = 10;   // afterwards the log is asked what is true
constexpr std::size_t kInFlightRecordsMax = 50'000;

const char* misplaced(const log::Record& record, int32_t partitions) {
  if (!record.has_key) return "other";
  if (partition_of(record.key, partitions) == record.partition) return nullptr;
  const auto by_crc = static_cast<int32_t>(crc32(record.key) % static_cast<uint32_t>(partitions));
  return by_crc == record.partition ? "crc32" : "other";
}

}  // namespace

Session::Session(log::Log& log, const PipelineOptions& options, const FoldFactory& make_fold,
                 ScanPool& pool, Stats& stats)
    : log_(log), options_(options), make_fold_(make_fold), pool_(pool), stats_(stats) {}

// Records give their bytes back before the consumer goes, or it would wait for them.
Session::~Session() {
  abandon_all();
}

Result<Session::End> Session::run(const std::stop_token& stop) {
  if (Status opened = open(); !opened.ok()) return opened.error();
  while (!stop.stop_requested()) {
    if (Status stepped = step(stop); !stepped.ok()) return stepped.error();
    if (end_) return *end_;
  }
  drain(Clock::now() + options_.drain_deadline);
  if (Status left = leave(); !left.ok()) return left.error();
  return end_.value_or(End::kStopped);
}

Status Session::open() {
  auto producer = log_.open_producer(options_.transactional_id);
  if (!producer.ok()) return producer.error();
  producer_ = std::move(producer).value();
  ledger_.emplace(*producer_, options_.topics);

  auto consumer = log_.join({.group = options_.group,
                             .topics = options_.inputs,
                             .client_id = options_.client_id,
                             .session_timeout = options_.session_timeout});
  if (!consumer.ok()) return consumer.error();
  consumer_ = std::move(consumer).value();
  return {};
}

Status Session::step(const std::stop_token& stop) {
  const bool nothing_open = in_flight_records_ == 0 && !ledger_->dirty();
  // Turning at every record would take the processor from the workers: let some gather.
  if (quiet_ && !nothing_open) std::this_thread::sleep_for(kRest);
  auto took = take_events(stop, milliseconds(quiet_ && nothing_open ? 10 : 0));
  if (!took.ok()) return took.error();
  const std::size_t folded = fold_ready();
  fold_ticks();
  if (commit_due()) commit();
  quiet_ = static_cast<std::size_t>(took.value()) + folded < kBusyStep;
  if (const auto now = Clock::now(); now - reported_ > kReportEvery) report(now);
  return {};
}

// --- consuming ---

bool Session::full() const {
  return in_flight_bytes_ >= options_.in_flight_bytes_max ||
         in_flight_records_ >= kInFlightRecordsMax;
}

Result<int> Session::take_events(const std::stop_token& stop, milliseconds patience) {
  int count = 0;
  while (count < kEventsPerStep && !full() && !end_) {
    log::Event event = consumer_->poll(count == 0 ? patience : milliseconds(0));
    if (std::holds_alternative<log::Nothing>(event)) break;
    if (Status handled = handle(std::move(event), stop); !handled.ok()) return handled.error();
    ++count;
  }
  return count;
}

Status Session::handle(log::Event event, const std::stop_token& stop) {
  if (auto* record = std::get_if<log::Record>(&event)) {
    take_record(std::move(*record));
    return {};
  }
  if (const auto* given = std::get_if<log::Assignment>(&event))
    return take_assignment(*given, stop);
  if (const auto* taken = std::get_if<log::Revocation>(&event)) return take_revocation(*taken);
  if (const auto* trouble = std::get_if<log::Trouble>(&event)) {
    if (trouble->fatal) return trouble->error;
    log_warning("consumer_trouble", {{"reason", trouble->error.message}});
  }
  return {};
}

void Session::take_record(log::Record record) {
  const auto owned = partitions_.find(record.partition);
  if (owned == partitions_.end()) return;  // fetched before its partition was taken away
  stats_.taken(misplaced(record, options_.partitions));
  in_flight_bytes_ += record.value.size();
  ++in_flight_records_;
  owned->second->enqueue(pool_.submit(std::move(record)));
}

Status Session::take_assignment(const log::Assignment& given, const std::stop_token& stop) {
  std::set<int32_t> numbers;
  for (const log::TopicPartition& at : given.partitions) numbers.insert(at.partition);
  if (numbers.size() * options_.inputs.size() != given.partitions.size()) {
    return Error{ErrorCode::kInvalid, "inputs are not co-partitioned: the group gave " +
                                          std::to_string(given.partitions.size()) +
                                          " partitions with " + std::to_string(numbers.size()) +
                                          " numbers"};
  }
  membership_ = given.membership;
  for (const int32_t number : numbers) {
    partitions_[number] = std::make_unique<Partition>(number, make_fold_(number));
  }
  const auto began = Clock::now();
  const auto restored = start_partitions(given.partitions, stop);
  if (restored.ok()) {
    stats_.assigned(partitions_.size(), restored.value(), Clock::now() - began);
    return {};
  }
  if (!stop.stop_requested()) return restored.error();
  // Asked to stop in the middle: nothing was begun, nothing is lost. A tick of a partition that
  // half came back must not be committed.
  abandon_all();
  return {};
}

Result<uint64_t> Session::start_partitions(std::span<const log::TopicPartition> given,
                                           const std::stop_token& stop) {
  // The committed offsets first: asking for them waits until a dead owner's transaction has ended,
  // and only then does the end of the changelog hold all that belongs to them.
  auto positions = committed_positions(given);
  if (!positions.ok()) return positions.error();

  auto reader = log_.open_reader();
  if (!reader.ok()) return reader.error();
  std::vector<Partition*> partitions;
  for (auto& [number, partition] : partitions_) partitions.push_back(partition.get());
  auto restored = restore(*reader.value(),
                          {.state_topic = options_.topics.state,
                           .journal_topic = options_.topics.journal,
                           .patience = options_.restore_patience},
                          partitions, stop);
  if (!restored.ok()) return restored.error();
  if (Status checked = check_positions(positions.value()); !checked.ok()) return checked.error();

  for (log::Position& position : positions.value()) {
    if (position.next == log::kNoOffset) position.next = log::kBeginning;
    partitions_.at(position.at.partition)->inputs().push_back(position);
  }
  if (Status started = consumer_->start(positions.value()); !started.ok()) return started.error();
  return restored;
}

Result<std::vector<log::Position>> Session::committed_positions(
    std::span<const log::TopicPartition> given) {
  if (given.empty()) return std::vector<log::Position>{};
  return consumer_->committed(given, kCommittedTimeout);
}

// State and offsets are committed together. If they disagree, one of them was tampered with or
// lost, and going on would count messages twice.
Status Session::check_positions(std::span<const log::Position> positions) const {
  for (const log::Position& position : positions) {
    if (position.at.topic != options_.inputs.front()) continue;
    const auto applied = partitions_.at(position.at.partition)->fold().applied_through();
    if (!applied || *applied < position.next) continue;
    const std::string next =
        position.next == log::kNoOffset ? "nothing" : std::to_string(position.next);
    return Error{ErrorCode::kCorrupt,
                 position.at.topic + "[" + std::to_string(position.at.partition) +
                     "]: the state holds offset " + std::to_string(*applied) +
                     " but the group has committed " + next + "; see docs/OPERATIONS.md"};
  }
  return {};
}

Status Session::take_revocation(const log::Revocation& taken) {
  stats_.revoked(taken.lost);
  if (!taken.lost) drain(Clock::now() + options_.drain_deadline);
  if (ledger_->dirty()) discard_transaction();  // the next owner reads these records anew
  abandon_all();
  membership_.reset();
  return consumer_->release();
}

// --- folding ---

std::size_t Session::fold_ready() {
  std::size_t folded = 0;
  const auto now = Clock::now();
  if (!ledger_->dirty()) transaction_began_ = now;
  for (auto& [number, partition] : partitions_) {
    while (Job* const job = partition->ready()) {
      if (folded_records_ >= options_.commit_records_max) return folded;
      const std::size_t bytes = job->record.value.size();
      stats_.folded(now - job->taken, !job->scanned.dead_letter.empty());
      partition->fold_head(*ledger_, now);
      in_flight_bytes_ -= bytes;
      --in_flight_records_;
      ++folded_records_;
      ++folded;
    }
  }
  return folded;
}

void Session::fold_ticks() {
  const auto now = Clock::now();
  if (!ledger_->dirty()) transaction_began_ = now;
  for (auto& [number, partition] : partitions_) {
    partition->tick_if_due(*ledger_, now, options_.tick_interval);
  }
}

// --- transactions ---

bool Session::commit_due() const {
  if (!ledger_->dirty()) return false;
  return !ledger_->status().ok() || folded_records_ >= options_.commit_records_max ||
         Clock::now() - transaction_began_ >= options_.commit_interval;
}

std::vector<log::Position> Session::positions() {
  std::vector<log::Position> all;
  for (auto& [number, partition] : partitions_) {
    for (log::Position& input : partition->inputs()) {
      // With nothing in flight the consumer may have passed commit markers of the producers too.
      if (partition->queue_empty()) {
        const auto passed = consumer_->position(input.at);
        if (passed.ok()) input.next = std::max(input.next, passed.value());
      }
      if (input.next < 0) input.next = 0;  // nothing was read: the beginning
      all.push_back(input);
    }
  }
  return all;
}

void Session::commit() {
  const auto began = Clock::now();
  for (auto& [number, partition] : partitions_) partition->settle(*ledger_);
  if (!ledger_->status().ok()) return abort_and_refold(ledger_->status().error().message);

  const log::CommitResult result = producer_->commit(positions(), *membership_);
  switch (result.outcome) {
    case log::Outcome::kCommitted:
      for (auto& [number, partition] : partitions_) partition->commit(pool_);
      ledger_->clear();
      stats_.committed(Clock::now() - began, folded_records_);
      folded_records_ = 0;
      aborts_in_a_row_ = 0;
      return;
    case log::Outcome::kAborted:
      return refold_all(result.reason);
    case log::Outcome::kUnknown:
      log_warning("commit_unknown", {{"reason", result.reason}});
      end_ = End::kUnknownOutcome;
      return;
    case log::Outcome::kFenced:
      log_warning("producer_fenced", {{"reason", result.reason}});
      end_ = End::kFenced;
      return;
  }
}

void Session::abort_and_refold(const std::string& reason) {
  const log::CommitResult result = producer_->abort();
  if (result.outcome == log::Outcome::kAborted) return refold_all(reason);
  end_ = result.outcome == log::Outcome::kFenced ? End::kFenced : End::kUnknownOutcome;
}

void Session::refold_all(const std::string& reason) {
  stats_.aborted(reason);
  log_warning("transaction_aborted", {{"reason", reason}});
  if (++aborts_in_a_row_ > kAbortsInARowMax) {
    end_ = End::kUnknownOutcome;
    return;
  }
  ledger_->clear();
  for (auto& [number, partition] : partitions_) partition->rollback();
  for (auto& [number, partition] : partitions_) partition->refold(*ledger_);
  transaction_began_ = Clock::now();
}

// --- the end ---

void Session::drain(Clock::time_point deadline) {
  while (in_flight_records_ > 0 && !end_ && Clock::now() < deadline) {
    if (fold_ready() == 0) pool_.wait(milliseconds(1));
    if (commit_due()) commit();
  }
  if (ledger_->dirty() && !end_) commit();
}

void Session::discard_transaction() {
  const log::CommitResult result = producer_->abort();
  ledger_->clear();
  if (result.outcome == log::Outcome::kAborted || end_) return;
  end_ = result.outcome == log::Outcome::kFenced ? End::kFenced : End::kUnknownOutcome;
}

Status Session::leave() {
  while (true) {
    log::Event event = consumer_->close();
    if (std::holds_alternative<log::Nothing>(event)) return {};
    if (const auto* taken = std::get_if<log::Revocation>(&event)) {
      if (Status released = take_revocation(*taken); !released.ok()) return released;
    }
  }
}

void Session::abandon_all() {
  for (auto& [number, partition] : partitions_) partition->abandon(pool_);
  partitions_.clear();
  in_flight_bytes_ = 0;
  in_flight_records_ = 0;
  folded_records_ = 0;
}

void Session::report(Clock::time_point now) {
  reported_ = now;
  stats_.beat();
  stats_.in_flight(in_flight_bytes_, in_flight_records_);
  for (auto& [number, partition] : partitions_) {
    for (const log::Position& input : partition->inputs()) {
      const auto end = consumer_->end_offset(input.at);
      if (end.ok()) stats_.lag(number, std::max<int64_t>(0, end.value() - input.next));
    }
  }
}

}  // namespace sluice::pipeline
