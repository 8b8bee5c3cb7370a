#include "rules/view_scan.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNearStarts = 64;  // bytes: stretches as near as this become one

void add_count(ScratchParts& scratch, RuleIndex rule, uint32_t count) {
  if (count == 0) return;
  uint16_t& total = scratch.counts[rule];
  if (total == 0) scratch.touched.push_back(rule);
  total = static_cast<uint16_t>(std::min<uint32_t>(UINT16_MAX, total + count));
}

// One view of one message.
class ViewScan {
 public:
  ViewScan(const View& view, const ViewText& text, ScratchParts& scratch)
      : view_(view), text_(text), finder_(text), scratch_(scratch) {}

  void run() {
    scratch_.starts.clear();
    if (!view_.literal_database.empty()) run_literals();
    if (!view_.chains.empty()) run_chains();
    if (!view_.database.empty()) run_database(view_.database, on_pattern);
    for (const uint32_t pattern : view_.runs) look_for_run(pattern);
    count_matches();
    for (const uint32_t pattern : view_.unscanned) run_everywhere(pattern);
  }

 private:
  // ---- what the engines report

  static bool on_literal(unsigned id, std::size_t end, void* self) {
    return static_cast<ViewScan*>(self)->take_literal(id, end);
  }

  static bool on_pattern(unsigned id, std::size_t end, void* self) {
    return static_cast<ViewScan*>(self)->take_pattern(id, end);
  }

  void run_database(const Database& database, OnMatch on_match) {
    const HyperscanOutcome outcome = database.scan(text_.block, scratch_.hyperscan, on_match, this);
    if (outcome == HyperscanOutcome::kDone) return;
    if (outcome == HyperscanOutcome::kFailed) scratch_.findings.engine_failed = true;
    if (outcome == HyperscanOutcome::kStopped) scratch_.findings.budget_spent = true;
    give_up_all();
  }

  // Patterns are looked for once all literals are found: most lack one that they require besides.
  void run_literals() {
    scratch_.finds.clear();
    scratch_.seen.assign(view_.literals.size(), false);
    run_database(view_.literal_database, on_literal);
    look_at_finds();
  }

  void look_at_finds() {
    for (const LiteralFind& find : scratch_.finds) look_at(view_.literals[find.literal], find.end);
    scratch_.finds.clear();
  }

  void run_chains() {
    view_.chains.scan(text_.block, [this](uint32_t pattern, std::size_t end) {
      if (--scratch_.reports_left < 0) {
        give_up_all();
        return true;
      }
      look_around(pattern, end - 1, 1);
      return false;
    });
  }

  // Literal `id` ends at `end`. True stops Hyperscan.
  bool take_literal(unsigned id, std::size_t end) {
    scratch_.seen[id] = true;
    const Literal& literal = view_.literals[id];
    scratch_.reports_left -= static_cast<int64_t>(literal.patterns.size());
    if (scratch_.reports_left < 0) return true;
    if (!literal.patterns.empty()) scratch_.finds.push_back({.literal = id, .end = end});
    if (scratch_.finds.size() == limits::kLiteralFindsMax) {
      all_seen_ = true;  // as it may be by the end
      look_at_finds();
    }
    return false;
  }

  void look_at(const Literal& literal, std::size_t end) {
    const std::size_t from = end - literal.text.size();
    for (const uint32_t pattern : literal.patterns) {
      if (possible(pattern)) look_around(pattern, from, literal.text.size());
    }
  }

  // Whether the block holds all that the pattern requires.
  bool possible(uint32_t index) {
    const ViewPattern& pattern = view_.patterns[index];
    if (pattern.also.empty() || all_seen_) return true;
    PatternState& state = scratch_.patterns[index];
    if (state.asked) return state.possible;
    const auto seen = [this](uint32_t literal) { return scratch_.seen[literal]; };
    state.asked = true;
    state.possible = std::all_of(
        pattern.also.begin(), pattern.also.end(),
        [&seen](const auto& one_of) { return std::any_of(one_of.begin(), one_of.end(), seen); });
    return state.possible;
  }

