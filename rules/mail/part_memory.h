// The texts of parts that came before: most outbound mail says the same to many.
//
//   PartMemory memory(16 << 20);
//   memory.recall(source_of(part), links)     nullptr: it is new. From now on it was seen
//   memory.recall(source_of(part), links)     read, and remembered
//   memory.recall(source_of(part), links)     what was read before
//
// A part is remembered when it is seen for the second time, so parts that never come again cost no
// more than a number. It is known by its bytes and by all else its text leans on: they are kept,
// and compared.
//
// Bounds:   the bytes given at first, 4 MiB at least, and the part that was remembered last; and
//           what is held of what was forgotten. What was remembered first is forgotten first.
// Threads:  one at a time.
// Tests:    tests/rules/mail/part_memory_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "base/arena.h"
#include "rules/mail/part.h"
#include "rules/mail/part_text.h"
#include "rules/mail/uri_canonical.h"

namespace sluice::rules {

class PartMemory {
 public:
  explicit PartMemory(std::size_t bytes);

  // All that is read of it, its links as well; nullptr: it is new, or never remembered: no text,
  // or not of limits::kRememberedPartBytesMin to ..Max. Stays while it is held, whatever is
  // forgotten.
  // REQUIRES: the same links until clear().
  std::shared_ptr<const PartText> recall(const PartSource& source, const UriRules& links);

  // All is forgotten.
  void clear();

  [[nodiscard]] std::size_t bytes() const;  // of what is remembered

 private:
  struct Part {
    uint64_t hash = 0;
    PartSource source = {};
    PartText text = {};
  };

  // Parts that are forgotten together.
  struct Page {
    Arena arena;
    std::vector<const Part*> parts = {};
  };

  std::shared_ptr<const PartText> remember(uint64_t hash, const PartSource& source,
                                           const UriRules& links);
  void read(const PartSource& source, const UriRules& links, Arena& arena, PartText& text);
  const std::shared_ptr<Page>& page_with_room();

  std::size_t bytes_;
  std::deque<std::shared_ptr<Page>> pages_;                           // the first is the oldest
  absl::flat_hash_map<uint64_t, std::shared_ptr<const Part>> parts_;  // by hash
  Arena work_;                  // what reading leaves behind is not remembered
  std::vector<uint32_t> seen_;  // of hashes, by their last bits: the rest of the last one
};

}  // namespace sluice::rules
