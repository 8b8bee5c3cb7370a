#include "ingest/records/message_value.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/records/sender_key.h"

namespace sluice::records {
namespace {

constexpr std::string_view kMagic{"SLM\x01", 4};
constexpr std::size_t kPrefixBytes = 8;

using Problem = const char*;  // nullptr: none

Error unreadable(Problem problem) {
  return {ErrorCode::kInvalid, std::string("envelope: ") + problem};
}

// A value beyond the last one this version knows becomes unknown (0).
template <class E>
E known(E value, E last, bool& saw_unknown) {
  if (value <= last) return value;
  saw_unknown = true;
  return E::unknown;
}

Problem check_enums(const Envelope& envelope) {
  if (envelope.mode() == Mode::unknown) return "mode is not set";
  if (envelope.on_timeout() == OnTimeout::unknown) return "on_timeout is not set";
  if (envelope.origin() == Origin::unknown) return "origin is not set";
  if (envelope.egress_choice() == EgressChoice::unknown) return "egress_choice is not set";
  if (envelope.dkim() == Dkim::unknown) return "dkim is not set";
  if (envelope.line_ending() == LineEnding::unknown) return "line_ending is not set";
  return nullptr;
}

std::string_view text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : text->string_view();
}

// Adds up what the strings hold: in a FlatBuffer a million of them may be the same bytes.
Problem check_recipients(const Envelope& envelope, std::size_t& logical_bytes) {
  const auto& recipients = *envelope.recipients();
  if (recipients.size() == 0) return "there is no recipient";
  if (recipients.size() > limits::kRecipientsMax) return "too many recipients";
  for (const Recipient* recipient : recipients) logical_bytes += recipient->address()->size();
  return nullptr;
}

Problem check_attributes(const Envelope& envelope) {
  if (envelope.attributes() == nullptr) return nullptr;
  if (envelope.attributes()->size() > limits::kAttributesMax) return "too many attributes";
  std::size_t bytes = 0;
  for (const Attribute* attribute : *envelope.attributes()) {
    bytes += attribute->name()->size() + attribute->value()->size();
  }
  return bytes > limits::kAttributeBytesMax ? "the attributes are too long" : nullptr;
}

Problem check_sender(const Envelope& envelope, const log::Record& record) {
  const std::string_view sender = envelope.sender()->string_view();
  if (!is_sender_key(sender)) return "sender is not a sender key";
  if (!record.has_key || record.key != sender) return "sender is not the record's key";
  const auto& path = *envelope.tenant_path();
  if (path.size() == 0 || path.size() > limits::kTenantPathMax) return "tenant_path: 1 to 4 levels";
  return nullptr;
}

Problem check(const Envelope& envelope, const log::Record& record) {
  if (envelope.message_id()->size() != sizeof(MessageId::bytes)) return "message_id: not 16 bytes";
  if (Problem problem = check_enums(envelope)) return problem;
  if (Problem problem = check_sender(envelope, record)) return problem;

  std::size_t logical_bytes = envelope.mail_from()->size() + envelope.edge()->size() +
                              text_of(envelope.client_ip()).size() +
                              text_of(envelope.helo()).size();
  for (const auto* tenant : *envelope.tenant_path()) logical_bytes += tenant->size();
  if (Problem problem = check_recipients(envelope, logical_bytes)) return problem;
  if (logical_bytes > limits::kEnvelopeBytesMax) return "too long";
  return check_attributes(envelope);
}

void read_lists(const Envelope& envelope, EnvelopeBuffer& buffer, Incoming& in) {
  for (const Recipient* one : *envelope.recipients()) {
    buffer.recipients.push_back(one->address()->string_view());
  }
  for (const auto* one : *envelope.tenant_path()) buffer.tenants.push_back(one->string_view());
  if (envelope.attributes() != nullptr) {
    for (const Attribute* one : *envelope.attributes()) {
      buffer.attributes.push_back({one->name()->string_view(), one->value()->string_view()});
    }
  }
  in.recipient_list = buffer.recipients;
  in.tenants = buffer.tenants;
  in.attributes = buffer.attributes;
}

Result<Incoming> read_enveloped(const log::Record& record, EnvelopeBuffer& buffer) {
  const std::string_view value = record.value;
  if (value.size() < kPrefixBytes) return unreadable("the prefix is cut short");
  uint32_t length = 0;
  std::memcpy(&length, value.data() + kMagic.size(), sizeof length);
  if (length > limits::kEnvelopeBytesMax) return unreadable("too long");
  if (length > value.size() - kPrefixBytes) return unreadable("cut short");

  const uint8_t* const bytes = buffer.fill(value.substr(kPrefixBytes, length));
  flatbuffers::Verifier verifier(bytes, length);
  if (!EnvelopeBufferHasIdentifier(bytes) || !VerifyEnvelopeBuffer(verifier)) {
    return unreadable("not a valid FlatBuffer");
  }
  const Envelope& envelope = *GetEnvelope(bytes);
  if (Problem problem = check(envelope, record)) return unreadable(problem);

  Incoming in;
  std::memcpy(in.message_id.bytes.data(), envelope.message_id()->data(),
              in.message_id.bytes.size());
  in.ask = envelope.ask();
  in.edge = envelope.edge()->string_view();
  in.sender = envelope.sender()->string_view();
  in.mail_from = envelope.mail_from()->string_view();
  in.mode = known(envelope.mode(), Mode::MAX, in.unknown_values);
  in.origin = known(envelope.origin(), Origin::MAX, in.unknown_values);
  in.recipients = envelope.recipients()->size();
  in.dkim = known(envelope.dkim(), Dkim::MAX, in.unknown_values);
  in.client_ip = text_of(envelope.client_ip());
  in.helo = text_of(envelope.helo());
  in.account_created_ms = envelope.account_created_ms();
  read_lists(envelope, buffer, in);
  in.message = value.substr(kPrefixBytes + length);
  in.true_size = std::max<uint64_t>(envelope.true_size(), in.message.size());
  in.truncated = envelope.truncated() != Truncated::whole || in.true_size > in.message.size();
  return in;
}

// One more than limits::kRecipientsMax at most.
void split_addresses(std::string_view list, std::vector<std::string_view>& out) {
  while (!list.empty() && out.size() <= limits::kRecipientsMax) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view address = trim(list.substr(0, comma));
    if (!address.empty()) out.push_back(address);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

Result<Incoming> read_plain(const log::Record& record, EnvelopeBuffer& buffer) {
  const auto id = record.handle->header(kHeaderMessageId);
  const auto mail_from = record.handle->header(kHeaderMailFrom);
  const auto recipients = record.handle->header(kHeaderRecipients);
  if (!id) return unreadable("plain value without the header sluice-message-id");
  if (!mail_from) return unreadable("plain value without the header sluice-mail-from");
  if (!recipients) return unreadable("plain value without the header sluice-recipients");

  const auto message_id = parse_message_id(*id);
  if (!message_id) return unreadable("the header sluice-message-id holds no UUID");
  const std::string_view sender = record.handle->header(kHeaderSender).value_or(record.key);
  if (!is_sender_key(sender)) return unreadable("neither key nor sluice-sender is a sender key");
  if (record.has_key && record.key != sender) return unreadable("sluice-sender is not the key");

  Incoming in;
  in.message_id = *message_id;
  in.edge = record.handle->header(kHeaderEdge).value_or(kPlainEdge);
  in.sender = sender;
  in.mail_from = *mail_from;
  in.mode = Mode::live;
  in.origin = Origin::smtp;
  in.dkim = Dkim::none;
  split_addresses(*recipients, buffer.recipients);
  in.recipients = static_cast<uint32_t>(buffer.recipients.size());
  in.recipient_list = buffer.recipients;
  buffer.tenants.push_back(root_tenant(sender));
  in.tenants = buffer.tenants;
  in.true_size = record.value.size();
  in.message = record.value;
  if (in.recipients == 0) return unreadable("there is no recipient");
  if (in.recipients > limits::kRecipientsMax) return unreadable("too many recipients");
  return in;
}

}  // namespace

const uint8_t* EnvelopeBuffer::fill(std::string_view bytes) {
  words.resize(bytes.size() / sizeof(uint64_t) + 1);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return reinterpret_cast<const uint8_t*>(words.data());
}

Result<Incoming> read_message_value(const log::Record& record, EnvelopeBuffer& buffer) {
  if (record.tombstone) return unreadable("there is no value");
  buffer.recipients.clear();
  buffer.tenants.clear();
  buffer.attributes.clear();
  return record.value.substr(0, kMagic.size()) == kMagic ? read_enveloped(record, buffer)
                                                         : read_plain(record, buffer);
}

RecordIds ids_of(const log::Record& record) {
  RecordIds ids;
  if (const auto id = record.handle->header(kHeaderMessageId)) {
    ids.message_id = parse_message_id(*id).value_or(MessageId{});
  }
  ids.edge = record.handle->header(kHeaderEdge).value_or(kPlainEdge);
  ids.sender = record.has_key && is_sender_key(record.key) ? record.key : kUnknownSender;
  return ids;
}

std::string make_message_value(const Outgoing& outgoing, std::string_view message) {
  flatbuffers::FlatBufferBuilder builder(512);
  std::vector<flatbuffers::Offset<Recipient>> recipients;
  for (const std::string& address : outgoing.recipients) {
    recipients.push_back(CreateRecipient(builder, builder.CreateString(address)));
  }
  const auto id = builder.CreateVector(
      reinterpret_cast<const uint8_t*>(outgoing.message_id.bytes.data()), std::size_t{16});
  const auto edge = builder.CreateString(outgoing.edge);
  const auto sender = builder.CreateString(outgoing.sender);
  const auto path = builder.CreateVectorOfStrings({std::string(root_tenant(outgoing.sender))});
  const auto mail_from = builder.CreateString(outgoing.mail_from);
  const auto recipient_list = builder.CreateVector(recipients);

  EnvelopeBuilder envelope(builder);
  envelope.add_message_id(id);
  envelope.add_ask(outgoing.ask);
  envelope.add_edge(edge);
  envelope.add_mode(outgoing.mode);
  envelope.add_answer_within_ms(outgoing.answer_within_ms);
  envelope.add_on_timeout(outgoing.on_timeout);
  envelope.add_sender(sender);
  envelope.add_tenant_path(path);
  envelope.add_origin(outgoing.origin);
  envelope.add_mail_from(mail_from);
  envelope.add_recipients(recipient_list);
  envelope.add_egress_choice(EgressChoice::relay);
  envelope.add_dkim(Dkim::none);
  envelope.add_line_ending(message.find("\r\n") != std::string_view::npos ? LineEnding::crlf
                                                                          : LineEnding::lf);
  envelope.add_true_size(message.size());
  FinishEnvelopeBuffer(builder, envelope.Finish());

  const uint32_t length = builder.GetSize();
  std::string value;
  value.reserve(kPrefixBytes + length + message.size());
  value += kMagic;
  value.append(reinterpret_cast<const char*>(&length), sizeof length);
  value.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), length);
  return value.append(message);
}

}  // namespace sluice::records
