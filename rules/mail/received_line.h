// Reads one Received field.
//
//   read_received_line("from mx.x.example (unknown [192.0.2.1]) by y.example (Postfix) with ...")
//   ->  kRelay {ip 192.0.2.1, helo mx.x.example, by y.example, ...}
//
// The forms that mail servers write are a table in received_formats.cc, in the order they are
// tried.
//
// Source:   parse_received_line() of Mail::SpamAssassin::Message::Metadata::Received 4.0.1.
// Borrows:  `text` and `arena`.
// Bounds:   time linear in `text`.
// Tests:    tests/rules/mail/received_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"
#include "rules/mail/line_pattern.h"
#include "rules/mail/relay.h"

namespace sluice::rules {

enum class ReceivedOutcome : uint8_t {
  kRelay,
  kNoRelay,  // a hand-over that is none between hosts, or tells nothing of use
  kFetched,  // mail was fetched from a mailbox here: what came later is not its way
  kScanned,  // qmail-scanner: its envelope sender belongs to the next field
  kUnknown,  // not understood
};

ReceivedOutcome read_received_line(std::string_view text, LineMatcher& matcher, Arena& arena,
                                   Relay& relay);

}  // namespace sluice::rules
