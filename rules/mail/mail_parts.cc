#include "rules/mail/mail_parts.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/body_text.h"
#include "rules/mail/mime_tree.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kAnswersMax = 4096;  // rule files ask for a few hundred different texts

constexpr std::size_t kAddressListsMax = 64;  // rules ask for those of some ten fields

uint64_t hash_of(const GetRequest& request) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const std::string_view text : {request.name, request.forms}) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash;
}

// Names that stand for several fields, or for what is known of them: get_texts().
bool stands_for_others(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"EnvelopeFrom", "ToCc", "MESSAGEID",
                                                      "X-AuthorDomain", "X-SenderDomain"};
  return name.starts_with("ALL") || istarts_with(name, "X-Spam-Relays-") ||
         std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view known) { return iequals(known, name); });
}

// Of names that differ only in letter case it is the same.
std::size_t place_of(std::string_view field) {
  const std::string_view name = trim(field);
  if (name.empty()) return 0;
  std::size_t hash = name.size();
  for (const char c : {name.front(), name[name.size() / 2], name.back()}) {
    hash = hash * 31 + (static_cast<uint8_t>(c) | 0x20U);
  }
  return (hash ^ hash >> 8U) % NameSet256().size();
}

// The text of the last field of each name that the message has.
std::pmr::vector<std::string_view> last_texts(const std::pmr::vector<MailField>& fields,
                                              std::span<const std::string> names, Arena& arena) {
  std::pmr::vector<std::string_view> texts(&arena);
  for (const std::string& name : names) {
    const auto found = std::find_if(fields.rbegin(), fields.rend(), [&](const MailField& field) {
      return iequals(field.name, name);
    });
    if (found != fields.rend()) texts.push_back(found->text);
  }
  return texts;
}

}  // namespace

MailParts::MailParts(const MailSettings& mail_settings)
    : settings(mail_settings), trust(mail_settings), links(mail_settings) {}

void MailParts::read(std::string_view raw, std::string_view mail_from) {
  message.reset();
  memory.reset();
  MessageParts& parts = message.emplace(&memory);
  parts.mail_from = mail_from;
  read_header_block(raw, memory, parts.block);
  parts.flags.missing_head_body_separator = parts.block.missing_separator;
  parts.flags.truncated_header = parts.block.truncated;
}

PartTexts& MailParts::part_texts() {
  if (!message->texts) {
    message->parts = read_parts(message->block, memory, message->flags);
    message->texts.emplace(message->parts, memory, links, remembered);
  }
  return *message->texts;
}

const KeptAnswer& MailParts::answer(const GetRequest& request) {
  if (!may_have(request.name)) return no_answer;
  std::pmr::vector<KeptAnswer>& answers = message->answers;
  const uint64_t hash = hash_of(request);
  uint16_t& place = message->answer_index[hash % std::tuple_size_v<AnswerIndex>];
  for (std::size_t i = place; i != 0; i = answers[i - 1].next) {
    const KeptAnswer& kept = answers[i - 1];
    if (kept.hash == hash && kept.name == request.name && kept.forms == request.forms) return kept;
  }
  std::pmr::vector<std::string_view> texts = get_texts(request, *this);
  if (answers.empty()) answers.reserve(128);
  if (answers.size() == kAnswersMax) {
    answers.clear();
    message->answer_index = {};
  }
  KeptAnswer& kept = answers.emplace_back(&memory);
  kept.next = std::exchange(place, static_cast<uint16_t>(answers.size()));
  kept.hash = hash;
  kept.name = memory.copy(request.name);
  kept.forms = memory.copy(request.forms);
  kept.for_rules = rule_text(texts, memory);
  kept.texts = std::move(texts);
  return kept;
}

bool MailParts::may_have(std::string_view name) {
  if (!message->names) {
    NameSet256& names = message->names.emplace();
    for (const MailField& field : fields()) names.set(place_of(field.name));
  }
  return message->names->test(place_of(name)) || stands_for_others(name);
}

TextUnits MailParts::rendered(Rendering rendering) {
  const bool with_subject = rendering != Rendering::kInvisible;
  std::string_view subject = with_subject ? "\n" : "";
  for (const MailField& field : fields()) {
    if (with_subject && iequals(field.name, "subject")) subject = field.text;
  }
  return rendered_units(subject, part_texts(), rendering, settings.body_part_scan_size, memory);
}

const TextUnits& MailParts::body() {
  if (!message->body) message->body = rendered(Rendering::kAll);
  return *message->body;
}

UriList& MailParts::uris() {
  if (message->uris) return *message->uris;
  const TextUnits& units = body();
  UriList& list = message->uris.emplace(links, memory);
  for (std::size_t i = 0; i < units.units.size(); ++i) list.add_text(units.text(i));
  for (const MailPart& part : part_texts().parts()) {
    if (part.text.html != nullptr) list.add_html(*part.text.html);
  }
  for (const std::string_view name : {"domainkey-signature", "dkim-signature"}) {
    for (const MailField& field : fields()) {
      if (iequals(field.name, name)) list.add_signature(field.text);
    }
  }
  return list;
}

EnvelopeSource MailParts::envelope() {
  return {
      .fields = fields(), .all = all(), .relays = relays(), .settings = settings, .arena = memory};
}

const std::pmr::vector<MailField>& MailParts::fields() {
  return message->texts ? message->parts.front().fields : message->block.fields;
}

std::string_view MailParts::all() {
  if (!message->all) {
    message->all = all_fields_text(fields(), memory, message->flags.truncated_header);
  }
  return *message->all;
}

std::string_view MailParts::pristine_header() {
  return message->block.header;
}

const Relays& MailParts::relays() {
  if (!message->relays) {
    std::pmr::vector<std::string_view> received(&memory);
    for (const MailField& field : fields()) {
      if (iequals(field.name, "received")) received.push_back(field.text);
    }
    const auto originating = last_texts(fields(), settings.originating_ip_headers, memory);
    message->relays.emplace(&memory);
    read_relays({.received = received, .originating = originating}, trust, memory,
                *message->relays);
  }
  return *message->relays;
}

std::optional<std::string_view> MailParts::sender() {
  if (!message->sender) {
    const bool told = !message->mail_from.empty();
    message->sender = told ? std::optional(message->mail_from) : envelope_from(envelope());
  }
  return *message->sender;
}

bool KeptAddresses::are_of(std::span<const std::string_view> asked) const {
  const auto same = [](std::string_view a, std::string_view b) {
    return a.data() == b.data() && a.size() == b.size();
  };
  return texts == asked.size() && same(first, asked.front()) && same(last, asked.back());
}

std::span<const MailAddress> MailParts::addresses(std::span<const std::string_view> texts) {
  std::pmr::vector<KeptAddresses>& all = message->addresses;
  for (const KeptAddresses& kept : all) {
    if (kept.are_of(texts)) return kept.addresses;
  }
  if (all.size() == kAddressListsMax) all.clear();
  KeptAddresses& kept = all.emplace_back(&memory);
  kept.first = texts.front();
  kept.last = texts.back();
  kept.texts = texts.size();
  std::size_t bytes_left = limits::kAddressTextBytesMax;
  for (const std::string_view text : texts) {
    const auto read = parse_header_addresses(text.substr(0, bytes_left), memory);
    bytes_left -= std::min(bytes_left, text.size());
    kept.addresses.insert(kept.addresses.end(), read.begin(), read.end());
  }
  return kept.addresses;
}

const Registry& MailParts::registry() {
  return links.registry;
}

}  // namespace sluice::rules
