#include "rules/facts/lookup_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/facts/attachments.h"
#include "rules/facts/domains.h"

namespace sluice::rules {
namespace {

// What a browser would open, and what rules of the kind `uri` see. A signature's d= is no link.
void uri_hosts(const FactSource& source, FactTexts& out) {
  for (const mime::Url& url : source.message.urls) {
    if (!url.host.empty()) out.push_back(url.host);
  }
  for (const MailUri& uri : source.mail.uris()) {
    if ((uri.types & kUriDomainKeys) != 0) continue;
    for (const auto& host : uri.hosts) out.push_back(host.first);
  }
}

void uri_domains(const FactSource& source, FactTexts& out) {
  for (const MailUri& uri : source.mail.uris()) {
    if ((uri.types & kUriDomainKeys) != 0) continue;
    for (const auto& host : uri.hosts) out.push_back(host.second);
  }
}

void mail_from(const FactSource& source, FactTexts& out) {
  out.push_back(source.envelope.mail_from);
}

void recipients(const FactSource& source, FactTexts& out) {
  out.assign(source.envelope.recipients.begin(), source.envelope.recipients.end());
}

void client_ip(const FactSource& source, FactTexts& out) {
  out.push_back(source.envelope.client_ip);
}

void helo(const FactSource& source, FactTexts& out) {
  out.push_back(source.envelope.helo);
}

void received_ips(const FactSource& source, FactTexts& out) {
  for (const Relay& relay : source.mail.relays().all) out.push_back(relay.ip);
}

void attachments_md5(const FactSource& source, FactTexts& out) {
  attachment_digests(source, "MD5", out);
}

void attachments_sha1(const FactSource& source, FactTexts& out) {
  attachment_digests(source, "SHA1", out);
}

void attachments_sha256(const FactSource& source, FactTexts& out) {
  attachment_digests(source, "SHA256", out);
}

constexpr std::array<LookupTextInfo, 11> kTexts = {{
    {"uri:host", LookupType::kHost, uri_hosts,
     "the hosts of all links, as a browser would open them and as `uri_detail` sees them", true},
    {"uri:domain", LookupType::kHost, uri_domains,
     "what is registered of these, by `util_rb_tld` or the Public Suffix List"},
    {"mail_from", LookupType::kAddress, mail_from, "the envelope's sender"},
    {"recipients", LookupType::kAddress, recipients, "the envelope's recipients"},
    {"client_ip", LookupType::kIp, client_ip, "the address of who submitted the message"},
    {"helo", LookupType::kHost, helo, "the name it gave in HELO or EHLO"},
    {"received:ip", LookupType::kIp, received_ips, "the relays of all Received fields"},
    {"dkim:domain", LookupType::kHost, dkim_domains, "`d=` of all DKIM signatures"},
    {"attachment:md5", LookupType::kDigest, attachments_md5,
     "the MD5 digests of all attachments' decoded bytes"},
    {"attachment:sha1", LookupType::kDigest, attachments_sha1, "likewise SHA-1"},
    {"attachment:sha256", LookupType::kDigest, attachments_sha256, "likewise SHA-256"},
}};

struct HeaderForm {
  std::string_view form = {};
  LookupType type = LookupType::kHost;
};

constexpr std::array<HeaderForm, 4> kHeaderForms = {{{":addr", LookupType::kAddress},
                                                     {":host", LookupType::kHost},
                                                     {":domain", LookupType::kHost},
                                                     {":ip", LookupType::kIp}}};

constexpr std::array<std::string_view, 3> kPseudoHeaders = {"ToCc", "EnvelopeFrom", "MESSAGEID"};

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

std::string field_key(std::string_view name) {
  const bool pseudo =
      std::find(kPseudoHeaders.begin(), kPseudoHeaders.end(), name) != kPseudoHeaders.end();
  return pseudo ? std::string(name) : to_lower(name);
}

std::optional<LookupText> header_text(std::string_view name) {
  const std::size_t colon = std::min(name.find(':'), name.size());
  if (!is_field_name(name.substr(0, colon))) return std::nullopt;
  for (const HeaderForm& form : kHeaderForms) {
    if (form.form != name.substr(colon)) continue;
    return LookupText{.name = std::string(name),
                      .field = field_key(name.substr(0, colon)),
                      .form = std::string(form.form),
                      .type = form.type};
  }
  return std::nullopt;
}

}  // namespace

std::span<const LookupTextInfo> lookup_texts() {
  return kTexts;
}

std::optional<LookupText> find_lookup_text(std::string_view name) {
  for (const LookupTextInfo& info : kTexts) {
    if (info.name == name) {
      return LookupText{.name = std::string(name), .info = &info, .type = info.type};
    }
  }
  return header_text(name);
}

void read_lookup_texts(const LookupText& text, const FactSource& source, FactTexts& out) {
  out.clear();
  if (text.info != nullptr) {
    text.info->read(source, out);
  } else {
    for (const std::string_view one : source.mail.get_all(text.field, text.form)) {
      out.push_back(trim(one));
    }
  }
  std::erase(out, std::string_view());
  make_distinct(out);
}

}  // namespace sluice::rules
