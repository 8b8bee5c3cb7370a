// What one map holds, at one time: immutable, shared by all workers.
//
//   table.has(LookupType::kHost, "www.evil.example")     true, by the entry "evil.example"
//
// A host is looked up in `domains` by itself and by all that it is below of; an address in `hosts`
// and `domains` by what follows its @, and in `addresses` also as "@" and that. A text that cannot
// be an entry is in no map.
//
// Bounds:   a look-up costs as many probes as the host has labels; in `ips` a binary search.
// Threads:  any.
// Tests:    tests/rules/maps/map_table_test.cc

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rules/maps/map_entry.h"
#include "rules/maps/map_kind.h"
#include "rules/maps/prefix_set.h"
#include "rules/maps/text_set.h"

namespace sluice::rules {

class MapTable {
 public:
  explicit MapTable(MapKind kind) : kind_(kind) {}

  // ---- making one
  void reserve(std::size_t file_bytes);
  // False: what is wrong with the entry.
  [[nodiscard]] bool add(std::string_view entry, EntryFault& fault);
  void build(std::string digest);

  // ---- built
  // REQUIRES: fits(kind(), type).
  [[nodiscard]] bool has(LookupType type, std::string_view text) const;

  [[nodiscard]] MapKind kind() const { return kind_; }

  // Lines that are entries, repeated ones too.
  [[nodiscard]] std::size_t entries() const { return entries_; }

  // 16 bytes, of the file.
  [[nodiscard]] const std::string& digest() const { return digest_; }

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  [[nodiscard]] bool add_text(bool read, const EntryText& text, EntryFault& fault);
  [[nodiscard]] bool has_host(std::string_view host) const;
  [[nodiscard]] bool has_address(std::string_view address) const;
  [[nodiscard]] bool has_ip(std::string_view ip) const;

  MapKind kind_;
  TextSet texts_;       // all but kIps
  PrefixSet prefixes_;  // kIps
  std::size_t entries_ = 0;
  std::string digest_;
};

}  // namespace sluice::rules
