// Counts, over a corpus, which rules hit how many messages of each class, and which hit together.
//
//   HitTally tally(set.rules().size(), {.overlaps = true});
//   tally.add(MailClass::kSpam, evaluation.hits);              for each message
//   tally.of(rule).spam, tally.messages().ham
//
// Bounds:   a number for each rule and class; for overlaps, one for each pair among the first
//           kOverlapRulesMax rules that hit anything: at most 128 MiB.
// Threads:  one at a time.
// Tests:    tests/rules/tools/hit_table_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/judge_part.h"
#include "rules/tools/mail_class.h"

namespace sluice::rules {

struct ClassCounts {
  uint64_t ham = 0;
  uint64_t spam = 0;

  [[nodiscard]] uint64_t all() const { return ham + spam; }

  bool operator==(const ClassCounts&) const = default;
};

struct HitTallyOptions {
  bool overlaps = false;
};

class HitTally {
 public:
  static constexpr std::size_t kOverlapRulesMax = 8'192;

  HitTally(std::size_t rules, const HitTallyOptions& options);

  // One message; each rule stands in `hits` at most once. Unknown mail is not counted.
  void add(MailClass mail_class, std::span<const WeightedHit> hits);

  [[nodiscard]] const ClassCounts& messages() const { return messages_; }

  [[nodiscard]] std::size_t rules() const { return counts_.size(); }

  [[nodiscard]] const ClassCounts& of(RuleIndex rule) const { return counts_[rule]; }

  // The rules whose overlaps are known, in the order they first hit.
  [[nodiscard]] std::span<const RuleIndex> paired() const { return paired_; }

  // Messages that the rules paired()[i] and paired()[j] both hit. REQUIRES: i > j.
  [[nodiscard]] uint32_t both(std::size_t i, std::size_t j) const { return both_[row(i) + j]; }

  // Some rules hit only after the table of pairs was full.
  [[nodiscard]] bool pairs_cut() const { return pairs_cut_; }

 private:
  // Where the pairs of rule `i` with those before it begin.
  static std::size_t row(std::size_t i) { return i * (i - 1) / 2; }

  void add_pairs(std::span<const WeightedHit> hits);
  uint32_t place_of(RuleIndex rule);

  std::vector<ClassCounts> counts_;
  ClassCounts messages_;
  bool overlaps_;
  bool pairs_cut_ = false;
  std::vector<uint32_t> places_;  // of each rule in paired_
  std::vector<RuleIndex> paired_;
  std::vector<uint32_t> both_;     // the lower triangle, row after row
  std::vector<uint32_t> present_;  // of one message
};

}  // namespace sluice::rules
