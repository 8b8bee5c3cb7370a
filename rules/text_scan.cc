#include "rules/text_scan.h"

#include <algorithm>
#include <cstddef>

#include "base/limits.h"
#include "rules/match_starts.h"

namespace sluice::rules {
namespace {

constexpr int64_t kNeedWork = 10;              // steps: to know whether a rule is needed
constexpr uint32_t kCountedBytes = 4U << 10U;  // of text, in which one search may look

// It is not known whether the pattern matches here.
void give_up(TextScratch& scratch, uint32_t pattern) {
  scratch.patterns[pattern].unconfirmed = true;
  if (scratch.work.left() == 0) {
    scratch.findings.budget_spent = true;
  } else if (!scratch.findings.engine_failed && scratch.reports_left >= 0) {
    scratch.findings.limit_met = true;
  }
}

// ---- asking the exact matchers

// Of one pattern, about one stretch of a unit.
class Question {
 public:
  Question(const ViewPattern& pattern, uint32_t index, TextScratch& scratch)
      : pattern_(pattern), index_(index), scratch_(scratch), state_(scratch.patterns[index]) {}

  // REQUIRES: units ascend, and in a unit the begins of stretches.
  void ask(uint32_t unit, uint32_t first, uint32_t last) {
    if (state_.count >= pattern_.count_max) return;
    if (state_.tried != unit) {
      if (pattern_.one_unit && state_.count > 0) return;
      state_.tried = unit;
      state_.next_start = 0;
      state_.looked_at = 0;
    }
    first = std::max(state_.next_start, first);
    if (first > last) return;
    const std::string_view text = scratch_.text.text(scratch_.text.units[unit]);
    last = last_start(static_cast<uint32_t>(text.size()), first, last);
    if (pattern_.count_max > 1) return count(text, first, last);
    state_.next_start = last + 1;
    const MatchOutcome found = pattern_.matcher.find_in(
        text, {.from = first, .to = last, .width = pattern_.width_max}, scratch_.work);
    if (found == MatchOutcome::kMatch) state_.count = 1;
    if (found == MatchOutcome::kGaveUp) give_up(scratch_, index_);
  }

 private:
  // `last`; instead of looking at most of the text a third time: at all that is left of it, once
  // and for all.
  uint32_t last_start(uint32_t size, uint32_t first, uint32_t last) {
    state_.looked_at += last - first + std::min(pattern_.width_max, size - last);
    return state_.looked_at > 2 * size ? size : last;
  }

  // A little of the text at a time: each search may have to read all that it is given.
  void count(std::string_view text, std::size_t first, std::size_t last) {
    const std::size_t step = std::max(kCountedBytes, pattern_.width_max);
    std::size_t at = first;
    while (state_.count < pattern_.count_max && at <= last) {
      const std::size_t to = std::min(last, at + step);
      const MatchSpan found = pattern_.matcher.find(
          text, {.from = at, .to = to, .width = pattern_.width_max}, scratch_.work);
      if (found.outcome == MatchOutcome::kGaveUp) {
        give_up(scratch_, index_);
        break;
      }
      if (found.outcome == MatchOutcome::kNoMatch) {
        at = to + 1;
        continue;
      }
      ++state_.count;
      at = found.to > found.from ? found.to : found.to + 1;
    }
    state_.next_start = static_cast<uint32_t>(std::max<std::size_t>(at, last + 1));
  }

  const ViewPattern& pattern_;
  const uint32_t index_;
  TextScratch& scratch_;
  PatternState& state_;
};

// The stretches of each pattern together, as Question wants them.
std::span<const MatchStarts> by_pattern(std::size_t patterns, BatchScratch& scratch) {
  std::vector<uint32_t>& next = scratch.places;
  next.assign(patterns + 1, 0);
  for (const MatchStarts& one : scratch.starts) ++next[one.pattern + 1];
  for (std::size_t i = 1; i <= patterns; ++i) next[i] += next[i - 1];
  scratch.ordered.resize(scratch.starts.size());
  for (const MatchStarts& one : scratch.starts) scratch.ordered[next[one.pattern]++] = one;
  // Mostly that is all: engines seldom go back.
  if (!std::is_sorted(scratch.ordered.begin(), scratch.ordered.end())) {
    std::sort(scratch.ordered.begin(), scratch.ordered.end());
  }
  return scratch.ordered;
}

void ask(const View& view, const MatchStarts& where, TextScratch& message) {
  Question question(view.patterns[where.pattern], where.pattern, message);
  question.ask(where.unit, where.first, where.last);
}

// But those that wait until all others have their answers.
void ask_at_starts(const View& view, BatchScratch& scratch) {
  scratch.deferred.clear();
  const std::span<const MatchStarts> all = by_pattern(view.patterns.size(), scratch);
  for (uint32_t i = 0; i < all.size(); ++i) {
    TextScratch& message = *scratch.present[all[i].message];
    if (message.patterns.peek(all[i].pattern).anywhere) continue;
    if (view.patterns[all[i].pattern].deferred && message.needs != nullptr) {
      scratch.deferred.push_back(i);
    } else {
      ask(view, all[i], message);
    }
  }
}

void ask_deferred(const View& view, BatchScratch& scratch) {
  for (const uint32_t i : scratch.deferred) {
    const MatchStarts& where = scratch.ordered[i];
    TextScratch& message = *scratch.present[where.message];
    PatternState& state = message.patterns[where.pattern];
    if (!state.settled) {
      message.work.pay(kNeedWork);
      state.needed = message.needs->needed(where.pattern);
      state.settled = true;
    }
    if (state.needed) ask(view, where, message);
  }
}

// ---- patterns whose matches may begin anywhere

void run_everywhere(const ViewPattern& pattern, uint32_t index, TextScratch& scratch) {
  PatternState& state = scratch.patterns[index];
  const std::vector<Unit>& units = scratch.text.units;
  Question question(pattern, index, scratch);
  for (uint32_t unit = 0; unit < units.size(); ++unit) {
    if (pattern.nosubject && scratch.text.is_subject(unit)) continue;
    const std::string_view text = scratch.text.text(units[unit]);
    if (pattern.engine == Engine::kBytes) {
      state.count += pattern.strings.count(text, pattern.count_max - state.count);
    } else {
      const std::size_t last = pattern.engine == Engine::kUnitBegin ? 0 : text.size();
      question.ask(unit, 0, static_cast<uint32_t>(last));
    }
    if (state.count >= pattern.count_max || state.unconfirmed) return;
    if (pattern.one_unit && state.count > 0) return;
  }
}

void run_where_starts_are_too_many(const View& view, TextScratch& scratch) {
  for (const uint32_t i : scratch.patterns.touched()) {
    if (scratch.patterns.peek(i).anywhere) run_everywhere(view.patterns[i], i, scratch);
  }
}

}  // namespace

void scan_texts(const View& view, BatchScratch& scratch) {
  scratch.starts.clear();
  for (uint32_t i = 0; i < scratch.present.size(); ++i) {
    if (!scratch.present[i]->text.units.empty()) find_starts(view, i, scratch);
  }
  ask_at_starts(view, scratch);
  for (TextScratch* const one : scratch.present) run_where_starts_are_too_many(view, *one);
  for (const uint32_t pattern : view.unscanned) {
    for (TextScratch* const one : scratch.present) {
      run_everywhere(view.patterns[pattern], pattern, *one);
    }
  }
  ask_deferred(view, scratch);
}

}  // namespace sluice::rules
