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

void set_value(pipeline::Scanned& out, const flatbuffers::FlatBufferBuilder& builder) {
  out.entry.value.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                         builder.GetSize());
}

}  // namespace

void MessageScanner::scan(const log::Record& record, pipeline::Scanned& out) {
  use(source_());
  out.basis = rules_;
  out.dead_letter = {};
  arena_.reset();
  hits_.clear();

  const auto incoming = records::read_message_value(record, envelope_);
  if (!incoming.ok()) return write_unreadable(record, out);

  const uint32_t incomplete = scan_message(incoming.value(), record.timestamp_ms);
  write_findings(record, incoming.value(), incomplete, out);
}

void MessageScanner::use(std::shared_ptr<const Rules> rules) {
  if (rules == rules_) return;
  scratch_.emplace(*rules->set);
  rules_ = std::move(rules);
}

rules::EnvelopeFacts MessageScanner::envelope_facts(const records::Incoming& incoming,
                                                    int64_t time_ms) {
  attributes_.clear();
  for (const records::NamedValue& one : incoming.attributes) {
    attributes_.push_back({.name = one.name, .value = one.value});
  }
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
          .attributes = attributes_};
}

uint32_t MessageScanner::scan_message(const records::Incoming& incoming, int64_t time_ms) {
  const mime::Message message = mime::read_message(incoming.message, arena_);
  const rules::EnvelopeFacts envelope = envelope_facts(incoming, time_ms);
  rules_->set->scan({.message = message,
                     .mail_from = incoming.mail_from,
                     .received_s = time_ms / 1'000,
                     .envelope = &envelope},
                    *scratch_, hits_);
  if (observer_ != nullptr) observer_->scanned(message, hits_, *rules_->set);

  uint32_t incomplete = 0;
  if (incoming.truncated) incomplete |= verdict::kTruncatedMessage;
  if (mime::cut_short(message.defects)) incomplete |= verdict::kLimitReached;
  if (!scratch_->findings().complete()) incomplete |= verdict::kMatchingCut;
  return incomplete;
}

void MessageScanner::write_findings(const log::Record& record, const records::Incoming& incoming,
                                    uint32_t incomplete, pipeline::Scanned& out) {
  builder_.Clear();
  const auto message_id = bytes_vector(builder_, incoming.message_id.view());
  const auto sender = builder_.CreateString(incoming.sender.data(), incoming.sender.size());
  const auto edge = builder_.CreateString(incoming.edge.data(), incoming.edge.size());
  const auto rule_set = bytes_vector(builder_, rules_->set->id());
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> maps_version;
  if (!scratch_->maps_version().empty()) {
    maps_version = bytes_vector(builder_, scratch_->maps_version());
  }
  const records::Source source(record.partition, record.offset);
  records::HitCount* counts = nullptr;
  const auto hits = builder_.CreateUninitializedVectorOfStructs(hits_.size(), &counts);
  for (const rules::Hit& hit : hits_) *counts++ = records::HitCount(hit.rule, hit.count);

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
  findings.add_incomplete(incomplete);
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
