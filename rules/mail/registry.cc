#include "rules/mail/registry.h"

#include <algorithm>
#include <array>
#include <bit>

#include <libpsl.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kLabelsWithoutUnderscore = 2;  // the last ones
constexpr std::size_t kSlotsPerName = 2;
constexpr std::size_t kSuffixLabelsMax = 4;
constexpr std::size_t kIp6Groups = 8;
constexpr std::size_t kIp6GroupsBeforeIp4 = 6;

// States whose names stand before ".us" where places are registered below them (RFC 1480).
constexpr std::string_view kUsStates =
    " ak al ar az ca co ct dc de fl ga gu hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne"
    " nh nj nm nv ny oh ok or pa pr ri sc sd tn tx ut va vi vt wa wi wv wy ";

constexpr uint32_t kHashBasis = 2'166'136'261U;  // FNV-1a: the names come from settings
constexpr uint32_t kHashPrime = 16'777'619U;

uint32_t hash_of(std::string_view name) {
  uint32_t out = kHashBasis;
  for (const char c : name) out = (out ^ static_cast<uint8_t>(ascii_lower(c))) * kHashPrime;
  return out;
}

std::vector<std::string_view> words_of(std::span<const std::string> texts) {
  std::vector<std::string_view> out;
  for (const std::string_view text : texts) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t from = i;
      while (i < text.size() && !is_space(text[i])) ++i;
      if (i > from) out.push_back(text.substr(from, i - from));
      while (i < text.size() && is_space(text[i])) ++i;
    }
  }
  return out;
}

bool is_us_state(std::string_view label) {
  if (label.size() != 2) return false;
  const std::array<char, 4> word = {' ', ascii_lower(label[0]), ascii_lower(label[1]), ' '};
  return kUsStates.find(std::string_view(word.data(), word.size())) != std::string_view::npos;
}

// Where the last labels of a name begin: [0] the last one's, and so on.
struct Labels {
  std::string_view name = {};
  std::array<std::size_t, kSuffixLabelsMax> from = {};
  std::size_t count = 0;
  std::size_t before = std::string_view::npos;  // of the label before them; npos: there is none

  [[nodiscard]] std::string_view label(std::size_t i) const {
    const std::size_t to = i == 0 ? name.size() : from[i - 1] - 1;
    return name.substr(from[i], to - from[i]);
  }

  [[nodiscard]] std::string_view suffix(std::size_t labels) const {
    return name.substr(from[labels - 1]);
  }
};

std::size_t label_begin(std::string_view name, std::size_t end) {
  const std::size_t dot = name.substr(0, end).rfind('.');
  return dot == std::string_view::npos ? 0 : dot + 1;
}

Labels last_labels(std::string_view name) {
  Labels out{.name = name};
  std::size_t end = name.size();
  while (out.count < kSuffixLabelsMax) {
    const std::size_t from = label_begin(name, end);
    out.from[out.count++] = from;
    if (from == 0) return out;
    end = from - 1;
  }
  out.before = label_begin(name, end);
  return out;
}

bool is_us_place(const Labels& labels) {
  if (!iequals(labels.label(0), "us") || !is_us_state(labels.label(1))) return false;
  const std::string_view first = labels.label(3);
  if (iequals(first, "pvt") && iequals(labels.label(2), "k12")) return true;
  return iequals(first, "ci") || iequals(first, "co");
}

constexpr bool is_label_byte(char c) {
  return is_alnum(c) || c == '_';
}

bool is_label(std::string_view label, bool underscores) {
  if (label.empty() || label.size() > kLabelBytesMax) return false;
  if (label.back() == '\n') label.remove_suffix(1);  // Perl's $ allows it
  if (label.empty() || !is_label_byte(label.front()) || !is_label_byte(label.back())) return false;
  return std::ranges::all_of(label, [underscores](char c) {
    return is_alnum(c) || c == '-' || (underscores && c == '_');
  });
}

bool is_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || !std::ranges::all_of(text, is_digit)) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  return text.size() < 3 || text <= "255";
}

bool is_ip4(std::string_view host) {
  for (int octet = 0; octet < 3; ++octet) {
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || !is_octet(host.substr(0, dot))) return false;
    host.remove_prefix(dot + 1);
  }
  return is_octet(host);
}

bool is_ip6_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 &&
         std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; });
}

// How many groups `text` has, separated by colons: none if it is empty; nullopt if one is wrong.
// The last may be an IPv4 address, which counts as two.
bool count_groups(std::string_view text, bool ip4_allowed, std::size_t& groups) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && ip4_allowed && is_ip4(group)) {
      groups += kIp6Groups - kIp6GroupsBeforeIp4;
    } else if (is_ip6_group(group)) {
      ++groups;
    } else {
      return false;
    }
    if (last) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

