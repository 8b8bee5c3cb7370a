#include "rules/maps/map_table.h"

#include <optional>
#include <utility>

namespace sluice::rules {
namespace {

bool is_ip_text(std::string_view host) {
  return host.find(':') != std::string_view::npos || (read_ip(host).has_value());
}

}  // namespace

void MapTable::reserve(std::size_t file_bytes) {
  if (kind_ != MapKind::kIps) texts_.reserve(file_bytes);
}

bool MapTable::add_text(bool read, const EntryText& text, EntryFault& fault) {
  if (!read) return false;
  if (texts_.add(text.view())) return true;
  fault = {.message = "the map is full"};
  return false;
}

bool MapTable::add(std::string_view entry, EntryFault& fault) {
  ++entries_;
  EntryText text;
  switch (kind_) {
    case MapKind::kHosts:
    case MapKind::kDomains:
      return add_text(read_host(entry, text, fault), text, fault);
    case MapKind::kHashes:
      return add_text(read_digest(entry, text, fault), text, fault);
    case MapKind::kAddresses:
      return add_text(read_address(entry, text, fault), text, fault);
    case MapKind::kIps:
      break;
  }
  IpPrefix prefix;
  if (!read_prefix(entry, prefix, fault)) return false;
  prefixes_.add(prefix);
  return true;
}

void MapTable::build(std::string digest) {
  texts_.build();
  prefixes_.build();
  digest_ = std::move(digest);
}

bool MapTable::has(LookupType type, std::string_view text) const {
  switch (type) {
    case LookupType::kHost:
      return kind_ == MapKind::kIps ? has_ip(text) : has_host(text);
    case LookupType::kIp:
      return has_ip(text);
    case LookupType::kDigest:
      return texts_.has(text);
    case LookupType::kAddress:
      break;
  }
  if (kind_ == MapKind::kAddresses) return has_address(text);
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && has_host(text.substr(at + 1));
}

bool MapTable::has_host(std::string_view host) const {
  EntryText text;
  EntryFault fault;
  if (!read_host(host, text, fault)) return false;
  std::string_view name = text.view();
  if (texts_.has(name)) return true;
  if (kind_ != MapKind::kDomains || is_ip_text(name)) return false;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    if (texts_.has(name)) return true;
  }
  return false;
}

bool MapTable::has_address(std::string_view address) const {
  EntryText text;
  EntryFault fault;
  if (!read_address(address, text, fault)) return false;
  const std::string_view whole = text.view();
  return texts_.has(whole) || texts_.has(whole.substr(whole.rfind('@')));
}

bool MapTable::has_ip(std::string_view ip) const {
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  const std::optional<Ip6> address = read_ip(ip);
  return address.has_value() && prefixes_.has(*address);
}

std::size_t MapTable::memory_bytes() const {
  return texts_.memory_bytes() + prefixes_.memory_bytes();
}

}  // namespace sluice::rules
