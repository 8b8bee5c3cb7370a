#include "rules/tools/cost.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "rules/fact_scan.h"
#include "rules/view_scan.h"

namespace sluice::rules {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

// How long nothing takes: the least of many.
std::chrono::nanoseconds time_of_clock() {
  constexpr int kTries = 1000;
  std::chrono::nanoseconds least = std::chrono::nanoseconds::max();
  for (int i = 0; i < kTries; ++i) {
    const Clock::time_point begun = Clock::now();
    least = std::min<std::chrono::nanoseconds>(least, Clock::now() - begun);
  }
  return least;
}

// The sources that are in a database because of one pattern of the view.
std::vector<HyperscanPattern> sources_of(const View& view, uint32_t pattern) {
  std::vector<HyperscanPattern> sources;
  for (std::size_t i = 0; i < view.scanned.size(); ++i) {
    if (view.scanned[i] == pattern) sources.push_back(view.sources[i]);
  }
  for (std::size_t i = 0; i < view.literals.size(); ++i) {
    const std::vector<LiteralUse>& uses = view.literals[i].uses;
    if (std::any_of(uses.begin(), uses.end(),
                    [pattern](const LiteralUse& use) { return use.pattern == pattern; })) {
      sources.push_back(view.literal_sources[i]);
    }
  }
  return sources;
}

void add_database(const View& view, uint32_t pattern, RuleCost& cost) {
  const std::vector<HyperscanPattern> sources = sources_of(view, pattern);
  if (sources.empty()) return;
  const Clock::time_point begun = Clock::now();
  std::optional<std::size_t> refused;
  const Result<Database> database = Database::compile(sources, refused);
  cost.compile_us += Microseconds(Clock::now() - begun).count();
  if (database.ok()) cost.bytes += database.value().size();
  if (view.patterns[pattern].engine == Engine::kLiterals) cost.literals = sources.size();
}

RuleCost fixed_cost(const View& view, uint32_t pattern) {
  const ViewPattern& of = view.patterns[pattern];
  const LetterChains::Share chains = view.chains.share_of(pattern);
  RuleCost cost{.rule = of.rule,
                .view = view.name,
                .engine = engine_name(of.engine),
                .chains = chains.chains,
                .compile_us = Microseconds(of.compile_time).count(),
                .bytes = chains.bytes};
  add_database(view, pattern, cost);
  return cost;
}

}  // namespace

CostMeter::CostMeter(const RuleSet& set)
    : set_(set), scratch_(set), clock_time_(time_of_clock()), views_(set.parts().views.size()) {
  const std::vector<View>& views = set.parts().views;
  for (std::size_t v = 0; v < views.size(); ++v) {
    views_[v].patterns.resize(views[v].patterns.size());
    for (std::size_t p = 0; p < views[v].patterns.size(); ++p) {
      owners_.emplace(&views[v].patterns[p].matcher, Owner{.view = v, .pattern = p});
    }
  }
  add_singles();
}

void CostMeter::add_single(RuleIndex rule, std::string_view view, std::string_view engine) {
  singles_.push_back({.fixed = {.rule = rule, .view = view, .engine = engine}});
}

void CostMeter::add_singles() {
  const RuleSetParts& parts = set_.parts();
  for (const EvalRule& rule : parts.eval_rules) add_single(rule.rule, rule.entry->name, "eval");
  for (const DefectRule& rule : parts.defect_rules) add_single(rule.rule, "defect", "defect");
  for (const ExistsRule& rule : parts.exists_rules) add_single(rule.rule, "header", "exists");
  for (const UriRule& rule : parts.uri_rules) add_single(rule.rule, "uri", "uri_detail");
  for (const LookupGroup& group : parts.fact_rules.lookups) {
    readings_.push_back({.rules = group.rules.size()});
    for (const LookupRule& rule : group.rules) add_single(rule.rule, rule.label, "map");
  }
  for (const FactGroup& group : parts.fact_rules.facts) {
    readings_.push_back({.rules = group.rules.size()});
    for (const FactRule& rule : group.rules) add_single(rule.rule, group.label, "fact");
  }
}

void CostMeter::add(const ExactMatcher& matcher, Time time) {
  const auto owner = owners_.find(&matcher);
  if (owner == owners_.end()) return;
  Work& work = round_.patterns[owner->second.pattern];
  work.time += std::max(Time{}, time - clock_time_);
  ++work.runs;
}

void CostMeter::refill(const ScanInput& input) {
  ScratchParts& scratch = scratch_.parts();
  scratch.work.refill(limits::kRuleWorkBase +
                      static_cast<int64_t>(input.message.raw.size()) * limits::kRuleWorkPerByte);
  scratch.reports_left = scratch.work.left();
}

// The text has been read before: that is no part of it.
void CostMeter::scan_view_once(std::size_t view, const ScanInput& input) {
  round_.patterns.assign(views_[view].patterns.size(), {});
  refill(input);
  scratch_.parts().work.set_meter(this);
  const Clock::time_point begun = Clock::now();
  scan_view(set_.parts().views[view], {&input, 1}, scratch_.batch());
  round_.time = Clock::now() - begun;
  scratch_.parts().work.set_meter(nullptr);
}

void CostMeter::scan_views(const ScanInput& input) {
  ViewWork best;
  for (std::size_t v = 0; v < views_.size(); ++v) {
    scan_view_once(v, input);
    best = round_;
    for (int round = 1; round < kRounds; ++round) {
      scan_view_once(v, input);
      if (round_.time < best.time) std::swap(best, round_);
    }
    views_[v].time += best.time;
    for (std::size_t p = 0; p < best.patterns.size(); ++p) {
      views_[v].patterns[p].time += best.patterns[p].time;
      views_[v].patterns[p].runs += best.patterns[p].runs;
    }
  }
}

