// Reads Received fields into relays, and finds where trust ends.
//
//   "from mx.x.example (unknown [192.0.2.1]) by mail.y.example (Postfix) with ESMTP id 42; ..."
//   ->  {ip 192.0.2.1, helo mx.x.example, by mail.y.example, id 42, no_reverse_dns}
//
// Nothing is looked up: names are those that the fields tell.
//
// Source:   Mail::SpamAssassin::Message::Metadata::Received of 4.0.1.
// Failure:  none. Fields that tell of no relay are skipped, those not understood are counted.
// Borrows:  `fields` and `arena`.
// Bounds:   time linear in the fields.
// Threads:  any.
// Tests:    tests/rules/mail/received_test.cc

#pragma once

#include <span>
#include <string_view>

#include "base/arena.h"
#include "rules/mail/mail.h"
#include "rules/mail/net_set.h"
#include "rules/mail/relay.h"

namespace sluice::rules {

// What settings say of trust, made ready once.
struct RelayTrust {
  explicit RelayTrust(const MailSettings& settings);

  NetSet trusted;  // with 127.0.0.0/8 and ::1, as internal has them
  NetSet internal;
  NetSet msa;
  bool configured = false;  // false: trust is inferred
};

struct RelayFields {
  std::span<const std::string_view> received = {};  // MailField::text of each Received, top first
  // MailField::text of the last field of each name in MailSettings::originating_ip_headers that the
  // message has, in the order of the setting.
  std::span<const std::string_view> originating = {};
};

void read_relays(const RelayFields& fields, const RelayTrust& trust, Arena& arena, Relays& out);

// X-Spam-Relays-*: "[ ip=192.0.2.1 rdns= helo=... by=... ident= envfrom= intl=0 id=42 auth= msa=0
// ]" for each, with a space between.
std::string_view relays_text(std::span<const Relay> relays, Arena& arena);

}  // namespace sluice::rules
