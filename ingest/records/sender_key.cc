#include "ingest/records/sender_key.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::records {
namespace {

constexpr std::string_view kKinds = "uaxlfhd";

bool stands_for_itself(char c) {
  return c > ' ' && c < 0x7F && c != '%';
}

void append_encoded(std::string& key, std::string_view text, bool keep_slash) {
  for (const char c : text) {
    if (stands_for_itself(c) && (keep_slash || c != '/')) {
      key += ascii_lower(c);
    } else {
      key += fmt::format("%{:02x}", static_cast<uint8_t>(c));
    }
  }
}

}  // namespace

std::string sender_key(std::string_view tenant, SenderKind kind, std::string_view id) {
  std::string key;
  append_encoded(key, tenant, /*keep_slash=*/false);
  key += {'/', static_cast<char>(kind), ':'};
  append_encoded(key, id, /*keep_slash=*/true);
  return key;
}

bool is_sender_key(std::string_view key) {
  if (key.size() > limits::kSenderKeyBytesMax) return false;
  const bool clean = std::all_of(key.begin(), key.end(),
                                 [](char c) { return c > ' ' && c < 0x7F && ascii_lower(c) == c; });
  const std::size_t slash = key.find('/');
  if (!clean || slash == std::string_view::npos || slash == 0) return false;

  const std::string_view rest = key.substr(slash + 1);
  return rest.size() > 2 && rest[1] == ':' && kKinds.find(rest[0]) != std::string_view::npos;
}

std::string_view root_tenant(std::string_view key) {
  return key.substr(0, key.find('/'));
}

}  // namespace sluice::records
