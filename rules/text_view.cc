#include "rules/text_view.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/assert.h"
#include "rules/mail/mime_header.h"

namespace sluice::rules {
namespace {

void show_units(const TextUnits& texts, ViewText& out) {
  out.block = texts.block;
  out.units.reserve(texts.units.size());
  for (const TextUnits::Unit& unit : texts.units) out.units.push_back({unit.from, unit.to});
}

void show_whole(std::string_view text, ViewText& out) {
  out.block = text;
  out.units.push_back({0, text.size()});
}

// Each text, and a newline that belongs to none where the text has none at its end.
void append(std::string_view text, ViewText& out) {
  const std::size_t from = out.made.size();
  out.made += text;
  out.units.push_back({from, out.made.size()});
  if (!text.ends_with('\n')) out.made += '\n';
}

void show_uris(Mail& mail, ViewText& out) {
  const std::span<const std::string_view> uris = mail.uri_texts();
  for (const std::string_view uri : uris) append(uri, out);
  out.block = out.made;
}

void show_given(const ViewKey& key, Mail& mail, const GivenTexts& given, ViewText& out) {
  if (key.kind == RuleKind::kFull) return show_whole(given.full, out);
  if (key.kind == RuleKind::kBody) append(mail.last_field("Subject").value_or("\n"), out);
  const std::vector<std::string>& texts = key.kind == RuleKind::kBody      ? given.body
                                          : key.kind == RuleKind::kRawBody ? given.rawbody
                                                                           : given.uris;
  for (const std::string& text : texts) append(text, out);
  out.block = out.made;
}

void read_header(const HeaderSelector& selector, Mail& mail, ViewText& out) {
  const std::optional<std::string_view> text = mail.get(selector.name, selector.forms);
  if (text.has_value()) show_whole(*text, out);
}

void read_mime_header(const ViewKey& key, Mail& mail, ViewText& out) {
  MimeHeaderRequest request = mime_header_request(key.selector.name, key.parts);
  request.raw = !key.selector.forms.empty();
  request.if_unset = key.if_unset;
  show_units(mime_header(mail, request), out);
}

}  // namespace

void ViewText::keep_left() {
  if (left.size() == units.size()) return;
  std::sort(left.begin(), left.end());
  const bool with_subject = subject_first && !left.empty() && left.front() == 0;
  made_of_left.clear();
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::string_view unit = text(units[left[i]]);
    const std::size_t from = made_of_left.size();
    made_of_left += unit;
    units[i] = {from, made_of_left.size()};  // in the place of one that was taken before
    if (!unit.ends_with('\n')) made_of_left += '\n';
  }
  units.resize(left.size());
  block = made_of_left;
  subject_first = with_subject;
}

ViewKey view_of(const RuleText& rule) {
  ViewKey key{.kind = rule.kind, .selector = rule.selector};
  if (rule.kind != RuleKind::kMimeHeader) return key;
  key.parts = rule.parts;
  key.if_unset = rule.if_unset;
  return key;
}

UnitShape shape_of_view(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
    case RuleKind::kUri:
      return UnitShape::kLines;
    case RuleKind::kRawBody:
    case RuleKind::kMimeHeader:
      return UnitShape::kPieces;
    default:
      return UnitShape::kWhole;
  }
}

bool comes_again(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
    case RuleKind::kRawBody:
    case RuleKind::kUri:
      return true;
    case RuleKind::kHeader:
      return !key.selector.name.starts_with("ALL");  // also ALL-TRUSTED and such
    default:
      return false;
  }
}

std::string view_name(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
      return "body";
    case RuleKind::kRawBody:
      return "rawbody";
    case RuleKind::kUri:
      return "uri";
    case RuleKind::kFull:
      return "full";
    case RuleKind::kMimeHeader:
      return "mimeheader " + key.selector.name + key.selector.forms + key.parts;
    default:
      return "header " + key.selector.name + key.selector.forms;
  }
}

void read_view(const ViewKey& key, Mail& mail, const GivenTexts* given, ViewText& out) {
  out.clear();
  if (key.kind == RuleKind::kHeader) return read_header(key.selector, mail, out);
  if (key.kind == RuleKind::kMimeHeader) return read_mime_header(key, mail, out);
  out.subject_first = key.kind == RuleKind::kBody;
  if (given != nullptr) return show_given(key, mail, *given, out);
  switch (key.kind) {
    case RuleKind::kUri:
      return show_uris(mail, out);
    case RuleKind::kBody:
      return show_units(mail.body(), out);
    case RuleKind::kRawBody:
      return show_units(mail.rawbody(), out);
    case RuleKind::kFull:
      return show_whole(mail.pristine(), out);
    default:
      SLUICE_ASSERT(false);
  }
}

bool header_exists(const HeaderSelector& selector, Mail& mail) {
  return mail.get(selector.name, selector.forms).has_value();
}

std::size_t UnitFinder::holding(std::size_t offset) {
  if (offset < units_[last_].from) last_ = 0;
  while (last_ + 1 < units_.size() && units_[last_ + 1].from <= offset) ++last_;
  return last_;
}

}  // namespace sluice::rules
