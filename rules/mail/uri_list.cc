#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/uris.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kFirstSlots = 64;

constexpr ByteSet kPunctuation("-~!@#^&*()_+=:;'?,.");

constexpr bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

// What is no part of a link that stands in a sentence: what follows a ")" that nothing opens, and
// punctuation.
std::string_view without_tail(std::string_view link) {
  const std::size_t close = link.substr(0, link.find('(')).rfind(')');
  link = link.substr(0, close);
  while (!link.empty() && kPunctuation.has(link.back())) link.remove_suffix(1);
  return link;
}

// "http://" and the like.
bool is_bare_scheme(std::string_view link) {
  std::size_t i = 0;
  while (i < link.size() && is_word_byte(link[i])) ++i;
  if (i == 0) return false;
  const std::string_view rest = link.substr(i);
  return rest == ":" || rest == ":/" || rest == "://";
}

bool has_scheme(std::string_view link) {
  return istarts_with(link, "http:") || istarts_with(link, "https:") ||
         istarts_with(link, "ftp:") || istarts_with(link, "mailto:");
}

bool begins_with_www(std::string_view link) {
  if (!istarts_with(link, "www")) return false;
  std::size_t i = 3;
  while (i < link.size() && i < 5 && is_digit(link[i])) ++i;
  return i < link.size() && link[i] == '.';
}

// A slash, at least one byte, and an @: that is no address.
bool is_path_with_at(std::string_view link) {
  const std::size_t slash = link.find('/');
  const std::size_t at = link.rfind('@');
  return slash != kNone && at != kNone && at >= slash + 2;
}

// An @, at least one byte, and a dot.
bool has_mail_domain(std::string_view link) {
  const std::size_t at = link.find('@');
  return at != kNone && link.find('.', at + 2) != kNone;
}

// "email:bob@example.com" to "bob@example.com".
std::string_view without_label(std::string_view link) {
  std::size_t i = 0;
  for (const std::string_view label : {"skype", "e-mail", "email", "-mail", "mail"}) {
    if (istarts_with(link, label)) {
      i = label.size();
      break;
    }
  }
  const std::size_t colons = i;
  while (i < link.size() && link[i] == ':') ++i;
  return i > colons ? link.substr(i) : link;
}

// The host of a mail link as it is looked up; nullopt if there is no @.
std::optional<std::string_view> mail_domain(std::string_view uri) {
  constexpr std::string_view kSpace = "%20";
  const std::size_t at = uri.find('@');
  if (at == kNone) return std::nullopt;
  std::string_view out = uri.substr(at + 1);
  out = out.substr(0, out.find_first_of("?&>"));
  while (out.ends_with(kSpace)) out.remove_suffix(kSpace.size());
  return out;
}

void add_once(std::pmr::vector<std::string_view>& list, std::string_view text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

void add_host(std::pmr::vector<std::pair<std::string_view, std::string_view>>& hosts,
              const UriHost& found) {
  const auto same = [&found](const auto& known) { return known.first == found.host; };
  if (std::ranges::none_of(hosts, same)) hosts.emplace_back(found.host, found.domain);
}

}  // namespace

std::pair<uint32_t, bool> TextIndex::add(std::string_view text, uint32_t number) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  const auto hash = static_cast<uint32_t>(keyed_hash(random_hash_key(), text));
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].used; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && slots_[at].text == text) return {slots_[at].number, false};
  }
  slots_[at] = {.text = text, .hash = hash, .number = number, .used = true};
  ++used_;
  return {number, true};
}

void TextIndex::grow() {
  const std::size_t size = slots_.empty() ? kFirstSlots : 2 * slots_.size();
  std::pmr::vector<Slot> old(size, Slot{}, slots_.get_allocator());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (!slot.used) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].used) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

UriList::UriList(const UriRules& rules, Arena& arena)
    : rules_(rules),
      arena_(arena),
      reader_(rules, arena),
      uris_(&arena),
      by_octets_(&arena),
      by_characters_(&arena),
      seen_(&arena),
      texts_(&arena) {}

bool UriList::full() const {
  return uris_.size() >= limits::kMailUrisMax || clean_bytes_ > limits::kMailUriBytesMax;
}

void UriList::add_text(std::string_view unit) {
  UriTextScanner scanner(rules_.registry, unit);
  FoundUri found;
  while (!full() && scanner.next(found)) add_found(found);
}

void UriList::add_found(const FoundUri& found) {
  const std::string_view link = without_tail(found.text);
  if (!seen_.add(link, 0).second) return;
  if (found.kind == FoundKind::kMail && link.find('@') == kNone) return;
  if (found.kind == FoundKind::kSchemeless && !is_fqdn(found.host)) return;
  if (istarts_with(link, "cid:") || istarts_with(link, "mid:") || is_bare_scheme(link)) return;
  uint32_t types = kUriParsed;
  std::string_view uri = link;
  if (!has_scheme(link)) {
    types |= kUriSchemeless;
    uri = with_scheme(link, types);
    if (uri.empty()) return;
  }
  if (istarts_with(uri, "mailto:")) {
    if (has_percent_code(uri)) uri = recode_percent(uri, UriBytes::kOctets, arena_);
    const auto domain = mail_domain(uri);
    if (!domain.has_value() || !rules_.registry.has_valid_tld(*domain)) return;
  }
  add(uri, types, true);
}

