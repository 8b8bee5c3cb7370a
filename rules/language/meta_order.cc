#include "rules/language/meta_order.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace sluice::rules {
namespace {

constexpr std::size_t kShownMax = 8;  // rules of a circle that its message names

// The rules whose value `rule` needs and that are metas themselves.
std::vector<RuleIndex> needed_metas(std::span<const RuleText> rules, const RuleText& rule) {
  std::vector<RuleIndex> out;
  for (const MetaStep& step : rule.program) {
    const auto index = static_cast<RuleIndex>(step.operand);
    if (step.op == MetaOp::kRule && rules[index].judged()) out.push_back(index);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

class Circles {
 public:
  // `needs[i]` is empty for what is already ordered.
  Circles(std::span<const RuleText> rules, const std::vector<std::vector<RuleIndex>>& needs,
          const std::vector<bool>& ordered)
      : rules_(rules), needs_(needs), ordered_(ordered), walk_of_(rules.size(), 0) {}

  // From each meta that is left, always on to one that it needs and that is left as well: such a
  // walk ends where an earlier one was, or closes a circle.
  void report_all(Diagnostics& diagnostics) {
    for (RuleIndex start = 0; start < rules_.size(); ++start) {
      if (ordered_[start] || !rules_[start].judged()) continue;
      const RuleIndex end = walk(start);
      if (walk_of_[end] == walks_) report_circle(end, diagnostics);
    }
  }

 private:
  [[nodiscard]] RuleIndex next(RuleIndex at) const {
    return *std::find_if(needs_[at].begin(), needs_[at].end(),
                         [this](RuleIndex needed) { return !ordered_[needed]; });
  }

  RuleIndex walk(RuleIndex at) {
    ++walks_;
    for (; walk_of_[at] == 0; at = next(at)) walk_of_[at] = walks_;
    return at;
  }

  void report_circle(RuleIndex first, Diagnostics& diagnostics) {
    std::string names = rules_[first].name;
    std::size_t shown = 0;
    for (RuleIndex at = next(first); at != first; at = next(at)) {
      if (++shown < kShownMax) names += " -> " + rules_[at].name;
      if (shown == kShownMax) names += " -> ...";
    }
    report(diagnostics,
           at_place(Severity::kError, rules_[first].place,
                    fmt::format("metas need each other: {} -> {}", names, rules_[first].name),
                    "take one of these names out of its expression"));
  }

  std::span<const RuleText> rules_;
  const std::vector<std::vector<RuleIndex>>& needs_;
  const std::vector<bool>& ordered_;
  std::vector<uint32_t> walk_of_;  // which walk came by; 0: none
  uint32_t walks_ = 0;
};

}  // namespace

std::vector<RuleIndex> order_metas(std::span<const RuleText> rules, Diagnostics& diagnostics) {
  std::vector<std::vector<RuleIndex>> needs(rules.size());
  std::vector<std::vector<RuleIndex>> needed_by(rules.size());
  std::vector<std::size_t> waiting_for(rules.size(), 0);
  std::vector<RuleIndex> order;
  for (RuleIndex i = 0; i < rules.size(); ++i) {
    if (!rules[i].judged()) continue;
    needs[i] = needed_metas(rules, rules[i]);
    waiting_for[i] = needs[i].size();
    if (needs[i].empty()) order.push_back(i);
    for (const RuleIndex needed : needs[i]) needed_by[needed].push_back(i);
  }
  std::vector<bool> ordered(rules.size());
  for (std::size_t done = 0; done < order.size(); ++done) {
    ordered[order[done]] = true;
    for (const RuleIndex waiting : needed_by[order[done]]) {
      if (--waiting_for[waiting] == 0) order.push_back(waiting);
    }
  }
  Circles(rules, needs, ordered).report_all(diagnostics);
  return order;
}

}  // namespace sluice::rules
