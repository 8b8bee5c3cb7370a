// The relays that Received fields tell of, as SpamAssassin reads them.
//
// Tests:    tests/rules/mail/received_test.cc

#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace sluice::rules {

struct Relay {
  std::string_view ip = {};    // "192.0.2.1", "2001:db8::1"; empty where the field tells none
  std::string_view rdns = {};  // the name its address maps to
  std::string_view helo = {};
  std::string_view by = {};  // who wrote the field
  std::string_view ident = {};
  std::string_view env_from = {};
  bool has_env_from = false;  // the field tells an envelope sender; it may be empty
  std::string_view id = {};
  std::string_view auth = {};  // the authentication it used, "esmtpa" and the like
  bool internal = false;       // SpamAssassin's `intl`
  bool msa = false;
  bool ip_private = false;
  bool no_reverse_dns = false;  // the field says that there is none
  uint32_t field = 0;           // index of its Received field among the message's Received fields
};

// The newest first.
struct Relays {
  std::pmr::vector<Relay> all;      // every field that was understood
  std::size_t trusted = 0;          // all[0, trusted) are trusted
  std::size_t internal = 0;         // all[0, internal) are internal; the rest is external
  uint32_t unparseable = 0;         // fields that were not understood
  int32_t last_trusted_field = -1;  // index of the Received field; -1 none
  int32_t last_internal_field = -1;

  explicit Relays(std::pmr::memory_resource* memory) : all(memory) {}
};

}  // namespace sluice::rules
