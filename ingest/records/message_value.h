// The value of a record on `messages`: an envelope and the message it is about.
//
//   prefix 8 B: 'S' 'L' 'M', version 1, envelope length (u32, little-endian)
//   envelope:   a FlatBuffer (ingest/schemas/envelope.fbs), copied out to be aligned and verified
//   message:    the rest, never copied
//
// A value without the prefix is a plain RFC 5322 message; its envelope is in record headers:
//   sluice-message-id   required; UUID text, 32 hexadecimal digits or 16 bytes
//   sluice-mail-from    required; may be empty
//   sluice-recipients   required; addresses separated by commas
//   sluice-sender       the sender key; default: the record's key
//   sluice-edge         default "plain"
// The other fields default to: ask 0, mode live, answer_within_ms 0, on_timeout park, tenant path =
// the sender key's root, origin smtp, egress relay, dkim none, line ending and size as found.
//
// Failure:  a Result that says what is wrong with the envelope, never quoting it. ids_of() still
//           finds whom to answer.
// Borrows:  an Incoming points into the record and into the EnvelopeBuffer it was read with.
// Bounds:   limits: kEnvelopeBytesMax, kRecipientsMax, kTenantPathMax, kAttributesMax; strings of a
//           FlatBuffer may overlap, so their lengths are added up and bounded too.
// Threads:  an EnvelopeBuffer belongs to one thread.
// Tests:    tests/ingest/records/message_value_test.cc, fuzz/message_value_fuzz.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/log/log.h"
#include "ingest/records/message_id.h"
#include "ingest/schemas/envelope_generated.h"

namespace sluice::records {

inline constexpr std::string_view kHeaderMessageId = "sluice-message-id";
inline constexpr std::string_view kHeaderEdge = "sluice-edge";
inline constexpr std::string_view kHeaderSender = "sluice-sender";
inline constexpr std::string_view kHeaderMailFrom = "sluice-mail-from";
inline constexpr std::string_view kHeaderRecipients = "sluice-recipients";
inline constexpr std::string_view kPlainEdge = "plain";

struct NamedValue {
  std::string_view name = {};
  std::string_view value = {};
};

// What the engine reads of an envelope.
struct Incoming {
  MessageId message_id;
  uint8_t ask = 0;
  std::string_view edge = {};
  std::string_view sender = {};     // a sender key
  std::string_view mail_from = {};  // may be empty
  Mode mode = Mode::unknown;        // unknown: a value from a newer producer
  Origin origin = Origin::unknown;  // as above
  uint32_t recipients = 0;          // count, at least 1
  uint64_t true_size = 0;           // bytes of the whole message
  bool truncated = false;           // `message` is only its beginning
  Dkim dkim = Dkim::unknown;        // as mode
  std::string_view client_ip = {};  // empty: not known
  std::string_view helo = {};       // likewise
  int64_t account_created_ms = 0;   // since 1970; 0: not known
  std::span<const std::string_view> recipient_list = {};
  std::span<const std::string_view> tenants = {};  // root first
  std::span<const NamedValue> attributes = {};
  bool unknown_values = false;    // an enum held a value this version does not know
  std::string_view message = {};  // RFC 5322 bytes, in the record
};

// Memory for one envelope, reused from record to record.
struct EnvelopeBuffer {
  // A copy of `bytes` whose address FlatBuffers accept.
  const uint8_t* fill(std::string_view bytes);

  std::vector<uint64_t> words = {};
  std::vector<std::string_view> recipients = {};
  std::vector<std::string_view> tenants = {};
  std::vector<NamedValue> attributes = {};
};

Result<Incoming> read_message_value(const log::Record& record, EnvelopeBuffer& buffer);

// Whom to answer about a record whose envelope cannot be read: from its headers and key alone.
struct RecordIds {
  MessageId message_id;          // zero if there is no usable header
  std::string_view edge = {};    // kPlainEdge if there is no header
  std::string_view sender = {};  // the key if it is a sender key, else kUnknownSender
};

inline constexpr std::string_view kUnknownSender = "unknown/d:unreadable";

RecordIds ids_of(const log::Record& record);

// What a producer says; everything else has the defaults above.
struct Outgoing {
  MessageId message_id = {};
  uint8_t ask = 0;
  std::string edge = {};
  std::string sender = {};
  std::string mail_from = {};
  std::vector<std::string> recipients = {};
  Mode mode = Mode::live;
  Origin origin = Origin::smtp;
  OnTimeout on_timeout = OnTimeout::park;
  uint32_t answer_within_ms = 0;
};

// Prefix, envelope and message in one string.
std::string make_message_value(const Outgoing& envelope, std::string_view message);

}  // namespace sluice::records
