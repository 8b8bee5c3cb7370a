#include "rules/mail/mail.h"

#include "base/text.h"
#include "rules/mail/body_text.h"
#include "rules/mail/envelope.h"
#include "rules/mail/mail_parts.h"

namespace sluice::rules {

Mail::Mail(const MailSettings& settings)
    : settings_(settings), parts_(std::make_unique<MailParts>(settings)) {
  parts_->read({}, {});
}

Mail::~Mail() = default;

void Mail::remember(PartMemory* memory) {
  parts_->remembered = memory;
}

void Mail::read(std::string_view raw, std::string_view mail_from) {
  parts_->read(raw, mail_from);
}

std::string_view Mail::pristine() {
  return parts_->message->block.message;
}

std::string_view Mail::pristine_header() const {
  return parts_->message->block.header;
}

std::string_view Mail::pristine_body() const {
  return parts_->message->block.body;
}

std::string_view Mail::mbox_separator() const {
  return parts_->message->block.separator;
}

std::span<const MailPart> Mail::tree() {
  return parts_->part_texts().parts();
}

std::string_view Mail::decoded(std::size_t part) {
  PartTexts& texts = parts_->part_texts();
  texts.decode(part);
  return texts.parts()[part].text.decoded;
}

const ParseFlags& Mail::flags() {
  parts_->part_texts();
  return parts_->message->flags;
}

std::optional<std::string_view> Mail::get(std::string_view name, std::string_view forms) {
  return parts_->answer({.name = name, .forms = forms}).for_rules;
}

std::optional<std::string_view> Mail::get_first(std::string_view name, std::string_view forms) {
  const GetRequest request{.name = name, .forms = forms};
  return scalar_text(request, parts_->answer(request).texts, parts_->memory);
}

std::span<const std::string_view> Mail::get_all(std::string_view name, std::string_view forms) {
  return parts_->answer({.name = name, .forms = forms}).texts;
}

std::optional<std::string_view> Mail::last_field(std::string_view name) {
  const auto& fields = parts_->fields();
  for (std::size_t i = fields.size(); i > 0; --i) {
    if (iequals(fields[i - 1].name, name)) return fields[i - 1].text;
  }
  return std::nullopt;
}

std::span<const std::string_view> Mail::from_addresses() {
  auto& kept = parts_->message->from_addresses;
  if (!kept) kept = all_from_addresses(parts_->envelope(), parts_->sender());
  return *kept;
}

std::span<const std::string_view> Mail::to_addresses() {
  auto& kept = parts_->message->to_addresses;
  if (!kept) kept = all_to_addresses(parts_->envelope());
  return *kept;
}

const Relays& Mail::relays() {
  return parts_->relays();
}

std::string_view Mail::headers_between(std::optional<int> start, std::optional<int> end,
                                       bool include_start, bool include_end) {
  return rules::headers_between(
      parts_->all(),
      {.start = start, .end = end, .include_start = include_start, .include_end = include_end},
      false);
}

const TextUnits& Mail::body() {
  return parts_->body();
}

const TextUnits& Mail::body_without_subject() {
  auto& kept = parts_->message->body_without_subject;
  if (!kept) kept = without_first(body(), parts_->memory);
  return *kept;
}

const TextUnits& Mail::visible() {
  auto& kept = parts_->message->visible;
  if (!kept) kept = parts_->rendered(Rendering::kVisible);
  return *kept;
}

const TextUnits& Mail::invisible() {
  auto& kept = parts_->message->invisible;
  if (!kept) kept = parts_->rendered(Rendering::kInvisible);
  return *kept;
}

const TextUnits& Mail::rawbody() {
  auto& kept = parts_->message->rawbody;
  if (!kept) {
    kept = rawbody_units(parts_->part_texts(), settings_.rawbody_part_scan_size, parts_->memory);
  }
  return *kept;
}

const HtmlFacts* Mail::html() {
  PartTexts& texts = parts_->part_texts();
  const HtmlFacts* facts = nullptr;
  for (std::size_t i = 0; i < texts.parts().size(); ++i) {
    const MailPart& part = texts.parts()[i];
    if (!part.leaf || part.type.empty()) continue;
    texts.render(i);
    if (part.text.rendered_type == "text/html") facts = part.text.html;
  }
  return facts;
}

std::span<const MailUri> Mail::uris() {
  return parts_->uris().uris();
}

std::span<const std::string_view> Mail::uri_texts() {
  auto& kept = parts_->message->uri_texts;
  if (!kept) kept = parts_->uris().texts();
  return *kept;
}

bool Mail::uris_truncated() {
  return parts_->uris().truncated();
}

bool Mail::uris_complete() {
  return parts_->uris().complete();
}

Arena& Mail::arena() {
  return parts_->memory;
}

}  // namespace sluice::rules
