// Texts one after the other in one block.
//
//   {"Hi\n" "First paragraph." "\n" "Second\n"}    three units: the newline after the second
//   belongs
//                                                  to none
//
// Where a text does not end with a newline, one that belongs to no unit follows it, so that a scan
// of the whole block sees line begins and ends where units have them.
//
// Borrows:  whoever hands them out says what.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sluice::rules {

struct TextUnits {
  struct Unit {
    std::size_t from = 0;  // into the block
    std::size_t to = 0;
  };

  std::string_view block = {};
  std::span<const Unit> units = {};

  [[nodiscard]] std::string_view text(std::size_t i) const {
    return block.substr(units[i].from, units[i].to - units[i].from);
  }
};

}  // namespace sluice::rules
