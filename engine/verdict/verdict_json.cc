#include "engine/verdict/verdict_json.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ingest/records/message_id.h"
#include "ingest/schemas/verdict_generated.h"

namespace sluice::verdict {
namespace {

std::string_view bytes_of(const flatbuffers::Vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

nlohmann::ordered_json hits_of(const records::Verdict& verdict) {
  auto out = nlohmann::ordered_json::array();
  if (verdict.hits() == nullptr) return out;
  for (const records::RuleHit* hit : *verdict.hits()) {
    nlohmann::ordered_json one = {{"rule", hit->rule()->str()}, {"weight", hit->weight()}};
    if (hit->shadow()) one["shadow"] = true;
    out.push_back(std::move(one));
  }
  return out;
}

nlohmann::ordered_json reasons_of(const records::Verdict& verdict) {
  auto out = nlohmann::ordered_json::array();
  if (verdict.sender_reasons() == nullptr) return out;
  for (const records::SenderReason* reason : *verdict.sender_reasons()) {
    out.push_back({{"code", reason->code()->str()}, {"points", reason->points()}});
  }
  return out;
}

}  // namespace

Result<std::string> verdict_json(std::string_view flatbuffer) {
  std::vector<uint64_t> aligned(flatbuffer.size() / sizeof(uint64_t) + 1);
  std::memcpy(aligned.data(), flatbuffer.data(), flatbuffer.size());
  const auto* const bytes = reinterpret_cast<const uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(bytes, flatbuffer.size());
  if (flatbuffer.size() < 8 || !records::VerifyVerdictBuffer(verifier)) {
    return Error{ErrorCode::kCorrupt, "not a verdict"};
  }
  const records::Verdict& verdict = *records::GetVerdict(bytes);
  const auto id = records::parse_message_id(bytes_of(*verdict.message_id()));

  nlohmann::ordered_json out;
  out["message_id"] = to_string(id.value_or(records::MessageId{}));
  out["ask"] = verdict.ask();
  out["sender"] = verdict.sender()->str();
  out["edge"] = verdict.edge()->str();
  out["source"] = {{"partition", verdict.source()->partition()},
                   {"offset", std::to_string(verdict.source()->offset())}};
  out["action"] = records::EnumNameAction(verdict.action());
  out["enforce"] = verdict.enforce();
  out["duplicate"] = verdict.duplicate();
  out["smtp_code"] = verdict.smtp_code();
  out["enhanced"] = text_of(verdict.enhanced());
  out["reason_text"] = text_of(verdict.reason_text());
  out["reason_code"] = records::EnumNameReason(verdict.reason_code());
  out["score"] = verdict.score();
  out["hits"] = hits_of(verdict);
  out["sender_score"] = verdict.sender_score();
  out["sender_reasons"] = reasons_of(verdict);
  out["standing"] = records::EnumNameStanding(verdict.standing());
  out["rule_set"] = to_hex(bytes_of(*verdict.rule_set()));
  out["incomplete"] = verdict.incomplete();
  if (verdict.maps_version() != nullptr) {
    out["maps_version"] = to_hex(bytes_of(*verdict.maps_version()));
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::verdict
