#include "rules/match_starts.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace sluice::rules {
namespace {

constexpr uint32_t kNearStarts = 64;       // bytes: stretches as near as this become one
constexpr std::size_t kBytesPerStep = 16;  // passed in the time of one step

// One view of one message.
class StartsFinder {
 public:
  StartsFinder(const View& view, uint32_t message, BatchScratch& scratch)
      : view_(view),
        message_(message),
        batch_(scratch),
        scratch_(*scratch.present[message]),
        text_(scratch_.text),
        finder_(text_),
        full_(scratch.starts.size() + limits::kMatchStartsMax) {}

  void run() {
    if (!view_.literal_database.empty()) run_literals();
    if (!view_.chains.empty()) run_chains();
    if (!view_.database.empty()) run_database(view_.database, on_pattern);
    for (const uint32_t pattern : view_.runs) look_for_run(pattern);
  }

 private:
  // ---- what the engines report

  static bool on_literal(unsigned id, std::size_t end, void* self) {
    return static_cast<StartsFinder*>(self)->take_literal(id, end);
  }

  static bool on_pattern(unsigned id, std::size_t end, void* self) {
    return static_cast<StartsFinder*>(self)->take_pattern(id, end);
  }

  void run_database(const Database& database, OnMatch on_match) {
    const HyperscanOutcome outcome = database.scan(text_.block, batch_.hyperscan, on_match, this);
    if (outcome == HyperscanOutcome::kDone) return;
    if (outcome == HyperscanOutcome::kFailed) scratch_.findings.engine_failed = true;
    if (outcome == HyperscanOutcome::kStopped) scratch_.findings.budget_spent = true;
    give_up_all();
  }

  // Patterns are looked for once all literals are found: most lack one that they require besides.
  void run_literals() {
    batch_.finds.clear();
    batch_.seen.assign(view_.literals.size(), false);
    run_database(view_.literal_database, on_literal);
    look_at_finds();
  }

  // Hyperscan does not promise to report in order.
  void look_at_finds() {
    const auto earlier = [](const LiteralFind& a, const LiteralFind& b) { return a.end < b.end; };
    if (!std::is_sorted(batch_.finds.begin(), batch_.finds.end(), earlier)) {
      std::sort(batch_.finds.begin(), batch_.finds.end(), earlier);
    }
    for (const LiteralFind& find : batch_.finds) look_at(view_.literals[find.literal], find.end);
    batch_.finds.clear();
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
    batch_.seen[id] = true;
    const Literal& literal = view_.literals[id];
    scratch_.reports_left -= static_cast<int64_t>(literal.uses.size());
    if (scratch_.reports_left < 0) return true;
    if (!literal.uses.empty()) batch_.finds.push_back({.literal = id, .end = end});
    if (batch_.finds.size() == limits::kLiteralFindsMax) {
      all_seen_ = true;  // as it may be by the end
      look_at_finds();
    }
    return false;
  }

  void look_at(const Literal& literal, std::size_t end) {
    const std::size_t from = end - literal.text.size();
    const Unit& unit = text_.units[unit_holding(from)];
    const bool inside = from >= unit.from && end <= unit.to;  // or it reaches from unit to unit
    const std::string_view text = text_.text(unit);
    for (const LiteralUse& use : literal.uses) {
      if (inside &&
          !view_.neighbours[use.neighbours].fit(text, from - unit.from, end - unit.from)) {
        continue;
      }
      if (possible(use.pattern)) look_around(use.pattern, from, literal.text.size());
    }
  }

  // Whether the block holds all that the pattern requires.
  bool possible(uint32_t index) {
    const ViewPattern& pattern = view_.patterns[index];
    if (pattern.also.empty() || all_seen_) return true;
    PatternState& state = scratch_.patterns[index];
    if (state.asked) return state.possible;
    const auto seen = [this](uint32_t literal) { return batch_.seen[literal]; };
    state.asked = true;
    state.possible = std::all_of(
        pattern.also.begin(), pattern.also.end(),
        [&seen](const auto& one_of) { return std::any_of(one_of.begin(), one_of.end(), seen); });
    return state.possible;
  }

  // A match of pattern `id` ends at `end`, says Hyperscan. True stops it.
  bool take_pattern(unsigned id, std::size_t end) {
    const uint32_t index = view_.scanned[id];
    PatternState& state = scratch_.patterns[index];
    if (view_.patterns[index].engine == Engine::kHyperscan) {
      state.count = 1;
      return false;
    }
    if (--scratch_.reports_left < 0) return true;
    const std::size_t unit = unit_holding(end == 0 ? 0 : end - 1);
    add_unit(index, unit);
    // An empty or an open end may also be the begin of the next unit.
    if (unit + 1 < text_.units.size() && text_.units[unit + 1].from <= end) {
      add_unit(index, unit + 1);
    }
    return false;
  }

