// The key that decides a record's partition and owns a sender's state.
//
//   sender_key("hoster", SenderKind::kMailbox, "Anna+x@Kunde.example")
//     == "hoster/u:anna+x@kunde.example"
//
// <root tenant>/<kind>:<id>, printable ASCII, no capitals; all else is percent-encoded byte by
// byte, so that every producer in every language makes the same key for the same sender.
//
// Bounds:   limits::kSenderKeyBytesMax.
// Tests:    tests/ingest/records/sender_key_test.cc

#pragma once

#include <string>
#include <string_view>

namespace sluice::records {

enum class SenderKind : char {
  kMailbox = 'u',
  kApiAccount = 'a',
  kHostingAccount = 'x',  // behind a script
  kList = 'l',
  kForward = 'f',  // a mailbox that forwards: apart from its mailbox
  kHost = 'h',     // trusted by its IP
  kDaemon = 'd',
};

// Capitals lowered, what is not printable ASCII percent-encoded, as are '%' everywhere and '/' in
// the tenant. Not cut: a key that is too long is refused by is_sender_key.
std::string sender_key(std::string_view tenant, SenderKind kind, std::string_view id);

// Whether `key` has the form above and the length allowed.
bool is_sender_key(std::string_view key);

// The root tenant of a key. REQUIRES: is_sender_key(key).
std::string_view root_tenant(std::string_view key);

}  // namespace sluice::records
