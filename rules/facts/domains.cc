#include "rules/facts/domains.h"

#include <algorithm>
#include <string>
#include <vector>

#include <libpsl.h>

#include "base/text.h"
#include "ingest/mime/address.h"
#include "rules/maps/map_entry.h"

namespace sluice::rules {
namespace {

// Adds `domain` in the form of a host; what cannot be one is left out.
void add_domain(std::string_view domain, Arena& arena, FactTexts& out) {
  EntryText text;
  EntryFault fault;
  if (read_host(trim(domain), text, fault)) out.push_back(arena.copy(text.view()));
}

template <typename Visit>
void for_each_field(const mime::Message& message, std::string_view name, Visit&& visit) {
  for (const mime::HeaderField& field : message.header().fields) {
    if (iequals(field.name, name)) visit(field);
  }
}

std::vector<std::string> organizational(std::span<const std::string_view> domains) {
  std::vector<std::string> out;
  for (const std::string_view domain : domains) {
    std::string name(domain);
    const char* const registered = psl_registrable_domain(psl_builtin(), name.c_str());
    out.push_back(registered == nullptr ? std::move(name) : std::string(registered));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

void make_distinct(FactTexts& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

void from_domains(const FactSource& source, FactTexts& out) {
  Arena& arena = source.mail.arena();
  mime::DefectSet known;  // they are in the message already
  for_each_field(source.message, "From", [&](const mime::HeaderField& field) {
    for (const mime::Mailbox& one : mime::read_addresses(field.value, arena, known)) {
      if (!one.domain.empty()) add_domain(one.domain, arena, out);
    }
  });
  make_distinct(out);
}

void dkim_domains(const FactSource& source, FactTexts& out) {
  for_each_field(source.message, "DKIM-Signature", [&](const mime::HeaderField& field) {
    const std::string_view domain = tag_value(field.value, "d");
    if (!domain.empty()) add_domain(domain, source.mail.arena(), out);
  });
  make_distinct(out);
}

void mail_from_domains(const FactSource& source, FactTexts& out) {
  const std::string_view path = source.envelope.mail_from;
  const std::size_t at = path.rfind('@');
  if (path.empty() && source.envelope.has_mail_from && !source.envelope.helo.empty()) {
    add_domain(source.envelope.helo, source.mail.arena(), out);
  } else if (at != std::string_view::npos) {
    add_domain(path.substr(at + 1), source.mail.arena(), out);
  }
}

bool aligned(std::span<const std::string_view> from, std::span<const std::string_view> others) {
  if (from.empty() || others.empty()) return false;
  const std::vector<std::string> theirs = organizational(others);
  const std::vector<std::string> ours = organizational(from);
  return std::all_of(ours.begin(), ours.end(), [&theirs](const std::string& domain) {
    return std::binary_search(theirs.begin(), theirs.end(), domain);
  });
}

std::string_view tag_value(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(';'), list.size());
    const std::string_view spec = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const std::size_t equals = spec.find('=');
    if (equals == std::string_view::npos || trim(spec.substr(0, equals)) != tag) continue;
    return trim(spec.substr(equals + 1));
  }
  return {};
}

}  // namespace sluice::rules
