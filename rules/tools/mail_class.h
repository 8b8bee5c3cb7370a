// What a corpus says of its messages.

#pragma once

#include <cstdint>

namespace sluice::rules {

enum class MailClass : uint8_t { kUnknown, kHam, kSpam };

}  // namespace sluice::rules
