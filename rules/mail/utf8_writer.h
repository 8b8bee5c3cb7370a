// Writes UTF-8 into room that is large enough.
//
//   Utf8Writer out(arena.take(3 * n));
//   out.put(U'é'); out.put("text");
//
// Bounds:   the caller's: room must hold all that is put; it is asserted.
// Threads:  one at a time.

#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "base/assert.h"

namespace sluice::rules {

class Utf8Writer {
 public:
  explicit Utf8Writer(std::span<char> room) : room_(room) {}

  void put(char32_t code) {
    SLUICE_ASSERT(room_.size() - used_ >= length_of(code));
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xc0 | code >> 6U);
      tail(code, 0);
    } else if (code < 0x10000) {
      byte(0xe0 | code >> 12U);
      tail(code, 6);
      tail(code, 0);
    } else {
      byte(0xf0 | code >> 18U);
      tail(code, 12);
      tail(code, 6);
      tail(code, 0);
    }
  }

  void put(std::string_view text) {
    SLUICE_ASSERT(room_.size() - used_ >= text.size());
    if (!text.empty()) std::memcpy(room_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  static std::size_t length_of(char32_t code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }

  void byte(char32_t value) { room_[used_++] = static_cast<char>(value); }

  void tail(char32_t code, unsigned shift) { byte(0x80 | (code >> shift & 0x3fU)); }

  std::span<char> room_;
  std::size_t used_ = 0;
};

}  // namespace sluice::rules
