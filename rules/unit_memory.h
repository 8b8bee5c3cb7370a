// What patterns found in units of text that were seen before: most outbound mail says the same to
// many.
//
//   const UnitKey key = memory.key_of(view, subject, "Your parcel is on its way.");
//   memory.look_up(key)                    kNew      and from now on it was seen
//   memory.look_up(key)                    kSeen     worth to be remembered
//   memory.remember(key, finds, work)
//   memory.look_up(key)                    kKnown    {pattern 17 matched once}
//
// A unit is remembered when it is seen for the second time, so texts that never come again cost no
// more than a number. It is known by its bytes: they are kept, and compared.
//
// Bounds:   the bytes given at first, 64 KiB to 4 GiB, and an eighth of them besides. What was
//           remembered first is forgotten first.
// Threads:  one at a time.
// Tests:    tests/rules/unit_memory_test.cc, tests/rules/recall_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::rules {

// How often a pattern of a view matched in a unit, as far as it is counted.
struct PatternFind {
  uint32_t pattern = 0;
  uint32_t count = 0;

  bool operator==(const PatternFind&) const = default;
};

// Which text; borrows it.
struct UnitKey {
  std::string_view text = {};
  uint32_t view = 0;
  bool subject = false;  // some patterns leave out the subject of a body
  uint64_t hash = 0;     // of all that
};

class UnitMemory {
 public:
  explicit UnitMemory(std::size_t bytes);

  static UnitKey key_of(uint32_t view, bool subject, std::string_view text);

  enum class Answer : uint8_t {
    kNew,    // seen for the first time, as far as is known
    kSeen,   // not remembered yet
    kLost,   // not to be remembered
    kKnown,  // Memory says what was found
  };

  struct Memory {
    Answer answer = Answer::kNew;
    std::span<const PatternFind> finds = {};  // valid until the next remember()
    uint32_t work = 0;                        // steps that it took to find that
  };

  // Has the memory that look_up() reads of these brought near: it is large, and seldom is.
  void prefetch(std::span<const UnitKey> keys) const;

  Memory look_up(const UnitKey& key);

  // Texts over limits::kRememberedUnitBytesMax are not.
  void remember(const UnitKey& key, std::span<const PatternFind> finds, uint32_t work);

  // It could not be found out, and is not to be tried again.
  void give_up(const UnitKey& key);

  // All is forgotten.
  void clear();

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr uint32_t kEmpty = 0;
  static constexpr uint32_t kSeenOnce = 1;
  static constexpr uint32_t kGivenUp = 2;

  // What is known of a key. `place`: one of the above, or where its entry stands.
  struct Slot {
    uint32_t tag = 0;  // of the key's hash
    uint32_t place = kEmpty;
  };

  // The one that was asked for last stands first.
  struct alignas(64) Bucket {
    std::array<Slot, kWays> slots = {};
  };

  // Before the finds and the text.
  struct Entry {
    uint64_t hash = 0;
    uint32_t text_bytes = 0;
    uint32_t finds = 0;
    uint32_t view = 0;
    uint32_t work = 0;
    uint64_t subject = 0;
  };

  [[nodiscard]] const Bucket& bucket_of(uint64_t hash) const {
    return buckets_[hash & (buckets_.size() - 1)];
  }

  Slot& slot_of(uint64_t hash);
  [[nodiscard]] bool stands(uint32_t place) const;
  [[nodiscard]] char* entry_at(uint32_t place) const;
  void make_room(std::size_t words);

  std::size_t ring_words_;
  std::unique_ptr<uint64_t[]> ring_;  // entries one after the other; none reaches over its end
  uint64_t written_ = 0;         // words, ever; entries that begin more than a ring before are gone
  std::vector<Bucket> buckets_;  // as many as a power of two
};

}  // namespace sluice::rules
