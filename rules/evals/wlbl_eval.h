// Functions on listed addresses and hosts: WLBLEval.
//
//   blocklist_from *@spam.example
//   header USER_IN_BLOCKLIST eval:check_from_in_blocklist()
//
//   enlist_uri_host (SHORT) s.example !www.s.example
//   header X_SHORT eval:check_uri_host_listed('SHORT')
//
// Source:   Mail::SpamAssassin::Plugin::WLBLEval 4.0.1.
// Bounds:   at most kUriListsMax lists of hosts; time linear in the links and the addresses.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rules/evals/address_list.h"
#include "rules/evals/family.h"
#include "rules/mail/net_set.h"

namespace sluice::rules {

// A host that listed addresses send from.
struct RelayHost {
  std::string name = {};  // lower case; empty: `net` tells
  NetSet net = {};
};

// Addresses with the hosts they send from.
struct RelayedList {
  AddressList addresses = {};
  std::vector<std::vector<RelayHost>> hosts = {};  // by the number of the address pattern
};

// Which of the lists of hosts a host is on. Bits are lists.
struct HostLists {
  uint64_t listed = 0;
  uint64_t excepted = 0;  // written with "!"
};

class WlblSettings {
 public:
  static constexpr std::size_t kUriListsMax = 64;

  bool take(const Setting& setting, Diagnostics& diagnostics);
  void finish();

  // nullptr: there is no list of this name.
  [[nodiscard]] const AddressList* addresses(std::string_view list) const;
  [[nodiscard]] const HostLists* host(std::string_view host) const;
  // The bit of a list of hosts; 0: there is none of this name.
  [[nodiscard]] uint64_t uri_list(std::string_view name) const;

  [[nodiscard]] bool has_hosts() const { return !hosts_.empty(); }

  RelayedList welcome_relayed = {};
  RelayedList default_relayed = {};

 private:
  bool take_addresses(const Setting& setting);
  bool take_relayed(const Setting& setting, Diagnostics& diagnostics);
  bool take_hosts(const Setting& setting, Diagnostics& diagnostics);
  void enlist(std::string_view list, std::string_view hosts, const Setting& setting,
              Diagnostics& diagnostics);
  void delist(uint64_t lists, std::string_view hosts);
  uint64_t make_uri_list(std::string_view name);

  TextMap<AddressList> addresses_;
  TextMap<HostLists> hosts_;
  std::vector<std::string> uri_lists_;
};

struct WlblState {
  std::optional<uint64_t> enlisted = {};  // bits: lists a host of a link is on
  std::optional<int> welcome = {};        // 1 listed, -1 listed with another relay, 0 not
  std::optional<int> def_welcome = {};

  void begin_message() { *this = {}; }
};

std::span<const EvalEntry> wlbl_evals();

}  // namespace sluice::rules
