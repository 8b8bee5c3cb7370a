#include "engine/senders/message_scanner.h"

#include <utility>

#include "base/limits.h"
#include "engine/verdict/verdict_writer.h"
#include "ingest/schemas/journal_generated.h"

namespace sluice::senders {
namespace {

flatbuffers::Offset<flatbuffers::Vector<uint8_t>> bytes_vector(
    flatbuffers::FlatBufferBuilder& builder, std::string_view bytes) {
  return builder.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// A value from a newer producer is not known.
template <typename Enum>
std::string_view name_unless_unknown(Enum value, const char* (*name)(Enum)) {
  return value == Enum::unknown ? std::string_view{} : std::string_view(name(value));
}

rules::EnvelopeFacts envelope_facts(const records::Incoming& incoming, int64_t time_ms,
                                    std::span<const rules::NamedText> attributes) {
  return {.mail_from = incoming.mail_from,
          .has_mail_from = true,
          .recipients = incoming.recipient_list,
          .edge = incoming.edge,
          .sender = incoming.sender,
          .tenants = incoming.tenants,
          .origin = name_unless_unknown(incoming.origin, records::EnumNameOrigin),
          .mode = name_unless_unknown(incoming.mode, records::EnumNameMode),
          .dkim = name_unless_unknown(incoming.dkim, records::EnumNameDkim),
          .client_ip = incoming.client_ip,
          .helo = incoming.helo,
          .account_created_ms = incoming.account_created_ms,
          .received_ms = time_ms,
          .bytes = incoming.true_size,
          .attributes = attributes};
}

void set_value(pipeline::Scanned& out, const flatbuffers::FlatBufferBuilder& builder) {
  out.entry.value.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                         builder.GetSize());
}

}  // namespace

void MessageScanner::scan(std::span<const pipeline::ScanTask> tasks) {
  use(source_());
  while (readings_.size() < tasks.size()) readings_.push_back(std::make_unique<Reading>());
  std::size_t count = 0;
  for (const pipeline::ScanTask& task : tasks) {
    task.out.basis = rules_;
    task.out.dead_letter = {};
    if (read(task, *readings_[count])) {
      ++count;
    } else {
      write_unreadable(task.record, task.out);
    }
  }
  scan_messages(count);
  for (std::size_t i = 0; i < count; ++i) write_findings(i);
}

void MessageScanner::use(std::shared_ptr<const Rules> rules) {
  if (rules == rules_) return;
  scratch_.emplace(*rules->set, rules::Scratch::Wanted::kVerdicts);
  scratch_->remember(remembered_bytes_);
  rules_ = std::move(rules);
}

bool MessageScanner::read(const pipeline::ScanTask& task, Reading& out) const {
  auto incoming = records::read_message_value(task.record, out.buffer);
  if (!incoming.ok()) return false;
  out.task = &task;
  out.incoming = std::move(incoming).value();
  out.attributes.clear();
  for (const records::NamedValue& one : out.incoming.attributes) {
    out.attributes.push_back({.name = one.name, .value = one.value});
  }
  out.envelope = envelope_facts(out.incoming, task.record.timestamp_ms, out.attributes);
  out.message.reset();
  out.arena.reset();
  out.message.emplace(mime::read_message(out.incoming.message, out.arena, rules_->set->extent()));
  return true;
}

// All that was read is scanned together.
void MessageScanner::scan_messages(std::size_t count) {
  inputs_.clear();
  if (hits_.size() < count) hits_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Reading& one = *readings_[i];
    inputs_.push_back({.message = *one.message,
                       .mail_from = one.incoming.mail_from,
                       .received_s = one.task->record.timestamp_ms / 1'000,
                       .envelope = &one.envelope});
  }
  rules_->set->scan(inputs_, *scratch_, std::span(hits_).first(count));
  if (observer_ == nullptr) return;
  for (std::size_t i = 0; i < count; ++i) {
    observer_->scanned(*readings_[i]->message, hits_[i], scratch_->text_bytes(i), *rules_->set);
  }
}

uint32_t MessageScanner::why_incomplete(std::size_t message) const {
  const Reading& one = *readings_[message];
  uint32_t incomplete = 0;
  if (one.incoming.truncated) incomplete |= verdict::kTruncatedMessage;
  if (mime::cut_short(one.message->defects)) incomplete |= verdict::kLimitReached;
  if (!scratch_->findings(message).complete()) incomplete |= verdict::kMatchingCut;
  return incomplete;
}

void MessageScanner::write_findings(std::size_t message) {
  const records::Incoming& incoming = readings_[message]->incoming;
  const log::Record& record = readings_[message]->task->record;
  pipeline::Scanned& out = readings_[message]->task->out;
  builder_.Clear();
  const auto message_id = bytes_vector(builder_, incoming.message_id.view());
  const auto sender = builder_.CreateString(incoming.sender.data(), incoming.sender.size());
  const auto edge = builder_.CreateString(incoming.edge.data(), incoming.edge.size());
  const auto rule_set = bytes_vector(builder_, rules_->set->id());
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> maps_version;
  if (!scratch_->maps_version(message).empty()) {
    maps_version = bytes_vector(builder_, scratch_->maps_version(message));
  }
  const records::Source source(record.partition, record.offset);
  records::HitCount* counts = nullptr;
  const auto hits = builder_.CreateUninitializedVectorOfStructs(hits_[message].size(), &counts);
  for (const rules::Hit& hit : hits_[message]) *counts++ = records::HitCount(hit.rule, hit.count);

  records::FindingsBuilder findings(builder_);
  findings.add_message_id(message_id);
  findings.add_ask(incoming.ask);
  findings.add_sender(sender);
  findings.add_edge(edge);
  findings.add_source(&source);
  findings.add_time_ms(record.timestamp_ms);
  findings.add_mode(incoming.mode);
  findings.add_origin(incoming.origin);
  findings.add_recipients(incoming.recipients);
  findings.add_bytes(incoming.true_size);
  findings.add_rule_set(rule_set);
  findings.add_hits(hits);
  findings.add_incomplete(why_incomplete(message));
  if (!maps_version.IsNull()) findings.add_maps_version(maps_version);
  const auto body = findings.Finish();
  records::FinishEntryBuffer(builder_,
                             records::CreateEntry(builder_, records::Body::Findings, body.Union()));
  out.entry.key.assign(incoming.sender);
  set_value(out, builder_);
}

void MessageScanner::write_unreadable(const log::Record& record, pipeline::Scanned& out) {
  const records::RecordIds ids = records::ids_of(record);
  builder_.Clear();
  const auto message_id = bytes_vector(builder_, ids.message_id.view());
  const auto sender = builder_.CreateString(ids.sender.data(), ids.sender.size());
  const auto edge = builder_.CreateString(ids.edge.data(), ids.edge.size());
  const auto rule_set = bytes_vector(builder_, rules_->set->id());
  const records::Source source(record.partition, record.offset);

  records::FindingsBuilder findings(builder_);
  findings.add_message_id(message_id);
  findings.add_sender(sender);
  findings.add_edge(edge);
  findings.add_source(&source);
  findings.add_time_ms(record.timestamp_ms);
  findings.add_mode(records::Mode::live);
  findings.add_rule_set(rule_set);
  findings.add_unreadable(true);
  const auto body = findings.Finish();
  records::FinishEntryBuffer(builder_,
                             records::CreateEntry(builder_, records::Body::Findings, body.Union()));
  out.entry.key.assign(ids.sender);
  set_value(out, builder_);
  out.dead_letter = "envelope_unreadable";
}

}  // namespace sluice::senders