  // A match of pattern `id` ends at `end`, says Hyperscan. True stops it.
  bool take_pattern(unsigned id, std::size_t end) {
    const uint32_t index = view_.scanned[id];
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    if (pattern.engine == Engine::kHyperscan) {
      state.count = 1;
      return false;
    }
    if (--scratch_.reports_left < 0) return true;
    if (state.count >= pattern.count_max) return false;
    const std::size_t unit = unit_holding(end == 0 ? 0 : end - 1);
    try_unit(index, unit);
    // An empty or an open end may also be the begin of the next unit.
    if (unit + 1 < text_.units.size() && text_.units[unit + 1].from <= end) {
      try_unit(index, unit + 1);
    }
    return false;
  }

  // A run may reach over several units.
  void look_for_run(uint32_t index) {
    const auto try_units = [this, index](std::size_t from, std::size_t to) {
      std::size_t unit = unit_holding(from);
      while (unit < text_.units.size() && text_.units[unit].from < to) try_unit(index, unit++);
    };
    find_runs(view_.patterns[index].run, text_.block, try_units);
  }

  // ---- asking the exact matcher

  // Finding units is work too, in proportion to the units passed.
  std::size_t unit_holding(std::size_t offset) {
    const std::size_t unit = finder_.holding(offset);
    if (unit < last_unit_) scratch_.work.pay(static_cast<int64_t>(unit / 4));
    last_unit_ = unit;
    return unit;
  }

  [[nodiscard]] std::size_t size_of(std::size_t unit) const {
    return text_.units[unit].to - text_.units[unit].from;
  }

  // Each match of the pattern that this report is about holds the `size` bytes at `from`.
  void look_around(uint32_t index, std::size_t from, std::size_t size) {
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    if (state.count >= pattern.count_max) return;
    if (pattern.finds > 1) return count_find(index, unit_holding(from + size - 1));
    const std::size_t unit = unit_holding(from);
    const std::size_t reach = std::min<std::size_t>(
        pattern.lead_max, pattern.width_max - std::min<std::size_t>(size, pattern.width_max));
    const Unit& place = text_.units[unit];
    if (reach > size_of(unit)) return try_unit(index, unit);
    if (skipped(pattern, unit)) return;
    if (from < place.from || from + size > place.to) return;  // it reaches from unit to unit
    const std::size_t begin = from - place.from;
    const std::size_t first = begin > reach ? begin - reach : 0;
    if (pattern.count_max > 1) return add_starts(index, unit, first, begin);
    look_from(index, unit, first, begin);
  }

  // Looks for a match that begins in [first, last] of the unit.
  void look_from(uint32_t index, std::size_t unit, std::size_t first, std::size_t last) {
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    if (state.tried != unit) {
      state.tried = unit;
      state.next_start = 0;
      state.looked_at = 0;
    }
    first = std::max(state.next_start, first);
    if (first > last) return;
    const std::string_view text = text_.text(text_.units[unit]);
    const ExactMatcher::Window window{.from = first,
                                      .to = last_start(state, pattern, text, first, last),
                                      .width = pattern.width_max};
    state.next_start = window.to + 1;
    const MatchOutcome found = pattern.matcher.find_in(text, window, scratch_.work);
    if (found == MatchOutcome::kMatch) state.count = 1;
    if (found == MatchOutcome::kGaveUp) give_up(index);
  }

  // `last`; instead of looking at most of the text a third time: at all that is left of it, once
  // and for all.
  static std::size_t last_start(PatternState& state, const ViewPattern& pattern,
                                std::string_view text, std::size_t first, std::size_t last) {
    const std::size_t beyond = std::min<std::size_t>(pattern.width_max, text.size() - last);
    state.looked_at += last - first + beyond;
    return state.looked_at > 2 * text.size() ? text.size() : last;
  }

