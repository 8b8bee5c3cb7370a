// Whether a verdict can depend on a rule that is not decided yet.
//
//   meta PHISH  __BANK && __LINK      a message without __BANK: nobody needs to know of __LINK
//
// Sub-rules are never reported: they count only in what metas make of them. A scan for verdicts
// asks dear ones last, and only if something leans on them.
//
// What is undecided is a range of counts, and so is what a meta makes of it; what is known of the
// sender may be anything. Ranges are never too narrow: a rule that is not needed changes no
// verdict, whatever the sender has done.
//
// Bounds:   Needs::kStepsMax steps of metas for each answer; beyond, a rule is needed.
// Threads:  immutable once built; a NeedMemo belongs to one message.
// Tests:    tests/rules/needs_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/judge_part.h"

namespace sluice::rules {

// What a rule's value may be, in thousandths.
struct ValueRange {
  int64_t least = 0;
  int64_t most = 0;

  [[nodiscard]] bool known() const { return least == most; }

  [[nodiscard]] bool zero() const { return least == 0 && most == 0; }

  [[nodiscard]] bool not_zero() const { return least > 0 || most < 0; }

  bool operator==(const ValueRange&) const = default;
};

ValueRange counted_times(uint16_t least, uint16_t most);

// How often scan rules hit, as far as that is known. Ranges only ever become narrower.
class RuleCounts {
 public:
  virtual ~RuleCounts() = default;

  [[nodiscard]] virtual ValueRange count_of(RuleIndex rule) const = 0;
};

// What metas came to so far, of one message.
class NeedMemo {
 public:
  // Nothing is known.
  void begin(std::size_t rules);

  // Many rules were decided: what is not known for sure is to be looked at again.
  void begin_round() { ++round_; }

 private:
  friend class Needs;

  static constexpr uint32_t kForGood = UINT32_MAX;

  // A range that is older is still none too narrow.
  struct Kept {
    int32_t least = 0;
    int32_t most = 0;
    uint32_t round = 0;  // in which it was found; or kForGood
  };

  [[nodiscard]] bool has(RuleIndex meta) const {
    return kept_[meta].round == kForGood || kept_[meta].round == round_;
  }

  void keep(RuleIndex meta, const ValueRange& value);

  void forget(RuleIndex meta) { kept_[meta].round = 0; }

  std::vector<Kept> kept_ = {};  // of each rule
  std::vector<RuleIndex> for_good_ = {};
  uint32_t round_ = 1;
};

class Needs {
 public:
  static constexpr int kStepsMax = 80;  // more take longer than most patterns

  Needs() = default;

  // REQUIRES: part.validate() is content.
  explicit Needs(const JudgePart& part);

  // Whether what `rule` comes to can change a verdict.
  [[nodiscard]] bool needed(RuleIndex rule, const RuleCounts& counts, NeedMemo& memo) const;

  // The rule's range is about to become narrower.
  void forget_users(RuleIndex rule, NeedMemo& memo) const;

 private:
  // Of a meta's expression; an `and` or `or` of several is one node.
  struct Node {
    MetaOp op = MetaOp::kConstant;
    int32_t operand = 0;
    uint32_t children_begin = 0;  // into children_
    uint32_t children_end = 0;
  };

  class Builder;
  class Question;

  [[nodiscard]] std::span<const uint32_t> children(const Node& node) const {
    return std::span(children_).subspan(node.children_begin,
                                        node.children_end - node.children_begin);
  }

  [[nodiscard]] std::span<const RuleIndex> users(RuleIndex rule) const {
    return std::span(users_).subspan(users_begin_[rule],
                                     users_begin_[rule + 1] - users_begin_[rule]);
  }

  static constexpr uint32_t kNoRoot = UINT32_MAX;

  std::vector<Node> nodes_ = {};
  std::vector<uint32_t> children_ = {};     // indices into nodes_
  std::vector<uint32_t> roots_ = {};        // of each rule, into nodes_; kNoRoot: no meta
  std::vector<uint8_t> reported_ = {};      // of each rule: no sub-rule
  std::vector<uint32_t> users_begin_ = {};  // of each rule, into users_; one more at the end
  std::vector<RuleIndex> users_ = {};       // metas that name it and may be reported in the end
};

}  // namespace sluice::rules
