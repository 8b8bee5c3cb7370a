#include "rules/tools/hit_tally.h"

#include <algorithm>
#include <limits>

namespace sluice::rules {
namespace {

constexpr uint32_t kNoPlace = std::numeric_limits<uint32_t>::max();

}  // namespace

HitTally::HitTally(std::size_t rules, const HitTallyOptions& options)
    : counts_(rules), overlaps_(options.overlaps) {
  if (overlaps_) places_.assign(rules, kNoPlace);
}

void HitTally::add(MailClass mail_class, std::span<const WeightedHit> hits) {
  if (mail_class == MailClass::kUnknown) return;
  uint64_t ClassCounts::*const count =
      mail_class == MailClass::kHam ? &ClassCounts::ham : &ClassCounts::spam;
  ++(messages_.*count);
  for (const WeightedHit& hit : hits) ++(counts_[hit.rule].*count);
  if (overlaps_) add_pairs(hits);
}

void HitTally::add_pairs(std::span<const WeightedHit> hits) {
  present_.clear();
  for (const WeightedHit& hit : hits) {
    const uint32_t place = place_of(hit.rule);
    if (place != kNoPlace) present_.push_back(place);
  }
  std::sort(present_.begin(), present_.end());
  for (std::size_t i = 1; i < present_.size(); ++i) {
    uint32_t* const pairs = both_.data() + row(present_[i]);
    for (std::size_t j = 0; j < i; ++j) ++pairs[present_[j]];
  }
}

uint32_t HitTally::place_of(RuleIndex rule) {
  if (places_[rule] != kNoPlace) return places_[rule];
  if (paired_.size() == kOverlapRulesMax) {
    pairs_cut_ = true;
    return kNoPlace;
  }
  places_[rule] = static_cast<uint32_t>(paired_.size());
  both_.resize(both_.size() + paired_.size());
  paired_.push_back(rule);
  return places_[rule];
}

}  // namespace sluice::rules
