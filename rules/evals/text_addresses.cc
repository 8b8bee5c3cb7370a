#include "rules/evals/text_addresses.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kLabelBytesMax = 61;
constexpr std::size_t kLabelsMax = 4;  // before the top level domain
constexpr std::size_t kLinkBytesMax = 255;

constexpr ByteSet kLocal(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+/=?^_`{|}~-");

bool is_label_byte(char c) {
  return is_alnum(c) || c == '-';
}

// Where the domain behind an "@" ends; kNone: there is no domain.
std::size_t domain_end(std::string_view text, std::size_t from, const Registry& registry) {
  for (std::size_t labels = 0; labels <= kLabelsMax; ++labels) {
    std::size_t end = from;
    while (end < text.size() && is_label_byte(text[end])) ++end;
    const std::string_view label = text.substr(from, end - from);
    const bool more = end + 1 < text.size() && text[end] == '.' && is_alnum(text[end + 1]);
    if (!more) return labels > 0 && registry.is_tld(label) ? end : kNone;
    const bool good = !label.empty() && label.size() <= kLabelBytesMax && is_alnum(label.front()) &&
                      is_alnum(label.back());
    if (!good) return kNone;
    from = end + 1;
  }
  return kNone;
}

bool is_behind_mailto(std::string_view text, std::size_t at) {
  return at >= 7 && iequals(text.substr(at - 7, 7), "mailto:");
}

struct LocalPart {
  std::size_t floor = 0;      // it does not begin before this
  bool behind_mailto = true;  // it may
};

// Where the local part before text[at] begins: at the leftmost of its words that is near enough.
// kNone: there is none.
std::size_t local_begin(std::string_view text, std::size_t at, const LocalPart& allowed) {
  std::size_t begin = kNone;
  std::size_t end = at;
  while (true) {
    std::size_t from = end;
    while (from > allowed.floor && at - from < kLocalBytesMax && kLocal.has(text[from - 1])) --from;
    const bool cut = from > 0 && kLocal.has(text[from - 1]);
    if (from == end || cut) return begin;
    if (allowed.behind_mailto || !is_behind_mailto(text, from)) begin = from;
    const bool more = from > allowed.floor && text[from - 1] == '.' && at - from < kLocalBytesMax;
    if (!more) return begin;
    end = from - 1;
  }
}

// ---- what is dropped

// Where the link "://" of which ends at `from` ends, if it holds an address; kNone: it does not.
std::size_t link_end(std::string_view text, std::size_t from) {
  std::size_t mark = kNone;
  std::size_t at = from;
  for (; at < text.size() && at - from <= kLinkBytesMax && !is_space(text[at]); ++at) {
    if (text[at] == '@') mark = at + 1;
    if (text.substr(at, 3) == "%40") mark = at + 3;
  }
  if (mark == kNone) return kNone;
  const std::size_t limit = std::min(text.size(), mark + kLinkBytesMax);
  while (mark < limit && !is_space(text[mark])) ++mark;
  return mark;
}

// Where what follows "http://" or "https://" at `at` begins; kNone: it is not there.
std::size_t past_scheme(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (istarts_with(rest, "http://")) return at + 7;
  return istarts_with(rest, "https://") ? at + 8 : kNone;
}

void drop_links(std::string_view text, std::string& out) {
  out.clear();
  std::size_t kept = 0;
  std::size_t colon = text.find("://");
  while (colon != kNone) {
    std::size_t end = kNone;
    for (const std::size_t scheme : {5U, 4U}) {
      if (end != kNone || colon < kept + scheme) continue;
      std::size_t from = colon - scheme;
      if (past_scheme(text, from) != colon + 3) continue;
      end = link_end(text, colon + 3);
      if (end == kNone) continue;
      if (from > kept && text[from - 1] == '<') --from;
      out.append(text.substr(kept, from - kept)).append(1, ' ');
      kept = end;
    }
    colon = text.find("://", end == kNone ? colon + 3 : end);
  }
  out.append(text.substr(kept));
}

bool is_contact_word(std::string_view word) {
  constexpr std::array<std::string_view, 6> kWords = {"fax",   "facsi", "tel",
                                                      "phone", "mail",  "email"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view contact) { return istarts_with(word, contact); });
}

// Where what marks an address that ends at `at` as quoted ends: ">", or a word and a colon. kNone:
// it is not quoted.
std::size_t quote_end(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '>') return at + 1;
  std::size_t word = at;
  while (word < text.size() && is_space(text[word])) ++word;
  if (word == at || word - at > 10) return kNone;
  std::size_t end = word;
  while (end < text.size() && is_alpha(text[end])) ++end;
  const std::size_t size = end - word;
  if (size < 2 || size > 11 || end == text.size() || text[end] != ':') return kNone;
  return is_contact_word(text.substr(word, size)) ? kNone : end + 1;
}

void drop_quoted(std::string_view text, const Registry& registry, std::string& out) {
  out.clear();
  std::size_t kept = 0;
  std::size_t at = text.find('@');
  while (at != kNone) {
    const std::size_t end = domain_end(text, at + 1, registry);
    const std::size_t quoted = end == kNone ? kNone : quote_end(text, end);
    std::size_t from =
        quoted == kNone ? kNone : local_begin(text, at, {.floor = kept, .behind_mailto = false});
    if (from != kNone) {
      if (from > kept && text[from - 1] == '<') --from;
      out.append(text.substr(kept, from - kept)).append(1, ' ');
      kept = quoted;
    }
    at = text.find('@', std::max(kept, at + 1));
  }
  out.append(text.substr(kept));
}

}  // namespace

void drop_quoted_addresses(std::string_view text, const Registry& registry, std::string& scratch,
                           std::string& out) {
  drop_links(text, scratch);
  drop_quoted(scratch, registry, out);
}

std::string_view TextAddresses::next() {
  while (true) {
    at_ = text_.find('@', at_);
    if (at_ == kNone) return {};
    const std::size_t at = at_++;
    const std::size_t from = local_begin(text_, at, {.floor = floor_});
    if (from == kNone) continue;
    const std::size_t end = domain_end(text_, at + 1, registry_);
    if (end == kNone) continue;
    floor_ = at_ = end;
    return text_.substr(from, end - from);
  }
}

std::string_view address_at_front(std::string_view text, const Registry& registry) {
  const std::size_t at = text.substr(0, kLocalBytesMax + 1).find('@');
  if (at == kNone) return {};
  const std::string_view local = text.substr(0, at);
  if (local.empty() || local.front() == '.' || local.back() == '.') return {};
  if (local.find("..") != kNone) return {};
  if (!std::all_of(local.begin(), local.end(), [](char c) { return c == '.' || kLocal.has(c); })) {
    return {};
  }
  const std::size_t end = domain_end(text, at + 1, registry);
  return end == kNone ? std::string_view() : text.substr(0, end);
}

}  // namespace sluice::rules
