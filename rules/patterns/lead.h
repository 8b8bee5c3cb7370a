// How far before what a match was found by the match may begin.
//
//   /\d{1,3}(?:st|nd)? oil/        found by " oil": at most 5 bytes
//   /<[a-z]+ [^>]+font: 0/         found by "font: 0": at most 2 bytes that are no [^>]
//
// Source:   the tree of a pattern (rules/patterns/regex_tree.h).
// Tests:    tests/rules/lead_test.cc, tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

// What a match may hold up to what it was found by.
struct Lead {
  uint32_t width_max = kUnboundedWidth;   // bytes
  uint32_t others_max = kUnboundedWidth;  // bytes that are not in `fill`
  ByteSet256 fill = {};
  ByteSet256 counted = {};  // the others; in a settled lead, none

  bool operator==(const Lead&) const = default;

  // One after the other.
  Lead& operator+=(const Lead& next);

  // Either may be it.
  Lead& operator|=(const Lead& other);

  // As it is asked of, once all is added: what was counted, but is in `fill` after all, is no
  // other byte.
  // REQUIRES: not settled yet
  [[nodiscard]] Lead settled() const;

  // No match that was found by what stands at `place` begins in text[floor, the result). Linear in
  // what lies between.
  // REQUIRES: floor <= place <= text.size()
  [[nodiscard]] std::size_t begin(std::string_view text, std::size_t floor,
                                  std::size_t place) const;
};

inline constexpr Lead kNoLead = {.width_max = 0, .others_max = 0};

// `bytes` of any kind.
Lead lead_of(uint32_t bytes);

// All that the subtree matches.
Lead lead_of(const RegexTree& tree, NodeIndex index);

}  // namespace sluice::rules
