// Claim:   a value is read as it was made, from a newer and an older producer too; what is no
//          envelope is refused with a reason, and the headers still tell whom to answer.
// Oracles: what was put in; FlatBuffers built field by field, as other versions would.

#include "ingest/records/message_value.h"

#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::records {
namespace {

constexpr std::string_view kMail = "From: a@b.example\r\n\r\nHello\r\n";
constexpr std::string_view kSender = "hoster/u:anna@b.example";

class FixedHeaders final : public log::Record::Handle {
 public:
  explicit FixedHeaders(std::map<std::string, std::string> headers)
      : headers_(std::move(headers)) {}

  void visit_headers(const std::function<void(log::Header)>& visit) const override {
    for (const auto& [name, value] : headers_) visit({.name = name, .value = value});
  }

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const override {
    const auto found = headers_.find(std::string(name));
    if (found == headers_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, std::string> headers_;
};

log::Record record_of(std::string_view value, std::map<std::string, std::string> headers = {},
                      std::string_view key = kSender) {
  log::Record record;
  record.has_key = true;
  record.key = key;
  record.value = value;
  record.handle = std::make_unique<FixedHeaders>(std::move(headers));
  return record;
}

Outgoing outgoing() {
  return {.message_id = make_message_id(),
          .edge = "mx1",
          .sender = std::string(kSender),
          .mail_from = "anna@b.example",
          .recipients = {"x@y.example", "z@y.example"}};
}

// The prefix in front of any bytes that claim to be an envelope.
std::string with_prefix(std::string_view envelope, std::string_view message = kMail) {
  const auto length = static_cast<uint32_t>(envelope.size());
  std::string value("SLM\x01", 4);
  value.append(reinterpret_cast<const char*>(&length), sizeof length);
  return value.append(envelope).append(message);
}

// An envelope as a producer of another version makes it: `edit` sees every field before it is set.
struct Fields {
  std::string id = std::string(16, 'i');
  std::string sender{kSender};
  std::vector<std::string> tenants{"hoster"};
  std::vector<std::string> recipients{"x@y.example"};
  uint8_t mode = 1, on_timeout = 2, origin = 1, egress = 2, dkim = 4, line_ending = 1;
  uint64_t true_size = kMail.size();
  std::string client_ip = {};
  std::string helo = {};
  int64_t account_created_ms = 0;
  std::map<std::string, std::string> attributes = {};
};

std::string build(const Fields& fields) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<Recipient>> recipients;
  for (const auto& address : fields.recipients) {
    recipients.push_back(CreateRecipient(builder, builder.CreateString(address)));
  }
  const auto id =
      builder.CreateVector(reinterpret_cast<const uint8_t*>(fields.id.data()), fields.id.size());
  const auto edge = builder.CreateString("mx1");
  const auto sender = builder.CreateString(fields.sender);
  const auto tenants = builder.CreateVectorOfStrings(fields.tenants);
  const auto mail_from = builder.CreateString("");
  const auto list = builder.CreateVector(recipients);
  const auto client_ip = builder.CreateString(fields.client_ip);
  const auto helo = builder.CreateString(fields.helo);
  std::vector<flatbuffers::Offset<Attribute>> attributes;
  for (const auto& [name, text] : fields.attributes) {
    attributes.insert(attributes.begin(), CreateAttribute(builder, builder.CreateString(name),
                                                          builder.CreateString(text)));
  }
  const auto attribute_list = builder.CreateVector(attributes);
  EnvelopeBuilder envelope(builder);
  envelope.add_client_ip(client_ip);
  envelope.add_helo(helo);
  envelope.add_account_created_ms(fields.account_created_ms);
  envelope.add_attributes(attribute_list);
  envelope.add_message_id(id);
  envelope.add_edge(edge);
  envelope.add_mode(static_cast<Mode>(fields.mode));
  envelope.add_on_timeout(static_cast<OnTimeout>(fields.on_timeout));
  envelope.add_sender(sender);
  envelope.add_tenant_path(tenants);
  envelope.add_origin(static_cast<Origin>(fields.origin));
  envelope.add_mail_from(mail_from);
  envelope.add_recipients(list);
  envelope.add_egress_choice(static_cast<EgressChoice>(fields.egress));
  envelope.add_dkim(static_cast<Dkim>(fields.dkim));
  envelope.add_line_ending(static_cast<LineEnding>(fields.line_ending));
  envelope.add_true_size(fields.true_size);
  FinishEnvelopeBuffer(builder, envelope.Finish());
  return with_prefix(
      {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

std::string refusal(const std::string& value, std::string_view key = kSender) {
  EnvelopeBuffer buffer;
  const auto read = read_message_value(record_of(value, {}, key), buffer);
  return read.ok() ? "" : read.error().message;
}

TEST(MessageValue, ReadsWhatWasMade) {
  const Outgoing out = outgoing();
  const std::string value = make_message_value(out, kMail);
  EnvelopeBuffer buffer;
  const log::Record record = record_of(value);
  const auto read = read_message_value(record, buffer);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().message_id, out.message_id);
  EXPECT_EQ(read.value().edge, "mx1");
  EXPECT_EQ(read.value().sender, kSender);
  EXPECT_EQ(read.value().mail_from, "anna@b.example");
  EXPECT_EQ(read.value().recipients, 2U);
  EXPECT_EQ(read.value().mode, Mode::live);
  EXPECT_EQ(read.value().true_size, kMail.size());
  EXPECT_FALSE(read.value().truncated);
  EXPECT_EQ(read.value().message, kMail);
  EXPECT_EQ(read.value().message.data(), value.data() + value.size() - kMail.size())
      << "was copied";
  ASSERT_EQ(read.value().recipient_list.size(), 2U);
  EXPECT_EQ(read.value().recipient_list[1], "z@y.example");
  ASSERT_EQ(read.value().tenants.size(), 1U);
  EXPECT_EQ(read.value().tenants[0], "hoster");
  EXPECT_EQ(read.value().client_ip, "");
  EXPECT_EQ(read.value().account_created_ms, 0);
}

TEST(MessageValue, ReadsWhatIsKnownOfTheClient) {
  EnvelopeBuffer buffer;
  const std::string value = build({.client_ip = "192.0.2.1",
                                   .helo = "pc.example",
                                   .account_created_ms = 1'700'000'000'000,
                                   .attributes = {{"plan", "trial"}, {"logins", "3"}}});
  const log::Record record = record_of(value);
  for (int again = 0; again < 2; ++again) {
    const auto read = read_message_value(record, buffer);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read.value().client_ip, "192.0.2.1");
    EXPECT_EQ(read.value().helo, "pc.example");
    EXPECT_EQ(read.value().account_created_ms, 1'700'000'000'000);
    EXPECT_EQ(read.value().dkim, Dkim::none);
    ASSERT_EQ(read.value().recipient_list.size(), 1U);
    ASSERT_EQ(read.value().attributes.size(), 2U);
    EXPECT_EQ(read.value().attributes[1].name, "logins");
    EXPECT_EQ(read.value().attributes[1].value, "3");
  }
}

TEST(MessageValue, ReadsAtEveryAlignment) {
  const std::string value = make_message_value(outgoing(), kMail);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string shifted = std::string(shift, 'x') + value;
    EnvelopeBuffer buffer;
    EXPECT_TRUE(
        read_message_value(record_of(std::string_view(shifted).substr(shift)), buffer).ok());
  }
}

TEST(MessageValue, ReadsAPlainMessageWithHeaders) {
  EnvelopeBuffer buffer;
  const log::Record record =
      record_of(kMail, {{"sluice-message-id", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"},
                        {"sluice-mail-from", ""},
                        {"sluice-recipients", "a@b.example, c@d.example ,"}});
  const auto read = read_message_value(record, buffer);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().recipients, 2U);
  ASSERT_EQ(read.value().recipient_list.size(), 2U);
  EXPECT_EQ(read.value().recipient_list[1], "c@d.example");
  EXPECT_EQ(read.value().tenants[0], "hoster");
  EXPECT_EQ(read.value().edge, kPlainEdge);
  EXPECT_EQ(read.value().mode, Mode::live);
  EXPECT_EQ(read.value().message, kMail);
}

TEST(MessageValue, NamesTheMissingHeaderOfAPlainMessage) {
  std::map<std::string, std::string> headers = {{"sluice-message-id", std::string(16, 'i')},
                                                {"sluice-mail-from", ""},
                                                {"sluice-recipients", "a@b.example"}};
  EnvelopeBuffer buffer;
  EXPECT_TRUE(read_message_value(record_of(kMail, headers), buffer).ok());
  for (const auto& [name, value] : headers) {
    auto fewer = headers;
    fewer.erase(name);
    const auto read = read_message_value(record_of(kMail, fewer), buffer);
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.error().message.find(name), std::string::npos) << read.error().message;
  }
}

TEST(MessageValue, NewerProducersEnumValueBecomesUnknown) {
  Fields fields;
  fields.mode = 77;
  fields.origin = 200;
  const std::string value = build(fields);
  EnvelopeBuffer buffer;
  const log::Record record = record_of(value);
  const auto read = read_message_value(record, buffer);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().mode, Mode::unknown);
  EXPECT_EQ(read.value().origin, Origin::unknown);
  EXPECT_TRUE(read.value().unknown_values);
}

