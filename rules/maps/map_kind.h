// The kinds of maps, a table: what a line of one holds, and which texts can be looked up in it.
//
//   find_map_kind("domains")->kind                      MapKind::kDomains
//   fits(MapKind::kDomains, LookupType::kAddress)       true: by what follows the @
//
// Adding one = a row in map_kind.cc, a reader in map_entry.cc, a case in MapTable::has().
//
// Tests:    tests/rules/maps/map_table_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::rules {

enum class MapKind : uint8_t {
  kHosts,      // a host, and no other
  kDomains,    // a host and all below it
  kIps,        // an address, or all of a prefix
  kHashes,     // a digest: MD5, SHA-1, SHA-256
  kAddresses,  // a mail address, or all of a host
};

// What is looked up.
enum class LookupType : uint8_t {
  kHost,     // "www.example.com", "192.0.2.1", "[2001:db8::1]"
  kAddress,  // "ann@shop.example"
  kIp,       // "192.0.2.1"
  kDigest,   // 16, 20 or 32 bytes
};

struct MapKindInfo {
  MapKind kind = MapKind::kHosts;
  std::string_view name = {};
  std::string_view meaning = {};  // of a line, Markdown
};

std::span<const MapKindInfo> map_kinds();

// nullptr: there is no such kind.
const MapKindInfo* find_map_kind(std::string_view name);

std::string_view map_kind_name(MapKind kind);

bool fits(MapKind kind, LookupType type);

// "hosts, domains or ips": the kinds that `type` can be looked up in.
std::string kinds_that_fit(LookupType type);

}  // namespace sluice::rules
