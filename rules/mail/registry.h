// Where domains are registered: which top level domains there are, and below which names anybody
// can register one.
//
//   registry.domain_of("www.shop.example.co.uk")     "example.co.uk"
//   registry.has_valid_tld("www.example.com")        true
//
// Source:   Mail::SpamAssassin::RegistryBoundaries and Util (is_fqdn_valid) of 4.0.1. Without
//           util_rb_tld the Public Suffix List says what is valid; there nothing is. International
//           names are bytes, as where no libidn is installed. No host in running text ends with a
//           top level domain that is not ASCII: is_fqdn() refuses it anyway.
// Failure:  none.
// Bounds:   time linear in the name.
// Threads:  immutable once built.
// Tests:    tests/rules/mail/registry_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace sluice::rules {

// Names without regard to letter case, found by hash.
class NameSet {
 public:
  explicit NameSet(std::span<const std::string> names);

  [[nodiscard]] bool has(std::string_view name) const;

  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t from = 0;  // into text_
    uint32_t size = 0;  // 0: free
  };

  std::string text_;         // all names, lower case
  std::vector<Slot> slots_;  // open addressing, a power of two
  std::size_t count_ = 0;
};

struct SplitName {
  std::string_view host = {};    // "www"
  std::string_view domain = {};  // "example.co.uk"
};

class Registry {
 public:
  // The words of all util_rb_tld, util_rb_2tld and util_rb_3tld. Where there are none at all, the
  // Public Suffix List says what is registered below what.
  Registry(std::span<const std::string> tlds, std::span<const std::string> two_level,
           std::span<const std::string> three_level);

  // Whether `tld`, without dots, is a top level domain.
  [[nodiscard]] bool is_tld(std::string_view tld) const;

  // is_domain_valid(): `name` has a dot, no blanks, and ends with a known top level domain.
  [[nodiscard]] bool has_valid_tld(std::string_view name) const;

  // trim_domain(): what was registered. Dots at both ends are dropped. The answer is a piece of
  // `name`, in its letter case. REQUIRES: no two dots in a row (is_fqdn() names have none).
  [[nodiscard]] std::string_view domain_of(std::string_view name) const;

  // split_domain(), for every name: lower case, each row of dots made one. In the arena.
  [[nodiscard]] SplitName split(std::string_view name, Arena& arena) const;

 private:
  // Where in `name` that which was registered begins.
  [[nodiscard]] std::size_t registered_at(std::string_view name) const;

  bool listed_ = false;  // the lists below count, not the Public Suffix List
  NameSet tlds_;
  NameSet two_level_;
  NameSet three_level_;
};

// is_fqdn_valid(): two labels or more of letters, digits, '-' and, where it may be, '_'; dots at
// the end are allowed.
bool is_fqdn(std::string_view host);

// Whether `host` is an IPv4 or IPv6 address and nothing else, IS_IP_ADDRESS of the original:
// letters of IPv6 in lower case, an optional "ipv6:" in upper case before it.
bool is_ip_address(std::string_view host);

}  // namespace sluice::rules
