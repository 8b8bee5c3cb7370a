#include <array>

#include "rules/facts/fact_field.h"

namespace sluice::rules {
namespace {

using Number = std::optional<int64_t>;

void add_known(std::string_view text, FactTexts& out) {
  if (!text.empty()) out.push_back(text);
}

// No message is without a recipient: none means that they are not known.
Number recipients(const FactRequest& request) {
  const std::size_t count = request.source.envelope.recipients.size();
  return count == 0 ? Number() : Number(static_cast<int64_t>(count));
}

void recipient(const FactRequest& request, FactTexts& out) {
  const auto& all = request.source.envelope.recipients;
  out.assign(all.begin(), all.end());
}

void mail_from(const FactRequest& request, FactTexts& out) {
  if (request.source.envelope.has_mail_from) out.push_back(request.source.envelope.mail_from);
}

void sender(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.sender, out);
}

void tenant(const FactRequest& request, FactTexts& out) {
  const auto& all = request.source.envelope.tenants;
  out.assign(all.begin(), all.end());
}

void origin(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.origin, out);
}

void mode(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.mode, out);
}

void dkim(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.dkim, out);
}

void edge(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.edge, out);
}

void client_ip(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.client_ip, out);
}

void helo(const FactRequest& request, FactTexts& out) {
  add_known(request.source.envelope.helo, out);
}

Number bytes(const FactRequest& request) {
  const uint64_t known = request.source.envelope.bytes;
  return known == 0 ? Number() : Number(static_cast<int64_t>(known));
}

Number account_age_h(const FactRequest& request) {
  const EnvelopeFacts& envelope = request.source.envelope;
  if (envelope.account_created_ms <= 0 || envelope.received_ms <= 0) return {};
  return (envelope.received_ms - envelope.account_created_ms) / 3'600'000;
}

void attribute(const FactRequest& request, FactTexts& out) {
  for (const NamedText& one : request.source.envelope.attributes) {
    if (one.name == request.argument) out.push_back(one.value);
  }
}

// As ingest/schemas/envelope.fbs and common.fbs have them.
constexpr std::array<std::string_view, 9> kOrigins = {
    "smtp", "api", "webmail", "script", "forward", "list", "autoreply", "dsn", "ip_relay"};
constexpr std::array<std::string_view, 3> kModes = {"live", "shadow", "probe"};
constexpr std::array<std::string_view, 4> kDkim = {"will_sign", "final", "will_resign", "none"};

constexpr std::array<FactField, 14> kFields = {{
    {.name = "recipients", .number = recipients, .meaning = "how many recipients there are"},
    {.name = "recipient", .texts = recipient, .meaning = "their addresses"},
    {.name = "mail_from",
     .texts = mail_from,
     .meaning = "the sender's address, without brackets; `<>` is the empty one of bounces"},
    {.name = "sender", .texts = sender, .meaning = "the sender key"},
    {.name = "tenant", .texts = tenant, .meaning = "the names of the tenant path's levels"},
    {.name = "origin",
     .texts = origin,
     .meaning = "how the message came to be submitted",
     .words = kOrigins},
    {.name = "mode", .texts = mode, .meaning = "what becomes of the verdict", .words = kModes},
    {.name = "dkim",
     .texts = dkim,
     .meaning = "what the bytes are with respect to DKIM",
     .words = kDkim},
    {.name = "edge", .texts = edge, .meaning = "the node that waits for the verdict"},
    {.name = "client_ip",
     .texts = client_ip,
     .meaning = "the address of who submitted the message"},
    {.name = "helo", .texts = helo, .meaning = "the name it gave in HELO or EHLO"},
    {.name = "bytes", .number = bytes, .meaning = "of the whole message, kept or not"},
    {.name = "account_age_h",
     .number = account_age_h,
     .meaning = "hours from the making of the account to the message"},
    {.name = "attribute",
     .texts = attribute,
     .meaning = "the value of an attribute; it may be compared as a number",
     .named = true,
     .may_be_number = true},
}};

}  // namespace

std::span<const FactField> envelope_fields() {
  return kFields;
}

}  // namespace sluice::rules
