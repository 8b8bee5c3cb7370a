// What header fields tell of the envelope, and which fields stand between two Received fields.
//
//   EnvelopeSource source{.fields = parts[0].fields, .all = ..., .relays = relays,
//                         .settings = settings, .arena = arena};
//   envelope_from(source)        "bounces@x.example", from Received, X-Envelope-From, Return-Path
//   all_to_addresses(source)     To, Cc, Delivered-To, ... without repeats
//
// Source:   Mail::SpamAssassin::PerMsgStatus of 4.0.1.
// Borrows:  what the source borrows.
// Tests:    tests/rules/mail/envelope_test.cc

#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

struct EnvelopeSource {
  std::span<const MailField> fields;  // of the message
  std::string_view all;               // get("ALL"): every field, unfolded and decoded
  const Relays& relays;
  const MailSettings& settings;
  Arena& arena;
};

// get_envelope_from(); nullopt: no field tells. What a caller knows of the envelope stands above
// it.
std::optional<std::string_view> envelope_from(const EnvelopeSource& source);

// all_from_addrs() and all_to_addrs(), in the order of first appearance, letter case kept.
// `sender` is the envelope's as envelope_from() or a caller tells.
std::pmr::vector<std::string_view> all_from_addresses(const EnvelopeSource& source,
                                                      std::optional<std::string_view> sender);
std::pmr::vector<std::string_view> all_to_addresses(const EnvelopeSource& source);

// Which Received fields bound a range, counted from 0 at the top.
struct ReceivedRange {
  std::optional<int> start = {};  // none: from the first field
  std::optional<int> end = {};    // none: to the last
  bool include_start = true;      // with the Received field itself
  bool include_end = true;
};

// get_all_hdrs_in_rcvd_index_range(): a piece of `headers`, which is get("ALL"), or with `folded`
// the pristine header.
std::string_view headers_between(std::string_view headers, const ReceivedRange& range, bool folded);

// The addresses (":addr") of all fields of this name, as far as they have one.
std::pmr::vector<std::string_view> field_addresses(std::span<const MailField> fields,
                                                   std::string_view name, Arena& arena);

// A host name as SpamAssassin's is_fqdn_valid() has it: two labels or more, of letters, digits,
// "-".
bool is_valid_host(std::string_view host);

}  // namespace sluice::rules
