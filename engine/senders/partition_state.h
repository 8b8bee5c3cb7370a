// What the judge knows of a partition as a whole; one record of the changelog.
//
// Failure:  decode() refuses a newer schema and bytes that are no state.
// Tests:    tests/engine/sender_state_test.cc

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::senders {

struct PartitionState {
  static constexpr uint16_t kSchema = 1;

  int64_t clock_ms = 0;          // the log's time; 0 before the first entry
  int64_t applied_through = -1;  // offset on `messages` of the last findings
  uint64_t findings = 0;         // entries folded
  uint64_t ticks = 0;
  uint32_t idle_days = 0;       // of the active rules; 0 before the first activation
  int64_t activation_day = -1;  // when the active rules were last written to the journal
  std::string activation;       // 16 bytes: digest of that entry; empty before the first
  std::string swept;            // the last sender looked at for expiry

  [[nodiscard]] std::string encode() const;

  static Result<PartitionState> decode(std::string_view bytes);

  bool operator==(const PartitionState&) const = default;
};

}  // namespace sluice::senders