  // Matches of a counting pattern may begin in [first, last] of the unit.
  void add_starts(uint32_t index, std::size_t unit, std::size_t first, std::size_t last) {
    PatternState& state = scratch_.patterns[index];
    if (state.starts != SIZE_MAX) {
      MatchStarts& before = scratch_.starts[state.starts];
      if (before.unit == unit && first >= before.first && first <= before.last + kNearStarts) {
        before.last = std::max(before.last, last);
        return;
      }
    }
    state.starts = scratch_.starts.size();
    scratch_.starts.push_back({.pattern = index, .unit = unit, .first = first, .last = last});
  }

  // One literal does not say much of this pattern, several in a unit do.
  void count_find(uint32_t index, std::size_t unit) {
    PatternState& state = scratch_.patterns[index];
    if (state.found_in != unit) {
      state.found_in = unit;
      state.found = 0;
    }
    if (++state.found == view_.patterns[index].finds) try_unit(index, unit);
  }

  // The first unit of a body is the subject.
  static bool skipped(const ViewPattern& pattern, std::size_t unit) {
    return pattern.nosubject && unit == 0;
  }

  void try_unit(uint32_t index, std::size_t unit) {
    PatternState& state = scratch_.patterns[index];
    if (state.tried == unit || skipped(view_.patterns[index], unit)) return;
    state.tried = unit;
    if (view_.patterns[index].count_max > 1) {
      add_starts(index, unit, 0, size_of(unit));
    } else {
      look_in(index, unit);
    }
  }

  // Looks for a match anywhere in the unit.
  void look_in(uint32_t index, std::size_t unit) {
    const std::string_view text = text_.text(text_.units[unit]);
    const MatchOutcome found = view_.patterns[index].matcher.find_in(
        text, {.from = 0, .to = text.size(), .width = text.size()}, scratch_.work);
    if (found == MatchOutcome::kMatch) scratch_.patterns[index].count = 1;
    if (found == MatchOutcome::kGaveUp) give_up(index);
  }

  // Adds the matches that begin there to the pattern's count. Returns where the next one may.
  std::size_t count_from(const MatchStarts& starts) {
    if (starts.first > starts.last) return starts.first;
    const ViewPattern& pattern = view_.patterns[starts.pattern];
    PatternState& state = scratch_.patterns[starts.pattern];
    const std::string_view text = text_.text(text_.units[starts.unit]);
    if (std::exchange(state.tried, starts.unit) != starts.unit) state.looked_at = 0;
    const std::size_t last = last_start(state, pattern, text, starts.first, starts.last);
    std::size_t at = starts.first;
    while (state.count < pattern.count_max && at <= last) {
      const MatchSpan found = pattern.matcher.find(
          text, {.from = at, .to = last, .width = pattern.width_max}, scratch_.work);
      if (found.outcome == MatchOutcome::kGaveUp) give_up(starts.pattern);
      if (found.outcome != MatchOutcome::kMatch) return last + 1;
      ++state.count;
      at = found.to > found.from ? found.to : found.to + 1;
    }
    return at;
  }

  // The engines may name a place several times, and in any order.
  void count_matches() {
    auto& all = scratch_.starts;
    std::sort(all.begin(), all.end());
    const MatchStarts* before = nullptr;
    std::size_t next = 0;
    for (MatchStarts& starts : all) {
      const bool follows =
          before != nullptr && before->pattern == starts.pattern && before->unit == starts.unit;
      if (follows) starts.first = std::max(starts.first, next);
      before = &starts;
      const bool counts_no_more = !follows && view_.patterns[starts.pattern].one_unit &&
                                  scratch_.patterns[starts.pattern].count > 0;
      next = counts_no_more ? SIZE_MAX : count_from(starts);
    }
  }

