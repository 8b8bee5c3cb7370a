// Builds the value of a record on `verdicts`.
//
//   VerdictWriter writer;
//   std::string_view value = writer.write(decision);    // valid until the next write
//
// Source:   ingest/schemas/verdict.fbs.
// Threads:  one at a time.
// Tests:    tests/engine/verdict_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/schemas/verdict_generated.h"

namespace sluice::verdict {

// Bits of Verdict.incomplete.
inline constexpr uint32_t kTruncatedMessage = 1U << 0U;  // the record held only its beginning
inline constexpr uint32_t kLimitReached = 1U << 1U;  // a bound cut the view of the message short
inline constexpr uint32_t kMatchingCut = 1U << 2U;   // a rule could not be decided in its budget

struct WrittenHit {
  std::string_view rule;
  int32_t weight = 0;  // thousandths
  bool shadow = false;
};

struct Points {
  const char* code = "";
  int16_t points = 0;
};

struct Decision {
  std::string_view message_id;  // 16 bytes
  uint8_t ask = 0;
  std::string_view sender;
  std::string_view edge;
  records::Source source;
  records::Action action = records::Action::accept;
  records::Reason reason = records::Reason::clean;
  bool enforce = true;
  bool duplicate = false;
  int32_t score = 0;  // thousandths
  std::span<const WrittenHit> hits;
  uint8_t sender_score = 0;
  std::span<const Points> sender_reasons;
  records::Standing standing = records::Standing::unknown;
  std::string_view rule_set;  // 16 bytes
  uint32_t incomplete = 0;
  std::string_view maps_version;  // 16 bytes; empty: no maps
};

class VerdictWriter {
 public:
  std::string_view write(const Decision& decision);

 private:
  flatbuffers::FlatBufferBuilder builder_{1024};
  std::vector<flatbuffers::Offset<records::RuleHit>> hits_;
  std::vector<flatbuffers::Offset<records::SenderReason>> reasons_;
};

// What a client is told: RFC 5321 section 4.2 and RFC 3463.
struct Reply {
  uint16_t smtp_code;
  const char* enhanced;
  const char* text;  // at most 200 ASCII characters
};

Reply reply_to(records::Action action, records::Reason reason);

}  // namespace sluice::verdict
