#include "rules/view_scan.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

void add_count(ScratchParts& scratch, RuleIndex rule, uint32_t count) {
  if (count == 0) return;
  uint16_t& total = scratch.counts[rule];
  if (total == 0) scratch.touched.push_back(rule);
  total = static_cast<uint16_t>(std::min<uint32_t>(UINT16_MAX, total + count));
}

// One block of one view.
class BlockScan {
 public:
  BlockScan(const View& view, std::string_view block, ScratchParts& scratch)
      : view_(view), block_(block), units_(block, view.shape), scratch_(scratch) {}

  void run() {
    if (block_.empty() && view_.shape != UnitShape::kWhole) return;
    for (PatternState& state : scratch_.patterns) state.tried = false;
    scratch_.counted.clear();
    if (!view_.database.empty()) run_hyperscan();
    count_units();
    for (const uint32_t pattern : view_.unscanned) run_everywhere(pattern);
  }

 private:
  static bool on_match(unsigned id, std::size_t end, void* self) {
    return static_cast<BlockScan*>(self)->take(id, end);
  }

  void run_hyperscan() {
    const HyperscanOutcome outcome =
        view_.database.scan(block_, scratch_.hyperscan, on_match, this);
    if (outcome == HyperscanOutcome::kDone) return;
    if (outcome == HyperscanOutcome::kFailed) scratch_.findings.engine_failed = true;
    if (outcome == HyperscanOutcome::kStopped) scratch_.findings.budget_spent = true;
    for (const uint32_t pattern : view_.scanned) give_up(pattern);
  }

  // A match of pattern `id` ends at `end`, says Hyperscan. True stops it.
  bool take(unsigned id, std::size_t end) {
    const uint32_t index = view_.scanned[id];
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    if (pattern.engine == Engine::kHyperscan) {
      state.count = 1;
      return false;
    }
    if (--scratch_.reports_left < 0) return true;
    if (state.count >= pattern.count_max) return false;
    try_unit(index, unit_ending_at(end));
    if (units_.between_units(end)) try_unit(index, units_.unit_from(end));
    return false;
  }

  // Finding units is work too, in proportion to the text passed.
  Unit unit_ending_at(std::size_t end) {
    const std::size_t before = last_unit_.from;
    last_unit_ = units_.unit_ending_at(end);
    const std::size_t moved = last_unit_.from < before ? last_unit_.from : last_unit_.from - before;
    scratch_.work.pay(static_cast<int64_t>(moved / 16));
    return last_unit_;
  }

  void try_unit(uint32_t index, const Unit& unit) {
    PatternState& state = scratch_.patterns[index];
    if (state.tried && state.last == unit) return;
    state.tried = true;
    state.last = unit;
    if (view_.patterns[index].count_max > 1) {
      scratch_.counted.push_back({.pattern = index, .unit = unit});
    } else {
      count_in(index, unit);
    }
  }

  // Adds the matches in `unit` to the pattern's count.
  void count_in(uint32_t index, const Unit& unit) {
    const ViewPattern& pattern = view_.patterns[index];
    PatternState& state = scratch_.patterns[index];
    const std::string_view text = units_.text(unit);
    std::size_t at = 0;
    while (state.count < pattern.count_max && at <= text.size()) {
      const MatchSpan found = pattern.matcher.find(text, at, scratch_.work);
      if (found.outcome == MatchOutcome::kGaveUp) return give_up(index);
      if (found.outcome == MatchOutcome::kNoMatch) return;
      ++state.count;
      at = found.to > found.from ? found.to : found.to + 1;
    }
  }

  // Hyperscan may name a unit several times, and in any order.
  void count_units() {
    auto& counted = scratch_.counted;
    const auto key = [](const CountedUnit& c) {
      return std::tuple(c.pattern, c.unit.from, c.unit.to);
    };
    std::sort(counted.begin(), counted.end(),
              [&](const CountedUnit& a, const CountedUnit& b) { return key(a) < key(b); });
    for (std::size_t i = 0; i < counted.size(); ++i) {
      if (i > 0 && key(counted[i]) == key(counted[i - 1])) continue;
      count_in(counted[i].pattern, counted[i].unit);
    }
  }

  void run_everywhere(uint32_t index) {
    const PatternState& state = scratch_.patterns[index];
    std::size_t at = 0;
    while (at != kNone && state.count < view_.patterns[index].count_max && !state.unconfirmed) {
      const Unit unit = units_.unit_from(at);
      count_in(index, unit);
      at = units_.after(unit);
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

  const View& view_;
  std::string_view block_;
  UnitReader units_;
  Unit last_unit_ = {};
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

}  // namespace

void scan_view(const View& view, const ScanInput& input, ScratchParts& scratch) {
  scratch.patterns.assign(view.patterns.size(), PatternState{});
  read_view(view.key, input, scratch.arena, scratch.blocks);
  for (const std::string_view block : scratch.blocks) BlockScan(view, block, scratch).run();

  const bool absent = scratch.blocks.empty() && view.key.kind == RuleKind::kHeader;
  for (std::size_t i = 0; i < view.patterns.size(); ++i) {
    if (absent && view.patterns[i].matches_absent) scratch.patterns[i].count = 1;
    finish_pattern(view.patterns[i], scratch.patterns[i], scratch);
  }
}

}  // namespace sluice::rules