TEST(MessageValue, NewerProducersFieldIsPassedOver) {
  // A table with one field beyond the last that this version knows: id 21, slot 46.
  flatbuffers::FlatBufferBuilder builder;
  const auto id = builder.CreateVector(std::vector<uint8_t>(16, 7));
  const auto text = builder.CreateString("hoster/u:anna@b.example");
  const auto tenants = builder.CreateVectorOfStrings({"hoster"});
  const auto list = builder.CreateVector(std::vector<flatbuffers::Offset<Recipient>>{
      CreateRecipient(builder, builder.CreateString("x@y.example"))});
  const auto start = builder.StartTable();
  builder.AddOffset(Envelope::VT_MESSAGE_ID, id);
  builder.AddOffset(Envelope::VT_EDGE, text);
  builder.AddOffset(Envelope::VT_SENDER, text);
  builder.AddOffset(Envelope::VT_TENANT_PATH, tenants);
  builder.AddOffset(Envelope::VT_MAIL_FROM, text);
  builder.AddOffset(Envelope::VT_RECIPIENTS, list);
  for (const auto slot :
       {Envelope::VT_MODE, Envelope::VT_ON_TIMEOUT, Envelope::VT_ORIGIN, Envelope::VT_EGRESS_CHOICE,
        Envelope::VT_DKIM, Envelope::VT_LINE_ENDING}) {
    builder.AddElement<uint8_t>(slot, 1, 0);
  }
  builder.AddElement<uint64_t>(Envelope::VT_ACCOUNT_CREATED_MS + 2, 4711, 0);
  builder.Finish(flatbuffers::Offset<Envelope>(builder.EndTable(start)), EnvelopeIdentifier());
  const std::string value =
      with_prefix({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
  EXPECT_EQ(refusal(value), "");
}

TEST(MessageValue, OlderProducersLackOfAFieldHasItsDefault) {
  Fields fields;
  fields.true_size = 0;  // never written: the default
  const std::string value = build(fields);
  EnvelopeBuffer buffer;
  const log::Record record = record_of(value);
  const auto read = read_message_value(record, buffer);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().true_size, kMail.size());
  EXPECT_EQ(read.value().ask, 0);
}

TEST(MessageValue, RefusesWhatTheContractForbids) {
  const auto with = [](const std::function<void(Fields&)>& edit) {
    Fields fields;
    edit(fields);
    return refusal(build(fields));
  };
  EXPECT_EQ(with([](Fields&) {}), "");
  EXPECT_EQ(with([](Fields& f) { f.id = "short"; }), "envelope: message_id: not 16 bytes");
  EXPECT_EQ(with([](Fields& f) { f.mode = 0; }), "envelope: mode is not set");
  EXPECT_EQ(with([](Fields& f) { f.on_timeout = 0; }), "envelope: on_timeout is not set");
  EXPECT_EQ(with([](Fields& f) { f.origin = 0; }), "envelope: origin is not set");
  EXPECT_EQ(with([](Fields& f) { f.egress = 0; }), "envelope: egress_choice is not set");
  EXPECT_EQ(with([](Fields& f) { f.dkim = 0; }), "envelope: dkim is not set");
  EXPECT_EQ(with([](Fields& f) { f.line_ending = 0; }), "envelope: line_ending is not set");
  EXPECT_EQ(with([](Fields& f) { f.sender = "Nobody"; }), "envelope: sender is not a sender key");
  EXPECT_EQ(with([](Fields& f) { f.sender = "a/u:b"; }),
            "envelope: sender is not the record's key");
  EXPECT_EQ(with([](Fields& f) { f.tenants.clear(); }), "envelope: tenant_path: 1 to 4 levels");
  EXPECT_EQ(with([](Fields& f) { f.tenants.assign(5, "t"); }),
            "envelope: tenant_path: 1 to 4 levels");
  EXPECT_EQ(with([](Fields& f) { f.recipients.clear(); }), "envelope: there is no recipient");
  EXPECT_EQ(with([](Fields& f) { f.recipients.assign(limits::kRecipientsMax + 1, "a"); }),
            "envelope: too many recipients");
}

// One long string shared by all recipients: small on the wire, gigabytes when read.
TEST(MessageValue, RefusesABufferThatUnfolds) {
  flatbuffers::FlatBufferBuilder builder;
  const auto shared = builder.CreateString(std::string(60'000, 'a'));
  std::vector<flatbuffers::Offset<Recipient>> recipients;
  for (int i = 0; i < 9'000; ++i) recipients.push_back(CreateRecipient(builder, shared));
  const auto id = builder.CreateVector(std::vector<uint8_t>(16, 7));
  const auto text = builder.CreateString("hoster/u:anna@b.example");
  const auto tenants = builder.CreateVectorOfStrings({"hoster"});
  const auto list = builder.CreateVector(recipients);
  EnvelopeBuilder envelope(builder);
  envelope.add_message_id(id);
  envelope.add_edge(text);
  envelope.add_mode(Mode::live);
  envelope.add_on_timeout(OnTimeout::park);
  envelope.add_sender(text);
  envelope.add_tenant_path(tenants);
  envelope.add_origin(Origin::smtp);
  envelope.add_mail_from(text);
  envelope.add_recipients(list);
  envelope.add_egress_choice(EgressChoice::relay);
  envelope.add_dkim(Dkim::none);
  envelope.add_line_ending(LineEnding::crlf);
  FinishEnvelopeBuffer(builder, envelope.Finish());
  EXPECT_EQ(refusal(with_prefix(
                {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()})),
            "envelope: too long");
}

TEST(MessageValue, EveryCutAndEveryFlippedBitIsReadOrRefused) {
  const std::string value = make_message_value(outgoing(), kMail);
  EnvelopeBuffer buffer;
  for (std::size_t size = 0; size < value.size(); ++size) {
    const log::Record record = record_of(std::string_view(value).substr(0, size));
    (void)read_message_value(record, buffer);
  }
  std::mt19937 random(1);
  for (int round = 0; round < 50'000; ++round) {
    std::string damaged = value;
    for (unsigned flips = 0; flips <= random() % 4; ++flips) {
      char& byte = damaged[random() % damaged.size()];
      byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    }
    const log::Record record = record_of(damaged);
    const auto read = read_message_value(record, buffer);
    if (!read.ok()) continue;
    EXPECT_LE(read.value().message.size(), damaged.size());
  }
}

TEST(MessageValue, IdsComeFromTheHeaders) {
  const log::Record record = record_of(
      "SLM\x01garbage",
      {{"sluice-message-id", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"}, {"sluice-edge", "mx7"}});
  const RecordIds ids = ids_of(record);
  EXPECT_EQ(to_string(ids.message_id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(ids.edge, "mx7");
  EXPECT_EQ(ids.sender, kSender);

  const RecordIds none = ids_of(record_of("x", {}, "NOT A KEY"));
  EXPECT_EQ(none.message_id, MessageId{});
  EXPECT_EQ(none.sender, kUnknownSender);
}

}  // namespace
}  // namespace sluice::records
