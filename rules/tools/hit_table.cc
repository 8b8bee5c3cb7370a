#include "rules/tools/hit_table.h"

#include <algorithm>
#include <tuple>

namespace sluice::rules {
namespace {

double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

HitRow row_of(RuleIndex rule, const HitTally& tally) {
  const ClassCounts& counts = tally.of(rule);
  const ClassCounts& messages = tally.messages();
  HitRow row{.rule = rule,
             .counts = counts,
             .overall_percent = percent(counts.all(), messages.all()),
             .spam_percent = percent(counts.spam, messages.spam),
             .ham_percent = percent(counts.ham, messages.ham)};
  row.spam_ratio = spam_ratio(row.spam_percent, row.ham_percent);
  return row;
}

// How good a rule is, on a scale that normalise() sets: purity first, then reach.
double merit(const HitRow& row, const RuleInfo& rule) {
  const bool nice = rule.weight < 0;
  const double purity = nice ? 1 - row.spam_ratio : row.spam_ratio;
  const double reach = nice ? row.ham_percent : row.spam_percent;
  return purity * purity * purity * 2'000 + reach * 3;
}

void normalise(std::vector<HitRow>& rows) {
  if (rows.empty()) return;
  const auto by_rank = [](const HitRow& a, const HitRow& b) { return a.rank < b.rank; };
  const auto [low, high] = std::minmax_element(rows.begin(), rows.end(), by_rank);
  const double from = low->rank;
  const double range = high->rank - from;
  for (HitRow& row : rows) row.rank = range == 0 ? 0.001 : (row.rank - from) / range;
}

// Sorts before others what this is greater for.
double key(const HitRow& row, const RuleInfo& rule, HitOrder order) {
  switch (order) {
    case HitOrder::kRank:
      return row.rank;
    case HitOrder::kSpam:
      return row.spam_percent;
    case HitOrder::kHam:
      return row.ham_percent;
    case HitOrder::kOverall:
      return row.overall_percent;
    case HitOrder::kRatio:
      return row.spam_ratio;
    case HitOrder::kScore:
      return rule.weight;
    case HitOrder::kName:
    case HitOrder::kPlace:
      return 0;
  }
  return 0;
}

void sort_rows(std::vector<HitRow>& rows, std::span<const RuleInfo> rules, HitOrder order) {
  std::sort(rows.begin(), rows.end(), [rules, order](const HitRow& a, const HitRow& b) {
    const RuleInfo& of_a = rules[a.rule];
    const RuleInfo& of_b = rules[b.rule];
    if (order == HitOrder::kPlace) {
      return std::tie(of_a.file, of_a.line, a.rule) < std::tie(of_b.file, of_b.line, b.rule);
    }
    const double key_of_a = key(a, of_a, order);
    const double key_of_b = key(b, of_b, order);
    if (key_of_a != key_of_b) return key_of_a > key_of_b;
    return of_a.name < of_b.name;
  });
}

}  // namespace

double spam_ratio(double spam_percent, double ham_percent) {
  const double sum = spam_percent + ham_percent;
  return sum == 0 ? 0.5 : spam_percent / sum;
}

std::vector<HitRow> hit_table(const HitTally& tally, std::span<const RuleInfo> rules,
                              const HitTableOptions& options) {
  std::vector<HitRow> rows;
  for (RuleIndex rule = 0; rule < rules.size(); ++rule) {
    if (!rules[rule].counted && !options.sub_rules) continue;
    rows.push_back(row_of(rule, tally));
    rows.back().rank = merit(rows.back(), rules[rule]);
  }
  normalise(rows);
  std::erase_if(rows, [&](const HitRow& row) { return row.counts.all() < options.hits_min; });
  sort_rows(rows, rules, options.order);
  return rows;
}

std::vector<Overlap> overlaps(const HitTally& tally, std::span<const RuleInfo> rules,
                              const OverlapOptions& options) {
  std::vector<Overlap> found;
  const std::span<const RuleIndex> paired = tally.paired();
  for (std::size_t i = 1; i < paired.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const uint64_t both = tally.both(i, j);
      const RuleIndex a = std::min(paired[i], paired[j]);
      const RuleIndex b = std::max(paired[i], paired[j]);
      if (both < options.both_min || both == 0) continue;
      if (!options.sub_rules && !(rules[a].counted && rules[b].counted)) continue;
      const Overlap overlap{.a = a,
                            .b = b,
                            .both = both,
                            .percent_of_a = percent(both, tally.of(a).all()),
                            .percent_of_b = percent(both, tally.of(b).all())};
      if (std::max(overlap.percent_of_a, overlap.percent_of_b) < options.percent_min) continue;
      found.push_back(overlap);
    }
  }
  const auto agreement = [](const Overlap& o) {
    return std::tuple(-std::min(o.percent_of_a, o.percent_of_b),
                      -std::max(o.percent_of_a, o.percent_of_b), -static_cast<double>(o.both), o.a,
                      o.b);
  };
  std::sort(found.begin(), found.end(), [agreement](const Overlap& x, const Overlap& y) {
    return agreement(x) < agreement(y);
  });
  return found;
}

}  // namespace sluice::rules