// The link as mail programs read it; empty if they see none in it.
std::string_view UriList::with_scheme(std::string_view link, uint32_t& types) {
  if (istarts_with(link, "ftp.")) return joined("ftp://", link);
  if (begins_with_www(link) || is_path_with_at(link)) return joined("http://", link);
  if (link.find('@') != kNone) {
    if (!has_mail_domain(link) || link.find("&nbsp;") != kNone) return {};
    return joined("mailto:", without_label(link));
  }
  if (link.find('.') == kNone) return {};
  types |= kUriUnlinked;
  return joined("http://", link);
}

std::string_view UriList::joined(std::string_view front, std::string_view back) {
  const std::span<char> room = arena_.take(front.size() + back.size());
  std::ranges::copy(back, std::ranges::copy(front, room.begin()).out);
  return {room.data(), room.size()};
}

void UriList::add_html(const HtmlFacts& facts) {
  truncated_ = truncated_ || facts.uri_truncated;
  cut_ = cut_ || facts.uris_cut;
  for (const HtmlUri& uri : facts.uris) {
    if (full()) return;
    const ReadLink& link = uri.read != nullptr ? *uri.read : reader_.read(uri);
    add_anchor_texts(uri, *add_read(link, uri.types, false));
  }
}

void UriList::add_anchor_texts(const HtmlUri& from, MailUri& to) {
  if (from.anchor_texts.size() < 2) {
    to.anchor_texts.insert(to.anchor_texts.end(), from.anchor_texts.begin(),
                           from.anchor_texts.end());
    return;
  }
  TextIndex seen(&arena_);
  for (const std::string_view text : from.anchor_texts) {
    if (seen.add(text, 0).second) to.anchor_texts.push_back(text);
  }
}

// Each "d = domain" of a signature, up to a semicolon.
void UriList::add_signature(std::string_view field) {
  const auto pass_blanks = [field](std::size_t i) {
    while (i < field.size() && is_space(field[i])) ++i;
    return i;
  };
  for (std::size_t i = field.find('d'); i != kNone; i = field.find('d', i + 1)) {
    if (i > 0 && is_word_byte(field[i - 1])) continue;
    const std::size_t equals = pass_blanks(i + 1);
    if (equals == field.size() || field[equals] != '=') continue;
    const std::size_t end = std::min(field.find(';', equals), field.size());
    if (end == equals + 1) continue;
    add_signer(field.substr(equals + 1, end - equals - 1));
    i = end - 1;
  }
}

void UriList::add_signer(std::string_view domain) {
  const std::span<char> room = arena_.take(domain.size());
  std::size_t used = 0;
  for (const char c : domain) {
    if (!is_space(c)) room[used++] = c;
  }
  // Its own prefix keeps it apart from links of the same text.
  add(joined("domainkeys:", {room.data(), used}), kUriDomainKeys | kUriNoCanon | kUriNoClean, true);
}

bool UriList::add(std::string_view uri, uint32_t types, bool domain_required) {
  if (full()) return false;
  const bool canonical = (types & kUriNoCanon) == 0;
  const ReadLink& link = canonical ? reader_.read(uri, UriBytes::kOctets)
                                   : reader_.read_as_it_is(uri, UriBytes::kOctets);
  return add_read(link, types, domain_required) != nullptr;
}

// The link's entry; nullptr: it has no domain, and is to have one.
MailUri* UriList::add_read(const ReadLink& link, uint32_t types, bool domain_required) {
  truncated_ = truncated_ || link.truncated;
  if (domain_required && link.hosts.empty()) return nullptr;
  MailUri& to = entry(link.raw, link.bytes);
  to.types |= types == 0 ? kUriParsed : types;
  if ((types & kUriNoClean) == 0) {
    for (const std::string_view form : link.forms) add_once(to.cleaned, form);
    clean_bytes_ += link.form_bytes;
  }
  for (const UriHost& host : link.hosts) add_host(to.hosts, host);
  texts_.clear();
  return &to;
}

// What is not ASCII is another link as octets than as characters.
MailUri& UriList::entry(std::string_view uri, UriBytes bytes) {
  const bool octets = bytes == UriBytes::kOctets || is_ascii(uri);
  const auto [number, is_new] =
      (octets ? by_octets_ : by_characters_).add(uri, static_cast<uint32_t>(uris_.size()));
  if (is_new) uris_.emplace_back(&arena_).raw = uri;
  return uris_[number];
}

std::span<const std::string_view> UriList::texts() {
  if (!texts_.empty()) return texts_;
  TextIndex known(&arena_);
  for (const MailUri& uri : uris_) {
    for (const std::string_view form : uri.cleaned) {
      if (known.add(form, 0).second) texts_.push_back(form);
    }
  }
  return texts_;
}

}  // namespace sluice::rules
