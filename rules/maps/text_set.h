// A set of short texts, millions of them, in little memory.
//
//   TextSet set;
//   set.reserve(bytes_of_the_file);
//   set.add("evil.example");
//   set.build();
//   set.has("evil.example")      true
//
// The texts stand one after the other in one block; a table of 8 bytes a slot finds them by a keyed
// hash. An answer compares the text itself: a hash of 128 bits would save little, for names are
// about as long.
//
// Failure:  none. Texts are at most kTextBytesMax, all together at most kBytesMax.
// Bounds:   memory: the texts, a byte each besides, and 12 to 24 bytes each of table.
// Threads:  has() any, once built.
// Tests:    tests/rules/maps/text_set_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::rules {

class TextSet {
 public:
  static constexpr std::size_t kTextBytesMax = UINT8_MAX;
  static constexpr std::size_t kBytesMax = UINT32_MAX - 1;

  void reserve(std::size_t bytes);

  // False: the set is full. REQUIRES: text.size() <= kTextBytesMax, not built yet.
  [[nodiscard]] bool add(std::string_view text);

  void build();

  // REQUIRES: build() was called.
  [[nodiscard]] bool has(std::string_view text) const;

  // Each text once.
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Slot {
    uint32_t at = 0;   // 1 + where the text's length stands in texts_; 0: free
    uint32_t tag = 0;  // of its hash
  };

  [[nodiscard]] std::string_view text_at(std::size_t at) const;
  // The slot that holds `text`, or the free one where it would be.
  [[nodiscard]] std::size_t find(std::string_view text, uint64_t hash) const;

  std::vector<char> texts_;  // each after its length, a byte
  std::vector<Slot> slots_;  // open addressing, a power of two
  std::size_t added_ = 0;
  std::size_t size_ = 0;
};

}  // namespace sluice::rules
