#include "engine/verdict/verdict_writer.h"

namespace sluice::verdict {
namespace {

flatbuffers::Offset<flatbuffers::Vector<uint8_t>> bytes_vector(
    flatbuffers::FlatBufferBuilder& builder, std::string_view bytes) {
  return builder.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

flatbuffers::Offset<flatbuffers::String> string(flatbuffers::FlatBufferBuilder& builder,
                                                std::string_view text) {
  return builder.CreateString(text.data(), text.size());
}

}  // namespace

Reply reply_to(records::Action action, records::Reason reason) {
  using records::Action;
  using records::Reason;
  const bool unreadable = reason == Reason::unreadable;
  const bool by_rule = reason == Reason::rule;
  switch (action) {
    case Action::hold:
      return {250, "2.0.0", "Queued; delivery waits for a review"};
    case Action::defer:
      return unreadable ? Reply{451, "4.3.0", "The message could not be read; try again later"}
                        : Reply{451, "4.7.1", "Delivery not authorised now; try again later"};
    case Action::reject:
      return by_rule ? Reply{550, "5.7.1", "Message refused by a rule of this service"}
                     : Reply{550, "5.7.1",
                             "Message refused: its content is that of unsolicited or harmful mail"};
    case Action::unknown:
    case Action::accept:
    case Action::throttle:
    case Action::drop:
      break;
  }
  return {250, "2.0.0", "Queued"};
}

std::string_view VerdictWriter::write(const Decision& decision) {
  builder_.Clear();
  hits_.clear();
  reasons_.clear();
  for (const WrittenHit& hit : decision.hits) {
    hits_.push_back(
        records::CreateRuleHit(builder_, string(builder_, hit.rule), hit.weight, hit.shadow));
  }
  for (const Points& reason : decision.sender_reasons) {
    const auto code = builder_.CreateString(reason.code);
    reasons_.push_back(records::CreateSenderReason(builder_, code, reason.points));
  }
  const Reply reply = reply_to(decision.action, decision.reason);
  const auto message_id = bytes_vector(builder_, decision.message_id);
  const auto sender = string(builder_, decision.sender);
  const auto edge = string(builder_, decision.edge);
  const auto enhanced = builder_.CreateString(reply.enhanced);
  const auto text = builder_.CreateString(reply.text);
  const auto hits = builder_.CreateVector(hits_);
  const auto reasons = builder_.CreateVector(reasons_);
  const auto rule_set = bytes_vector(builder_, decision.rule_set);
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> maps_version;
  if (!decision.maps_version.empty()) maps_version = bytes_vector(builder_, decision.maps_version);

  records::VerdictBuilder verdict(builder_);
  verdict.add_message_id(message_id);
  verdict.add_ask(decision.ask);
  verdict.add_sender(sender);
  verdict.add_edge(edge);
  verdict.add_source(&decision.source);
  verdict.add_action(decision.action);
  verdict.add_enforce(decision.enforce);
  verdict.add_duplicate(decision.duplicate);
  verdict.add_smtp_code(reply.smtp_code);
  verdict.add_enhanced(enhanced);
  verdict.add_reason_text(text);
  verdict.add_reason_code(decision.reason);
  verdict.add_score(decision.score);
  verdict.add_hits(hits);
  verdict.add_sender_score(decision.sender_score);
  verdict.add_sender_reasons(reasons);
  verdict.add_standing(decision.standing);
  verdict.add_rule_set(rule_set);
  verdict.add_incomplete(decision.incomplete);
  if (!maps_version.IsNull()) verdict.add_maps_version(maps_version);
  records::FinishVerdictBuffer(builder_, verdict.Finish());
  return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
}

}  // namespace sluice::verdict
