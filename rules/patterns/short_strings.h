// Strings of one or two bytes, which a table finds.
//
//   /e|\xc3[\xa8\xa9]/     an e, plain or with an accent in UTF-8
//
// Bounds:   time linear in the text.
// Tests:    tests/rules/short_strings_test.cc, tests/rules/differential_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

class ShortStrings {
 public:
  struct Pair {
    unsigned char first = 0;
    ByteSet256 second = {};

    bool operator==(const Pair&) const = default;
  };

  ShortStrings() = default;

  // REQUIRES: no byte is both one of `ones` and the first of a pair, nor the first of two; at most
  // kPairsMax pairs.
  ShortStrings(const ByteSet256& ones, std::vector<Pair> pairs);

  static constexpr std::size_t kPairsMax = 64;

  // What the tree matches; nullopt if that is something else, or if which of two strings is taken
  // would depend on their order.
  static std::optional<ShortStrings> of(const RegexTree& tree);

  // How many stand in the text, one after the other, up to `max`.
  [[nodiscard]] uint32_t count(std::string_view text, uint32_t max) const;

  [[nodiscard]] const ByteSet256& ones() const { return ones_; }

  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }

  bool operator==(const ShortStrings&) const = default;

 private:
  static constexpr uint8_t kNone = 0;
  static constexpr uint8_t kOne = 1;
  static constexpr uint8_t kPair = 2;  // and on: kPair + its index

  ByteSet256 ones_ = {};
  std::vector<Pair> pairs_ = {};
  std::array<uint8_t, 256> kinds_ = {};  // of each byte, as a string's first
  std::optional<char> only_ = {};        // there is no other string
  bool ascii_begins_ = false;            // some of the strings do
};

}  // namespace sluice::rules