  void run_everywhere(uint32_t index) {
    const ViewPattern& pattern = view_.patterns[index];
    const PatternState& state = scratch_.patterns[index];
    for (std::size_t unit = 0; unit < text_.units.size(); ++unit) {
      if (skipped(pattern, unit)) continue;
      if (pattern.engine == Engine::kBytes) {
        count_bytes(index, unit);
      } else if (pattern.count_max > 1) {
        count_from({.pattern = index, .unit = unit, .first = 0, .last = size_of(unit)});
      } else {
        look_in(index, unit);
      }
      if (state.count >= pattern.count_max || state.unconfirmed) return;
      if (pattern.one_unit && state.count > 0) return;
    }
  }

  void count_bytes(uint32_t index, std::size_t unit) {
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    const std::string_view text = text_.text(text_.units[unit]);
    if (text.empty()) return;
    if (pattern.one_byte.has_value() && pattern.count_max == 1) {
      state.count = std::memchr(text.data(), *pattern.one_byte, text.size()) != nullptr ? 1 : 0;
      return;
    }
    for (const char c : text) {
      if (!pattern.bytes[static_cast<unsigned char>(c)]) continue;
      if (++state.count >= pattern.count_max) return;
    }
  }

  // It is not known whether the pattern matches here.
  void give_up(uint32_t index) {
    scratch_.patterns[index].unconfirmed = true;
    if (scratch_.work.left() == 0) {
      scratch_.findings.budget_spent = true;
    } else if (!scratch_.findings.engine_failed && scratch_.reports_left >= 0) {
      scratch_.findings.limit_met = true;
    }
  }

  void give_up_all() {
    if (scratch_.reports_left < 0) scratch_.findings.budget_spent = true;
    for (std::size_t i = 0; i < view_.patterns.size(); ++i) {
      if (view_.patterns[i].engine != Engine::kBytes) scratch_.patterns[i].unconfirmed = true;
    }
  }

  const View& view_;
  const ViewText& text_;
  UnitFinder finder_;
  std::size_t last_unit_ = 0;
  bool all_seen_ = false;  // literals need not be looked up: they count as seen
  ScratchParts& scratch_;
};

void finish_pattern(const ViewPattern& pattern, const PatternState& state, ScratchParts& scratch) {
  // What was counted is there; what was given up on may add to it.
  const bool unknown = state.unconfirmed && state.count < pattern.count_max;
  if (unknown) scratch.unconfirmed.push_back(pattern.rule);
  if (unknown && state.count == 0) return;
  const uint32_t matches = state.count;
  add_count(scratch, pattern.rule, pattern.negated ? (matches == 0 ? 1 : 0) : matches);
}

// There were more links than limits allow: what is not found may be in those left out.
bool links_were_cut(const View& view, const ScanInput& input, ScratchParts& scratch) {
  return view.key.kind == RuleKind::kUri && input.given == nullptr &&
         !scratch.mail->uris_complete();
}

}  // namespace

void scan_view(const View& view, const ScanInput& input, ScratchParts& scratch) {
  read_view(view.key, *scratch.mail, input.given, scratch.text);
  const bool cut = links_were_cut(view, input, scratch);
  if (scratch.text.units.empty() && !cut) {
    for (const RuleIndex rule : view.hit_if_absent) add_count(scratch, rule, 1);
    return;
  }
  scratch.patterns.begin(view.patterns.size());
  if (!scratch.text.units.empty()) ViewScan(view, scratch.text, scratch).run();
  if (cut) {
    scratch.findings.limit_met = true;
    for (std::size_t i = 0; i < view.patterns.size(); ++i) scratch.patterns[i].unconfirmed = true;
  }
  const auto known = [](const PatternState& state) { return state.count > 0 || state.unconfirmed; };
  for (const uint32_t i : scratch.patterns.touched()) {
    const PatternState& state = scratch.patterns.peek(i);
    if (known(state)) finish_pattern(view.patterns[i], state, scratch);
  }
  for (const uint32_t i : view.negated) {
    if (!known(scratch.patterns.peek(i))) add_count(scratch, view.patterns[i].rule, 1);
  }
}

}  // namespace sluice::rules
