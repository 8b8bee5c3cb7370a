// Mail that is made to cost its reader time or memory, in any size.
//
//   for (const HostileMail& hostile : kHostileMail) read(hostile.make(4 << 20));
//
// Adding one is a line in the table of hostile_mail.cc.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sluice::test {

struct HostileMail {
  std::string_view name;
  std::string (*make)(std::size_t bytes);  // about that long, never shorter than half of it
};

std::span<const HostileMail> hostile_mail();

}  // namespace sluice::test
