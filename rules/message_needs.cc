#include "rules/message_needs.h"

#include "rules/rule_set_parts.h"

namespace sluice::rules {

void MessageNeeds::begin_message() {
  memo_.begin(set_.rules.size());
}

void MessageNeeds::begin_view(const View& view) {
  view_ = &view;
  memo_.begin_round();
}

bool MessageNeeds::needed(uint32_t pattern) {
  const RuleIndex rule = view_->patterns[pattern].rule;
  if (!set_.needs.needed(rule, *this, memo_)) return false;
  set_.needs.forget_users(rule, memo_);
  return true;
}

ValueRange MessageNeeds::count_of(RuleIndex rule) const {
  const PatternPlace& place = set_.places[rule];
  if (place.view > view_->number) return counted_times(0, place.count_max);
  if (place.view == view_->number) return count_in_view(place.pattern);
  return counted_times(message_.counts[rule], message_.counts[rule]);
}

// What was left out counts as not found: it changes no verdict.
ValueRange MessageNeeds::count_in_view(uint32_t index) const {
  const ViewPattern& pattern = view_->patterns[index];
  const PatternState& state = message_.patterns.peek(index);
  const auto count = static_cast<uint16_t>(state.count);
  if (pattern.negated) {
    const uint16_t hit = count == 0 && !state.unconfirmed ? 1 : 0;
    return counted_times(hit, hit);
  }
  const bool open = pattern.deferred && state.starts != UINT32_MAX && !state.settled;
  return counted_times(count, open ? pattern.count_max : count);
}

}  // namespace sluice::rules
