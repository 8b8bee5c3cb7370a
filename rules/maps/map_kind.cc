#include "rules/maps/map_kind.h"

#include <algorithm>
#include <array>
#include <vector>

namespace sluice::rules {
namespace {

constexpr std::array<MapKindInfo, 5> kKinds = {{
    {MapKind::kHosts, "hosts", "a host, and no other: `www.example.com`, `192.0.2.1`"},
    {MapKind::kDomains, "domains", "a host and all hosts below it: `example.com`"},
    {MapKind::kIps, "ips",
     "an IP address, or all addresses of a prefix: `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`"},
    {MapKind::kHashes, "hashes", "an MD5, SHA-1 or SHA-256 digest in hexadecimal digits"},
    {MapKind::kAddresses, "addresses",
     "a mail address, or all addresses of a host: `ann@example.com`, `@example.com`"},
}};

}  // namespace

std::span<const MapKindInfo> map_kinds() {
  return kKinds;
}

const MapKindInfo* find_map_kind(std::string_view name) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(),
                                         [name](const auto& kind) { return kind.name == name; });
  return found == kKinds.end() ? nullptr : found;
}

std::string_view map_kind_name(MapKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

bool fits(MapKind kind, LookupType type) {
  switch (type) {
    case LookupType::kHost:
      return kind == MapKind::kHosts || kind == MapKind::kDomains || kind == MapKind::kIps;
    case LookupType::kAddress:
      return kind == MapKind::kAddresses || kind == MapKind::kHosts || kind == MapKind::kDomains;
    case LookupType::kIp:
      return kind == MapKind::kIps;
    case LookupType::kDigest:
      return kind == MapKind::kHashes;
  }
  return false;
}

std::string kinds_that_fit(LookupType type) {
  std::vector<std::string_view> names;
  for (const MapKindInfo& kind : kKinds) {
    if (fits(kind.kind, type)) names.push_back(kind.name);
  }
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace sluice::rules
