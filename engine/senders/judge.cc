#include "engine/senders/judge.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/byte_codec.h"
#include "base/hash.h"
#include "base/limits.h"
#include "engine/verdict/verdict_json.h"
#include "ingest/records/message_id.h"
#include "ingest/records/message_value.h"

namespace sluice::senders {
namespace {

using pipeline::Entry;
using pipeline::Outbox;
using pipeline::Store;

constexpr int64_t kDayMs = 86'400'000;
constexpr uint64_t kMessagesUntilKnown = 20;  // fewer say nothing about a sender
constexpr uint64_t kMessagesUntilGood = 1'000;
constexpr int64_t kDaysUntilGood = 7;
constexpr uint32_t kGoodShareMax = SenderState::kShareUnit / 50;    // 2 % spam
constexpr uint32_t kWatchedShareMin = SenderState::kShareUnit / 5;  // 20 % spam

int64_t day_of(int64_t time_ms) {
  return time_ms / kDayMs;
}

const records::Entry& entry_of(std::string_view bytes) {
  return *records::GetEntry(bytes.data());
}

std::string_view view(const flatbuffers::Vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string finish(flatbuffers::FlatBufferBuilder& builder, records::Body kind,
                   flatbuffers::Offset<void> body) {
  records::FinishEntryBuffer(builder, records::CreateEntry(builder, kind, body));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

RecentIds::Key recent_key(const records::Findings& findings) {
  RecentIds::Key key{};
  const std::string_view id = view(*findings.message_id());
  std::copy(id.begin(), id.end(), key.begin());
  key.back() = static_cast<char>(findings.ask());
  return key;
}

// Probes and messages whose envelope nobody could read say nothing about a sender.
bool counts_for_sender(const records::Findings& findings) {
  return !findings.unreadable() && findings.mode() != records::Mode::probe;
}

// A state that migrate() has accepted always decodes.
SenderState decode_state(std::string_view bytes) {
  auto state = SenderState::decode(bytes);
  SLUICE_ASSERT(state.ok());
  return std::move(state).value();
}

records::Standing standing_of(const SenderState& state, int64_t now_ms) {
  if (state.messages < kMessagesUntilKnown) return records::Standing::new_;
  if (state.spam_share >= kWatchedShareMin) return records::Standing::watched;
  const bool old_enough = day_of(now_ms) - day_of(state.first_seen_ms) >= kDaysUntilGood;
  const bool clean = state.spam_share <= kGoodShareMax;
  return old_enough && clean && state.messages >= kMessagesUntilGood ? records::Standing::good
                                                                     : records::Standing::building;
}

int64_t thousandths(uint64_t count) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max() / kSenderUnit;
  return static_cast<int64_t>(std::min(count, kMost)) * kSenderUnit;
}

int64_t days(int64_t from_ms, int64_t to_ms) {
  return std::max<int64_t>(0, to_ms - from_ms) / (kDayMs / kSenderUnit);
}

// What rules see of the sender as he was before the message.
void view_before(const SenderState& state, int64_t now_ms, SenderView& view) {
  view.set(SenderTerm::kIdleDays, days(state.last_seen_ms, now_ms));
  view.set(SenderTerm::kSpamShare,
           int64_t{100} * kSenderUnit * state.spam_share / SenderState::kShareUnit);
  view.set(SenderTerm::kStanding, static_cast<int64_t>(standing_of(state, now_ms)) * kSenderUnit);
}

// And with the message counted.
void view_counted(const SenderState& state, int64_t now_ms, uint32_t recipients, SenderView& view) {
  view.set(SenderTerm::kRate1h, thousandths(state.messages_in_last_hour(now_ms)));
  view.set(SenderTerm::kRate24h, thousandths(state.messages_in_last_day(now_ms)));
  view.set(SenderTerm::kRecipients1h, thousandths(state.recipients_in_last_hour(now_ms)));
  view.set(SenderTerm::kRecipients24h, thousandths(state.recipients_in_last_day(now_ms)));
  view.set(SenderTerm::kRecipients, thousandths(recipients));
  view.set(SenderTerm::kMessages, thousandths(state.messages));
  view.set(SenderTerm::kAgeDays, days(state.first_seen_ms, now_ms));
}

constexpr std::string_view name_of(records::Standing standing) {
  return kStandingNames[static_cast<std::size_t>(standing)];
}

static_assert(name_of(records::Standing::new_) == "new");
static_assert(name_of(records::Standing::building) == "building");
static_assert(name_of(records::Standing::good) == "good");
static_assert(name_of(records::Standing::watched) == "watched");
static_assert(name_of(records::Standing::held) == "held");
static_assert(name_of(records::Standing::blocked) == "blocked");
static_assert(name_of(records::Standing::recovering) == "recovering");

// How far the last hour stands out against the mean hour of the last day, 0 to 20.
int16_t burst_points(const SenderState& state, int64_t now_ms) {
  constexpr uint64_t kQuietHour = 50;  // messages an hour that nobody minds
  const uint64_t hour = state.messages_in_last_hour(now_ms);
  const uint64_t usual = std::max(kQuietHour, state.messages_in_last_day(now_ms) / 24);
  if (hour <= 2 * usual) return 0;
  return static_cast<int16_t>(std::min<uint64_t>(20, hour / usual));
}

}  // namespace

// --- coming back to life ---

Result<std::string> Judge::migrate(std::string_view key, std::string_view value) const {
  if (key == kPartitionKey) {
    if (auto state = PartitionState::decode(value); !state.ok()) return state.error();
  } else if (auto state = SenderState::decode(value); !state.ok()) {
    return state.error();
  }
  if (key == kPartitionKey) return std::string(value);
  return decode_state(value).encode();
}

void Judge::resume(const Store& store) {
  if (const auto bytes = store.get(kPartitionKey)) {
    auto state = PartitionState::decode(*bytes);
    SLUICE_ASSERT(state.ok());
    live_.partition = std::move(state).value();
  }
  committed_ = live_;
}

void Judge::remember(std::string_view entry, std::string_view memo) {
  const auto* const findings = entry_of(entry).body_as_Findings();
  if (findings == nullptr || memo.size() != RecentIds::kMemoBytes) return;
  RecentIds::Memo bytes{};
  std::copy(memo.begin(), memo.end(), bytes.begin());
  recent_.add(recent_key(*findings), findings->time_ms(), bytes);
  recent_.commit();
}

// --- folding ---

Status Judge::check(std::string_view entry) const {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(entry.data()), entry.size());
  if (entry.size() < 8 || !records::VerifyEntryBuffer(verifier)) {
    return Error{ErrorCode::kCorrupt, "not a journal entry"};
  }
  const records::Entry& read = entry_of(entry);
  switch (read.body_type()) {
    case records::Body::Findings:
      if (read.body_as_Findings()->message_id()->size() == 16) return {};
      return Error{ErrorCode::kCorrupt, "findings: message_id is not 16 bytes"};
    case records::Body::Activation:
      if (auto active = decode_activation(entry); !active.ok()) return active.error();
      return {};
    case records::Body::Keyframe:
      if (read.body_as_Keyframe()->state()->size() == 0) return {};
      if (auto state = SenderState::decode(view(*read.body_as_Keyframe()->state())); !state.ok()) {
        return state.error();
      }
      return {};
    case records::Body::Tick:
      return {};
    case records::Body::NONE:
      break;
  }
  return Error{ErrorCode::kCorrupt, "a journal entry of a kind this version does not know"};
}

bool Judge::ready_for(std::string_view entry) const {
  const auto* const findings = entry_of(entry).body_as_Findings();
  return findings == nullptr ||
         (live_.active != nullptr && view(*findings->rule_set()) == live_.active->rule_set);
}

std::optional<log::Offset> Judge::applied_through() const {
  if (live_.partition.applied_through < 0) return std::nullopt;
  return live_.partition.applied_through;
}

Entry Judge::tick(int64_t time_ms) const {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto body = records::CreateTick(builder, time_ms);
  return {.key = {}, .value = finish(builder, records::Body::Tick, body.Union())};
}

void Judge::prologue(std::string_view entry, const pipeline::Basis& basis, const Store& store,
                     std::vector<Entry>& before) {
  const auto* const findings = entry_of(entry).body_as_Findings();
  if (findings == nullptr) return;
  const int64_t today = day_of(std::max(live_.partition.clock_ms, findings->time_ms()));

  const auto& rules = *static_cast<const Rules*>(basis.get());
  if (rules.digest != live_.partition.activation || today != live_.partition.activation_day) {
    before.push_back({.key = {}, .value = rules.activation});
  } else if (live_.active == nullptr) {
    apply_activation(rules.activation);  // the journal has it from this partition's last owner
  }

  if (!counts_for_sender(*findings)) return;
  const auto state = store.get(findings->sender()->string_view());
  if (state && decode_state(*state).keyframe_day == today) return;
  flatbuffers::FlatBufferBuilder builder(512);
  const auto key = builder.CreateString(findings->sender());
  const std::string_view bytes = state.value_or(std::string_view{});
  const auto value =
      builder.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  const auto body = records::CreateKeyframe(builder, key, value, today);
  before.push_back({.key = findings->sender()->str(),
                    .value = finish(builder, records::Body::Keyframe, body.Union())});
}

void Judge::apply(std::string_view entry, Store& store, Outbox& out, std::string& memo) {
  const records::Entry& read = entry_of(entry);
  switch (read.body_type()) {
    case records::Body::Findings:
      return apply_findings(*read.body_as_Findings(), store, out, memo);
    case records::Body::Tick:
      return apply_tick(*read.body_as_Tick(), store);
    case records::Body::Activation:
      apply_activation(entry);
      live_.partition.activation_day = -1;  // set by the findings it was written for
      return;
    case records::Body::Keyframe:
      return apply_keyframe(*read.body_as_Keyframe(), store);
    case records::Body::NONE:
      break;
  }
}

void Judge::apply_findings(const records::Findings& findings, Store& store, Outbox& out,
                           std::string& memo) {
  PartitionState& partition = live_.partition;
  partition.clock_ms = std::max(partition.clock_ms, findings.time_ms());
  partition.applied_through = findings.source()->offset();
  ++partition.findings;
  partition.activation_day = day_of(partition.clock_ms);

  const RecentIds::Key key = recent_key(findings);
  if (const auto first = recent_.find(key, partition.clock_ms)) {
    emit(findings, decode_memo(*first), /*duplicate=*/true, out);
    return;
  }
  const Outcome outcome = judge(findings, store);
  const RecentIds::Memo bytes = encode_memo(outcome);
  memo.assign(bytes.begin(), bytes.end());
  recent_.add(key, findings.time_ms(), bytes);
  emit(findings, outcome, /*duplicate=*/false, out);
}

void Judge::apply_tick(const records::Tick& tick, Store& store) {
  PartitionState& partition = live_.partition;
  partition.clock_ms = std::max(partition.clock_ms, tick.time_ms());
  ++partition.ticks;
  if (partition.idle_days == 0) return;

  // The search passes the partition's own record too: it has to be there, wherever commits fell.
  settle(store);
  const int64_t seen_before = partition.clock_ms - partition.idle_days * kDayMs;
  std::vector<std::string> idle;
  partition.swept = store.sweep(partition.swept, limits::kSweepKeys,
                                [&](std::string_view key, std::string_view bytes) {
                                  if (key == kPartitionKey) return;
                                  if (decode_state(bytes).last_seen_ms < seen_before) {
                                    idle.emplace_back(key);
                                  }
                                });
  for (const std::string& key : idle) store.erase(key);
}

void Judge::apply_activation(std::string_view entry) {
  auto active = decode_activation(entry);
  SLUICE_ASSERT(active.ok());
  live_.active = std::move(active).value();
  live_.partition.activation = live_.active->digest;
  live_.partition.idle_days = live_.active->limits.idle_days;
}

void Judge::apply_keyframe(const records::Keyframe& keyframe, Store& store) {
  const std::string_view before = view(*keyframe.state());
  SenderState state = before.empty() ? SenderState{} : decode_state(before);
  state.keyframe_day = keyframe.day();
  store.put(keyframe.key()->string_view(), state.encode());
}

// --- judging ---

Judge::Outcome Judge::content_outcome(const records::Findings& findings) const {
  const verdict::Limits& limits = live_.active->limits;
  if (findings.unreadable()) {
    const auto action = limits.unreadable_defer ? records::Action::defer : records::Action::accept;
    return {.action = action, .reason = records::Reason::unreadable};
  }
  const verdict::Decided decided = verdict::decide(evaluation_, limits);
  return {.action = decided.action, .reason = decided.reason, .score = evaluation_.score};
}

void Judge::evaluate(const records::Findings& findings, const SenderView& sender) {
  SLUICE_ASSERT(live_.active != nullptr);
  SLUICE_ASSERT(view(*findings.rule_set()) == live_.active->rule_set);
  scan_hits_.clear();
  if (findings.hits() != nullptr) {
    for (const records::HitCount* hit : *findings.hits()) {
      scan_hits_.push_back({.rule = hit->rule(), .count = hit->count()});
    }
  }
  live_.active->part.evaluate(scan_hits_, sender, evaluation_);
  if (findings.unreadable()) evaluation_ = {};  // a meta may hit where no rule did
}

// Of a message that does not count for its sender, rules see what they would if it did.
Judge::Outcome Judge::judge(const records::Findings& findings, Store& store) {
  const int64_t now_ms = live_.partition.clock_ms;
  const std::string_view sender = findings.sender()->string_view();
  const auto bytes = store.get(sender);
  SenderState state = bytes ? decode_state(*bytes) : SenderState{};
  if (state.messages == 0) {
    const int64_t keyframe_day = state.keyframe_day;
    state = SenderState::first_seen(now_ms);
    state.keyframe_day = keyframe_day;
  }
  SenderView sender_view;
  view_before(state, now_ms, sender_view);
  state.count_arrival(now_ms, findings.recipients());
  view_counted(state, now_ms, findings.recipients(), sender_view);
  evaluate(findings, sender_view);
  Outcome outcome = content_outcome(findings);
  points_.clear();
  if (!counts_for_sender(findings)) return outcome;
  state.count_judgement(outcome.score >= live_.active->limits.spam_at);
  store.put(sender, state.encode());
  weigh_sender(state, now_ms, outcome);

  // What could not be seen whole is let through only for those who have earned it.
  if (findings.incomplete() != 0 && outcome.action == records::Action::accept &&
      outcome.standing != records::Standing::good) {
    outcome.action = records::Action::hold;
    outcome.reason = records::Reason::incomplete;
  }
  return outcome;
}

void Judge::weigh_sender(const SenderState& state, int64_t now_ms, Outcome& outcome) {
  const auto share =
      static_cast<int16_t>(uint64_t{70} * state.spam_share / SenderState::kShareUnit);
  if (share > 0) points_.push_back({.code = "spam_share", .points = share});
  if (state.messages < kMessagesUntilKnown) points_.push_back({.code = "new_sender", .points = 10});
  if (const int16_t burst = burst_points(state, now_ms)) {
    points_.push_back({.code = "burst", .points = burst});
  }
  int total = 0;
  for (const verdict::Points& reason : points_) total += reason.points;
  outcome.sender_score = static_cast<uint8_t>(total);  // at most 70 + 10 + 20
  outcome.standing = standing_of(state, now_ms);
}

void Judge::collect_hits() {
  written_hits_.clear();
  for (const rules::WeightedHit& hit : evaluation_.hits) {
    const rules::JudgeRule& rule = live_.active->part.rules[hit.rule];
    written_hits_.push_back({.rule = rule.name, .weight = hit.weight, .shadow = rule.shadow});
  }
}

std::string_view maps_version_of(const records::Findings& findings) {
  return findings.maps_version() == nullptr ? std::string_view{} : view(*findings.maps_version());
}

void Judge::emit(const records::Findings& findings, const Outcome& outcome, bool duplicate,
                 Outbox& out) {
  if (duplicate) {  // same message, same verdict: its reasons were given with the first
    evaluation_.hits.clear();
    points_.clear();
  }
  collect_hits();
  const std::string_view edge = findings.edge()->string_view();
  const std::string_view value = writer_.write({.message_id = view(*findings.message_id()),
                                                .ask = findings.ask(),
                                                .sender = findings.sender()->string_view(),
                                                .edge = edge,
                                                .source = *findings.source(),
                                                .action = outcome.action,
                                                .reason = outcome.reason,
                                                .enforce = findings.mode() == records::Mode::live,
                                                .duplicate = duplicate,
                                                .score = outcome.score,
                                                .hits = written_hits_,
                                                .sender_score = outcome.sender_score,
                                                .sender_reasons = points_,
                                                .standing = outcome.standing,
                                                .rule_set = live_.active->rule_set,
                                                .incomplete = findings.incomplete(),
                                                .maps_version = maps_version_of(findings)});

  std::string json;
  if (options_.json) {
    auto written = verdict::verdict_json(value);
    SLUICE_ASSERT(written.ok());
    json = std::move(written).value();
  }
  const std::array<log::Header, 2> headers = {{
      {.name = records::kHeaderMessageId, .value = view(*findings.message_id())},
      {.name = records::kHeaderEdge, .value = edge},
  }};
  out.put({.topic = options_.verdict_topic,
           .partition = partition_of(edge, options_.verdict_partitions),
           .key = edge,
           .value = options_.json ? std::string_view(json) : value,
           .headers = headers});
}

RecentIds::Memo Judge::encode_memo(const Outcome& outcome) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(outcome.action)).u8(static_cast<uint8_t>(outcome.reason));
  out.i32(outcome.score).u8(outcome.sender_score).u8(static_cast<uint8_t>(outcome.standing));
  RecentIds::Memo memo{};
  static_assert(sizeof memo >= 8);
  std::copy(out.bytes().begin(), out.bytes().end(), memo.begin());
  return memo;
}

Judge::Outcome Judge::decode_memo(const RecentIds::Memo& memo) {
  ByteReader in({memo.data(), memo.size()});
  Outcome outcome;
  outcome.action = static_cast<records::Action>(in.u8());
  outcome.reason = static_cast<records::Reason>(in.u8());
  outcome.score = in.i32();
  outcome.sender_score = in.u8();
  outcome.standing = static_cast<records::Standing>(in.u8());
  return outcome;
}

// --- transactions ---

void Judge::settle(Store& store) {
  store.put(kPartitionKey, live_.partition.encode());
}

void Judge::commit() {
  committed_ = live_;
  recent_.commit();
}

void Judge::rollback() {
  live_ = committed_;
  recent_.rollback();
}

}  // namespace sluice::senders
