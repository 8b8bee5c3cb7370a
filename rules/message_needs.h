// Which patterns of one message a verdict can still depend on, while its views are scanned.
//
//   needs.begin_view(view)        its patterns are all decided but for those that are deferred
//   needs.needed(pattern)         false: whether it matches changes no verdict
//
// Borrows:  the rule set, and what is known of the message.
// Threads:  one at a time.
// Tests:    tests/rules/needs_test.cc

#pragma once

#include <cstdint>

#include "rules/needs.h"

namespace sluice::rules {

struct RuleSetParts;
struct ScratchParts;
struct View;

class MessageNeeds final : public RuleCounts {
 public:
  // Both outlive this.
  MessageNeeds(const RuleSetParts& set, const ScratchParts& message)
      : set_(set), message_(message) {}

  void begin_message();
  void begin_view(const View& view);

  // REQUIRES: all that is not deferred has been decided, of this view and of those before it.
  bool needed(uint32_t pattern);

  [[nodiscard]] ValueRange count_of(RuleIndex rule) const override;

 private:
  [[nodiscard]] ValueRange count_in_view(uint32_t pattern) const;

  const RuleSetParts& set_;
  const ScratchParts& message_;
  const View* view_ = nullptr;
  NeedMemo memo_ = {};
};

}  // namespace sluice::rules
