// The 16 bytes that name a message from the edge to the verdict.
//
//   const MessageId id = make_message_id();
//   to_string(id) == "0198c0de-7a3b-7c11-9d2e-5f60718293a4"
//
// Source:   RFC 9562 section 5.7 (UUIDv7: 48 bits of milliseconds, then random bits).
// Threads:  any.
// Tests:    tests/ingest/records/message_id_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::records {

struct MessageId {
  std::array<char, 16> bytes{};

  [[nodiscard]] std::string_view view() const { return {bytes.data(), bytes.size()}; }

  auto operator<=>(const MessageId&) const = default;  // NOLINT(modernize-use-nullptr): 0
};

// A new id from the system's clock and random source.
MessageId make_message_id();

// The same, from what is given: for tests and seeded runs.
MessageId make_message_id(int64_t time_ms, const std::array<char, 10>& random);

// 16 raw bytes, 32 hexadecimal digits, or the 36 characters of RFC 9562 section 4.
std::optional<MessageId> parse_message_id(std::string_view text);

// As in RFC 9562 section 4.
std::string to_string(const MessageId& id);

}  // namespace sluice::records
