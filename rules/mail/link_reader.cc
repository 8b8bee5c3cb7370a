#include "rules/mail/link_reader.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {
namespace {

// Characters below U+0100 as bytes of that number.
std::string_view latin1_octets(std::string_view text, Arena& arena) {
  const std::span<char> room = arena.take(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const bool pair = byte >= 0xc0 && i + 1 < text.size();
    room[used++] =
        pair ? static_cast<char>((byte & 0x3U) << 6U | (static_cast<uint8_t>(text[++i]) & 0x3fU))
             : text[i];
  }
  arena.trim(room, used);
  return {room.data(), used};
}

std::string_view cut(std::string_view form, UriBytes bytes) {
  if (form.size() <= limits::kMailUriCleanBytesMax) return form;
  const bool wide = bytes == UriBytes::kCharacters;
  return form.substr(0, wide ? bytes_of_chars(form, limits::kMailUriCleanBytesMax)
                             : limits::kMailUriCleanBytesMax);
}

template <typename T>
std::span<const T> copy(std::span<const T> list, Arena& arena) {
  if (list.empty()) return {};
  T* const room = static_cast<T*>(arena.allocate(list.size_bytes(), alignof(T)));
  std::uninitialized_copy(list.begin(), list.end(), room);
  return {room, list.size()};
}

}  // namespace

LinkReader::LinkReader(const UriRules& rules, Arena& arena)
    : rules_(rules), arena_(arena), canonicalizer_(rules, arena), forms_(&arena), hosts_(&arena) {}

const ReadLink& LinkReader::read(std::string_view uri, UriBytes bytes) {
  return read_forms(uri, bytes, canonicalizer_.forms(uri, bytes));
}

const ReadLink& LinkReader::read(const HtmlUri& uri) {
  if (uri.narrow && !is_ascii(uri.uri)) {
    return read(latin1_octets(uri.uri, arena_), UriBytes::kOctets);
  }
  return read(uri.uri, UriBytes::kCharacters);
}

const ReadLink& LinkReader::read_as_it_is(std::string_view uri, UriBytes bytes) {
  return read_forms(uri, bytes, {&uri, 1});
}

const ReadLink& LinkReader::read_forms(std::string_view uri, UriBytes bytes,
                                       std::span<const std::string_view> forms) {
  link_ = {.raw = uri, .bytes = bytes};
  forms_.clear();
  hosts_.clear();
  for (const std::string_view form : forms) {
    forms_.push_back(cut(form, bytes));
    link_.form_bytes += form.size();
    link_.truncated = link_.truncated || forms_.back().size() < form.size();
    add_host(forms_.back());
  }
  link_.forms = forms_;
  link_.hosts = hosts_;
  return link_;
}

void LinkReader::add_host(std::string_view form) {
  const std::optional<UriHost> found = host_of_uri(form, rules_.registry, arena_);
  if (!found.has_value()) return;
  const auto same = [&found](const UriHost& known) { return known.host == found->host; };
  if (std::ranges::none_of(hosts_, same)) hosts_.push_back(*found);
}

void read_links(HtmlFacts& facts, const UriRules& rules, Arena& arena) {
  LinkReader reader(rules, arena);
  std::size_t form_bytes = 0;
  for (HtmlUri& uri :
       std::span(facts.uris).first(std::min(facts.uris.size(), limits::kMailUrisMax))) {
    if (form_bytes > limits::kMailUriBytesMax) return;
    ReadLink link = reader.read(uri);
    form_bytes += link.form_bytes;
    link.forms = copy(link.forms, arena);
    link.hosts = copy(link.hosts, arena);
    uri.read = new (arena.allocate(sizeof(ReadLink), alignof(ReadLink))) ReadLink(link);
  }
}

}  // namespace sluice::rules