  // A run may reach over several units.
  void look_for_run(uint32_t index) {
    const auto add_units = [this, index](std::size_t from, std::size_t to) {
      std::size_t unit = unit_holding(from);
      while (unit < text_.units.size() && text_.units[unit].from < to) add_unit(index, unit++);
    };
    find_runs(view_.patterns[index].run, text_.block, add_units);
  }

  // ---- where matches may begin

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
    const PatternState& state = scratch_.patterns[index];
    if (state.anywhere || state.count >= pattern.count_max) return;
    const std::size_t end = from + size;
    if (all_seen_) return add_unit(index, unit_holding(end - 1));
    if (pattern.finds > 1) return count_find(index, unit_holding(end - 1));
    const std::size_t unit = unit_holding(from);
    const Unit& place = text_.units[unit];
    if (from < place.from || end > place.to) return;  // it reaches from unit to unit
    const std::size_t last = from - place.from;
    const std::size_t known = std::min(known_until(index, unit), last);
    add(index, unit, first_start(pattern.lead, text_.text(place), known, last), last);
  }

  // Where no work is left to pay for a closer look: `known`.
  std::size_t first_start(const Lead& lead, std::string_view text, std::size_t known,
                          std::size_t place) {
    if (scratch_.work.left() == 0) return known;
    const std::size_t first = lead.begin(text, known, place);
    scratch_.work.pay(static_cast<int64_t>((place - first) / kBytesPerStep));
    return first;
  }

  // What begins before here was added with an earlier report. Reports come with their ends
  // ascending, and so do their begins: no literal of a pattern holds another.
  std::size_t known_until(uint32_t index, std::size_t unit) {
    const uint32_t last = scratch_.patterns[index].starts;
    if (last == UINT32_MAX || batch_.starts[last].unit != unit) return 0;
    return batch_.starts[last].last;
  }

  // One literal does not say much of this pattern, several in a unit do.
  void count_find(uint32_t index, std::size_t unit) {
    PatternState& state = scratch_.patterns[index];
    if (state.found_in != unit) {
      state.found_in = static_cast<uint32_t>(unit);
      state.found = 0;
    }
    if (++state.found == view_.patterns[index].finds) add_unit(index, unit);
  }

  void add_unit(uint32_t index, std::size_t unit) { add(index, unit, 0, size_of(unit)); }

  void add(uint32_t index, std::size_t unit, std::size_t first, std::size_t last) {
    if (view_.patterns[index].nosubject && text_.is_subject(unit)) return;
    const MatchStarts starts = {.pattern = index,
                                .message = message_,
                                .unit = static_cast<uint32_t>(unit),
                                .first = static_cast<uint32_t>(first),
                                .last = static_cast<uint32_t>(last)};
    PatternState& state = scratch_.patterns[index];
    if (state.starts != UINT32_MAX && join(batch_.starts[state.starts], starts)) return;
    state.anywhere = state.anywhere || batch_.starts.size() == full_;
    if (state.anywhere) return;
    state.starts = static_cast<uint32_t>(batch_.starts.size());
    batch_.starts.push_back(starts);
  }

  // Makes `before` reach to `next` if that is near.
  static bool join(MatchStarts& before, const MatchStarts& next) {
    const bool near = before.unit == next.unit && next.first >= before.first &&
                      next.first <= before.last + kNearStarts;
    if (!near) return false;
    before.last = std::max(before.last, next.last);
    return true;
  }

  void give_up_all() {
    if (scratch_.reports_left < 0) scratch_.findings.budget_spent = true;
    for (std::size_t i = 0; i < view_.patterns.size(); ++i) {
      if (view_.patterns[i].engine != Engine::kBytes) scratch_.patterns[i].unconfirmed = true;
    }
  }

  const View& view_;
  const uint32_t message_;
  BatchScratch& batch_;
  TextScratch& scratch_;
  const ViewText& text_;
  UnitFinder finder_;
  const std::size_t full_;  // no more stretches then
  std::size_t last_unit_ = 0;
  bool all_seen_ = false;  // too many literals: each counts as seen, and speaks for its unit
};

}  // namespace

void find_starts(const View& view, uint32_t message, BatchScratch& scratch) {
  StartsFinder(view, message, scratch).run();
}

}  // namespace sluice::rules
