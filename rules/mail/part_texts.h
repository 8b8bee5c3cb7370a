// The texts of the parts of one message, each made when it is first needed. What a PartMemory knows
// is not made again.
//
//   PartTexts texts(parts, arena, links, nullptr);
//   texts.decode(i);      parts[i].text.decoded
//   texts.render(i);      parts[i].text, all of it
//
// Borrows:  all it is given.
// Threads:  one at a time.
// Tests:    tests/rules/mail/mail_test.cc, tests/rules/mail/part_memory_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include "base/arena.h"
#include "rules/mail/part.h"
#include "rules/mail/part_memory.h"
#include "rules/mail/uri_canonical.h"

namespace sluice::rules {

enum class Rendering : uint8_t { kAll, kVisible, kInvisible };

class PartTexts {
 public:
  // `memory` may be null; `links` are for what it has not seen.
  PartTexts(std::span<MailPart> parts, Arena& arena, const UriRules& links, PartMemory* memory);

  void decode(std::size_t i);
  void render(std::size_t i);

  [[nodiscard]] std::span<MailPart> parts() const { return parts_; }

  // Of a rendered part.
  [[nodiscard]] const RenderedText& rendered(std::size_t i, Rendering rendering) const;

 private:
  struct State {
    bool looked_up = false;  // in the memory
    bool decoded = false;
    bool rendered = false;
  };

  bool recall(std::size_t i);

  std::span<MailPart> parts_;
  Arena& arena_;
  const UriRules& links_;
  PartMemory* memory_;
  std::pmr::vector<State> states_;
  std::pmr::vector<std::shared_ptr<const PartText>> recalled_;  // kept while they are shown
};

}  // namespace sluice::rules
