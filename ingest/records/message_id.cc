#include "ingest/records/message_id.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include <sys/random.h>

#include "base/assert.h"
#include "base/text.h"

namespace sluice::records {

MessageId make_message_id() {
  std::array<char, 10> random{};
  SLUICE_ASSERT(getrandom(random.data(), random.size(), 0) == ssize_t{10});
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return make_message_id(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
                         random);
}

MessageId make_message_id(int64_t time_ms, const std::array<char, 10>& random) {
  MessageId id;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<char>(static_cast<uint64_t>(time_ms) >> (8 * (5 - i)));
  }
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<char>((static_cast<uint8_t>(id.bytes[6]) & 0x0FU) | 0x70U);  // version
  id.bytes[8] = static_cast<char>((static_cast<uint8_t>(id.bytes[8]) & 0x3FU) | 0x80U);  // variant
  return id;
}

std::optional<MessageId> parse_message_id(std::string_view text) {
  MessageId id;
  if (text.size() == id.bytes.size()) {
    std::copy(text.begin(), text.end(), id.bytes.begin());
    return id;
  }
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return std::nullopt;

  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    char& byte = id.bytes[digits / 2];
    byte = static_cast<char>((static_cast<uint8_t>(byte) << 4U) | static_cast<uint8_t>(value));
    ++digits;
  }
  return id;
}

std::string to_string(const MessageId& id) {
  std::string hex = to_hex(id.view());
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) hex.insert(dash, 1, '-');
  return hex;
}

}  // namespace sluice::records
