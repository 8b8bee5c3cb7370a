#include "cli/edge.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "ingest/mime/address.h"
#include "ingest/mime/message.h"
#include "ingest/records/message_value.h"
#include "ingest/records/sender_key.h"

namespace sluice::cli {
namespace {

constexpr const char* kNobody = "nobody@localhost.invalid";

void append_addresses(const mime::Message& message, std::string_view field_name, Arena& arena,
                      std::vector<std::string>& out) {
  const mime::HeaderField* const field = mime::find_field(message.header(), field_name);
  if (field == nullptr) return;
  mime::DefectSet ignored;
  for (const mime::Mailbox& mailbox : mime::read_addresses(field->value, arena, ignored)) {
    if (mailbox.local.empty() || mailbox.domain.empty()) continue;
    out.push_back(std::string(mailbox.local) + "@" + std::string(mailbox.domain));
  }
}

}  // namespace

Edge::Parties Edge::parties_of(const Mail& mail) {
  arena_.reset();
  const mime::Message message = mime::read_message(mail.bytes, arena_, mime::Extent::kStructure);
  header_.read(mail.bytes, "");
  Parties parties{.sender = options_.sender,
                  .mail_from = std::string(trim(header_.get("EnvelopeFrom", "").value_or(""))),
                  .recipients = options_.recipients};
  if (parties.sender.empty()) {
    std::vector<std::string> from;
    append_addresses(message, "From", arena_, from);
    parties.sender = records::sender_key(options_.tenant, records::SenderKind::kMailbox,
                                         from.empty() ? kNobody : from.front());
    if (!records::is_sender_key(parties.sender)) {
      parties.sender = records::sender_key(options_.tenant, records::SenderKind::kMailbox, kNobody);
    }
  }
  if (parties.recipients.empty()) {
    for (const char* name : {"To", "Cc", "Bcc"}) {
      append_addresses(message, name, arena_, parties.recipients);
    }
  }
  if (parties.recipients.empty()) parties.recipients.emplace_back(kNobody);
  return parties;
}

Result<records::MessageId> Edge::put(const Mail& mail) {
  const Parties parties = parties_of(mail);
  const records::MessageId id = records::make_message_id();
  if (options_.plain) {
    if (Status put = put_plain(mail, parties, id); !put.ok()) return put.error();
    return id;
  }
  const std::string value = records::make_message_value({.message_id = id,
                                                         .edge = options_.edge,
                                                         .sender = parties.sender,
                                                         .mail_from = parties.mail_from,
                                                         .recipients = parties.recipients},
                                                        mail.bytes);
  const std::array<log::Header, 2> headers = {{
      {.name = records::kHeaderMessageId, .value = id.view()},
      {.name = records::kHeaderEdge, .value = options_.edge},
  }};
  const Status put = appender_.append(
      {.topic = topic_, .key = parties.sender, .value = value, .headers = headers});
  if (!put.ok()) return put.error();
  return id;
}

Status Edge::put_plain(const Mail& mail, const Parties& parties, const records::MessageId& id) {
  std::string recipients;
  for (const std::string& address : parties.recipients) {
    recipients += (recipients.empty() ? "" : ",") + address;
  }
  const std::array<log::Header, 4> headers = {{
      {.name = records::kHeaderMessageId, .value = id.view()},
      {.name = records::kHeaderEdge, .value = options_.edge},
      {.name = records::kHeaderMailFrom, .value = parties.mail_from},
      {.name = records::kHeaderRecipients, .value = recipients},
  }};
  return appender_.append(
      {.topic = topic_, .key = parties.sender, .value = mail.bytes, .headers = headers});
}

}  // namespace sluice::cli
