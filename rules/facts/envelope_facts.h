// What is known of a message's way in, beyond its bytes: the envelope, as plain values.
//
// Where there is no envelope, as on the command line, what is not said stays unknown: an empty
// text, a zero time.
//
// Borrows:  all views, for the scan of one message.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::rules {

struct NamedText {
  std::string_view name = {};
  std::string_view value = {};
};

struct EnvelopeFacts {
  std::string_view mail_from = {};  // RFC 5321 reverse-path without brackets
  bool has_mail_from = false;       // it is known; it may be empty
  std::span<const std::string_view> recipients = {};
  std::string_view edge = {};
  std::string_view sender = {};                    // the sender key
  std::span<const std::string_view> tenants = {};  // root first
  std::string_view origin = {};                    // a name of ingest/schemas: "smtp", "api"
  std::string_view mode = {};                      // likewise: "live"
  std::string_view dkim = {};                      // likewise: "will_sign"
  std::string_view client_ip = {};
  std::string_view helo = {};
  int64_t account_created_ms = 0;  // since 1970; 0: unknown
  int64_t received_ms = 0;         // likewise
  uint64_t bytes = 0;              // of the whole message; 0: unknown
  std::span<const NamedText> attributes = {};
};

}  // namespace sluice::rules