// libpsl takes C strings in lower case.
bool is_public_suffix(std::string_view name) {
  std::array<char, kHostBytesMax + 1> text{};
  if (name.empty() || name.size() > kHostBytesMax) return false;
  std::ranges::transform(name, text.begin(), ascii_lower);
  return psl_is_public_suffix2(psl_builtin(), text.data(), PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) ==
         1;
}

bool is_ip6(std::string_view host) {
  std::size_t groups = 0;
  const std::size_t gap = host.find("::");
  if (gap == std::string_view::npos) {
    return count_groups(host, true, groups) && groups == kIp6Groups;
  }
  if (!count_groups(host.substr(0, gap), false, groups)) return false;
  return count_groups(host.substr(gap + 2), true, groups) && groups < kIp6Groups;
}

}  // namespace

NameSet::NameSet(std::span<const std::string> names) {
  const std::vector<std::string_view> words = words_of(names);
  if (words.empty()) return;
  slots_.resize(std::bit_ceil(kSlotsPerName * words.size()));
  for (const std::string_view word : words) {
    const uint32_t hash = hash_of(word);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].size != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {hash, static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(word.size())};
    text_ += to_lower(word);
    ++count_;
  }
}

bool NameSet::has(std::string_view name) const {
  if (slots_.empty() || name.empty()) return false;
  const uint32_t hash = hash_of(name);
  const std::string_view text = text_;
  for (std::size_t at = hash & (slots_.size() - 1); slots_[at].size != 0;
       at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && iequals(text.substr(slot.from, slot.size), name)) return true;
  }
  return false;
}

Registry::Registry(std::span<const std::string> tlds, std::span<const std::string> two_level,
                   std::span<const std::string> three_level)
    : listed_(!tlds.empty() || !two_level.empty() || !three_level.empty()),
      tlds_(tlds),
      two_level_(two_level),
      three_level_(three_level) {}

bool Registry::is_tld(std::string_view tld) const {
  return listed_ ? tlds_.has(tld) : is_public_suffix(tld);
}

bool Registry::has_valid_tld(std::string_view name) const {
  if (std::ranges::any_of(name, is_space)) return false;
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && is_tld(name.substr(dot + 1));
}

std::size_t Registry::registered_at(std::string_view name) const {
  const Labels labels = last_labels(name);
  const auto one_more = [&labels](std::size_t suffix) {
    if (suffix < labels.count) return labels.from[suffix];
    return labels.before != std::string_view::npos ? labels.before : labels.from[suffix - 1];
  };
  if (!listed_) {
    std::size_t suffix = std::min<std::size_t>(labels.count, kSuffixLabelsMax - 1);
    while (suffix > 1 && !is_public_suffix(labels.suffix(suffix))) --suffix;
    return one_more(suffix);
  }
  if (labels.count == 4 && is_us_place(labels)) return one_more(4);
  if (labels.count >= 3) {
    const bool us = iequals(labels.label(0), "us");
    if (us ? is_us_state(labels.label(1)) : three_level_.has(labels.suffix(3))) return one_more(3);
  }
  if (labels.count >= 2 && two_level_.has(labels.suffix(2))) return one_more(2);
  return one_more(1);
}

std::string_view Registry::domain_of(std::string_view name) const {
  while (name.starts_with('.')) name.remove_prefix(1);
  while (name.ends_with('.')) name.remove_suffix(1);
  return name.substr(registered_at(name));
}

SplitName Registry::split(std::string_view name, Arena& arena) const {
  const std::span<char> room = arena.take(name.size());
  std::size_t used = 0;
  for (const char c : name) {
    if (c == '.' && (used == 0 || room[used - 1] == '.')) continue;
    room[used++] = ascii_lower(c);
  }
  if (used > 0 && room[used - 1] == '.') --used;
  arena.trim(room, used);
  const std::string_view clean(room.data(), used);
  const std::size_t at = registered_at(clean);
  return {.host = clean.substr(0, at > 0 ? at - 1 : 0), .domain = clean.substr(at)};
}

bool is_fqdn(std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kHostBytesMax) return false;
  auto left = static_cast<std::size_t>(std::ranges::count(host, '.')) + 1;
  if (left < 2) return false;
  for (; left > 0; --left) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (!is_label(label, left > kLabelsWithoutUnderscore)) return false;
    host.remove_prefix(left > 1 ? label.size() + 1 : label.size());
  }
  return true;
}

bool is_ip_address(std::string_view host) {
  if (host.ends_with('\n')) host.remove_suffix(1);  // Perl's $ allows it
  if (host.find(':') == std::string_view::npos) return is_ip4(host);
  if (istarts_with(host, "ipv6:")) host.remove_prefix(5);
  return is_ip6(host);
}

}  // namespace sluice::rules