template <typename Run>
void CostMeter::time(Step& step, const Run& run) const {
  const Clock::time_point begun = Clock::now();
  run();
  const Time time = Clock::now() - begun;
  step.best = std::min(step.best, std::max(Time{}, time - clock_time_));
}

void CostMeter::finish(Step& step) {
  step.all += std::exchange(step.best, Time::max());
}

void CostMeter::call_evals(const ScanInput& input) {
  const RuleSetParts& parts = set_.parts();
  auto single = singles_.begin();
  for (const EvalRule& rule : parts.eval_rules) {
    time((single++)->step, [&] { call_eval(rule, parts, input, scratch_.parts()); });
  }
}

void CostMeter::decide_plain_rules(const ScanInput& input) {
  const RuleSetParts& parts = set_.parts();
  ScratchParts& scratch = scratch_.parts();
  auto single = singles_.begin() + static_cast<std::ptrdiff_t>(parts.eval_rules.size());
  for (const DefectRule& rule : parts.defect_rules) {
    time((single++)->step, [&] { decide(rule, input, scratch); });
  }
  for (const ExistsRule& rule : parts.exists_rules) {
    time((single++)->step, [&] { decide(rule, scratch); });
  }
  for (const UriRule& rule : parts.uri_rules) {
    time((single++)->step, [&] { decide(rule, scratch); });
  }
}

void CostMeter::decide_facts(const ScanInput& input) {
  const FactRules& rules = set_.parts().fact_rules;
  FactScan facts(set_.parts(), input, scratch_.parts());
  auto reading = readings_.begin();
  auto single = singles_.end();
  for (const Reading& one : readings_) single -= static_cast<std::ptrdiff_t>(one.rules);
  for (const LookupGroup& group : rules.lookups) {
    const FactTexts* texts = nullptr;
    time((reading++)->step, [&] { texts = &facts.read(group); });
    for (const LookupRule& rule : group.rules) {
      time((single++)->step, [&] { facts.decide(group, rule, *texts); });
    }
  }
  for (const FactGroup& group : rules.facts) {
    const FactValue* value = nullptr;
    time((reading++)->step, [&] { value = &facts.read(group); });
    for (const FactRule& rule : group.rules) {
      time((single++)->step, [&] { facts.decide(rule, *value); });
    }
  }
}

// What the message holds has been read before, if not for others then in the first round.
void CostMeter::decide_singles(const ScanInput& input) {
  for (int round = 0; round < kRounds; ++round) {
    refill(input);
    decide_plain_rules(input);
    decide_facts(input);
  }
}

void CostMeter::add(const ScanInput& input) {
  ++messages_;
  update_maps(set_.parts().fact_rules, scratch_.parts().facts);
  for (int round = 0; round < kRounds; ++round) {
    begin_message(input, scratch_.parts());
    for (std::size_t v = 0; v < views_.size(); ++v) scan_view_once(v, input);
    call_evals(input);
  }
  scan_views(input);
  decide_singles(input);
  for (Single& single : singles_) finish(single.step);
  for (Reading& reading : readings_) finish(reading.step);
}

double CostMeter::per_message(Time time) const {
  return messages_ == 0 ? 0 : Microseconds(time).count() / static_cast<double>(messages_);
}

// To the costs of the view's patterns, which are the last ones.
void CostMeter::add_times(std::size_t view, std::vector<RuleCost>& costs) const {
  const ViewWork& work = views_[view];
  Time rest = work.time;
  for (const Work& own : work.patterns) {
    // Measuring is no part of what it measures.
    rest -= own.time + clock_time_ * static_cast<int64_t>(2 * own.runs);
  }
  const std::size_t count = work.patterns.size();
  const double share = per_message(std::max(Time{}, rest)) / static_cast<double>(count);
  for (std::size_t p = 0; p < count; ++p) {
    RuleCost& cost = costs[costs.size() - count + p];
    cost.own_us = per_message(work.patterns[p].time);
    cost.share_us = share;
    cost.runs = messages_ == 0
                    ? 0
                    : static_cast<double>(work.patterns[p].runs) / static_cast<double>(messages_);
  }
}

// Readings are for the last singles.
void CostMeter::add_single_costs(std::vector<RuleCost>& costs) const {
  for (const Single& single : singles_) {
    costs.push_back(single.fixed);
    costs.back().runs = messages_ == 0 ? 0.0 : 1.0;
    costs.back().own_us = per_message(single.step.all);
  }
  auto cost = costs.end();
  for (auto reading = readings_.rbegin(); reading != readings_.rend(); ++reading) {
    const double share = per_message(reading->step.all) / static_cast<double>(reading->rules);
    for (std::size_t i = 0; i < reading->rules; ++i) (--cost)->share_us = share;
  }
}

std::vector<RuleCost> CostMeter::costs() const {
  std::vector<RuleCost> costs;
  for (std::size_t v = 0; v < views_.size(); ++v) {
    const View& view = set_.parts().views[v];
    for (uint32_t p = 0; p < view.patterns.size(); ++p) costs.push_back(fixed_cost(view, p));
    add_times(v, costs);
  }
  add_single_costs(costs);
  std::stable_sort(costs.begin(), costs.end(), [](const RuleCost& a, const RuleCost& b) {
    return a.us() != b.us() ? a.us() > b.us() : a.compile_us > b.compile_us;
  });
  return costs;
}

}  // namespace sluice::rules
