// What the judge evaluates of a rule set: scores and metas, as plain data.
//
//   hits of the scan  {URGENT_PAY x1, LOOKALIKE_URL x2}
//   evaluate()        {URGENT_PAY 1500, LOOKALIKE_URL 2000, PHISH_COMBO 3000}, score 6500
//
// The scan finds hits; what leans on more than one rule (metas and the score)
// is computed by the judge from this, so that the journal can carry it by value and
// a decision can be repeated without the rule files.
//
// Failure:  none: validate() is called where a part enters the process; evaluate() then cannot
//           fail.
// Bounds:   one pass over the metas in their order; each program runs at most once, without loops.
// Threads:  immutable after prepare(): share it freely.
// Tests:    tests/rules/judge_part_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::rules {

using RuleIndex = uint32_t;  // into JudgePart::rules and RuleSet::rules(): the same order

// A rule that the scan found, and how often (1 unless the rule counts; capped at UINT16_MAX).
struct Hit {
  RuleIndex rule = 0;
  uint16_t count = 1;

  bool operator==(const Hit&) const = default;
};

// One step of a meta's program: a stack machine over 64-bit integers, in postfix order.
enum class MetaOp : uint8_t {
  kRule,      // push the hit count of rule `operand`
  kConstant,  // push `operand`, in thousandths
  kNot,
  kNegate,
  kAnd,
  kOr,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  // division by zero gives 0
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
};

struct MetaStep {
  MetaOp op = MetaOp::kConstant;
  int64_t operand = 0;

  bool operator==(const MetaStep&) const = default;
};

struct JudgeRule {
  std::string name = {};
  int32_t weight = 0;   // score in thousandths
  bool counted = true;  // false: a sub-rule (its name begins with __), never reported
  bool shadow = false;  // reported, but its weight is not added to the score
  std::vector<MetaStep> program = {};  // of a meta; empty for what the scan matches

  bool operator==(const JudgeRule&) const = default;
};

// A rule that hit, scan rule or meta, with what it adds to the score.
struct WeightedHit {
  RuleIndex rule = 0;
  int32_t weight = 0;  // thousandths

  bool operator==(const WeightedHit&) const = default;
};

struct Evaluation {
  std::vector<WeightedHit> hits;  // counted rules only, in the order of their index
  int32_t score = 0;              // thousandths; the sum of the weights, clamped to int32_t
};

class JudgePart {
 public:
  std::vector<JudgeRule> rules;
  std::vector<RuleIndex> metas;  // in an order in which each meta follows those it names

  // Every index in range, programs well formed (stack never empty, ends with one value), metas in
  // order. The error names the rule.
  [[nodiscard]] Status validate() const;

  // Makes evaluate() quick: most metas are then left out, as no rule that they name hit. To be done
  // once all is in place. REQUIRES: validate() is content.
  void prepare();

  // `hits` ascend by rule. `out` is reused: no allocation once it is large enough.
  void evaluate(std::span<const Hit> hits, Evaluation& out) const;

  // Every rule that hit, sub-rules and metas as well, with how often: a meta's value, at least 1.
  // Ascending by rule. For tools; it allocates.
  [[nodiscard]] std::vector<Hit> all_hits(std::span<const Hit> hits) const;

  bool operator==(const JudgePart& other) const {
    return rules == other.rules && metas == other.metas;
  }

 private:
  // What each rule is worth, in thousandths.
  [[nodiscard]] std::span<const int64_t> values_after(std::span<const Hit> hits) const;

  // Runs those metas that name a rule that hit, or that need none.
  void run_woken(std::span<const Hit> hits, std::span<int64_t> values) const;

  // What prepare() makes: which metas name which rule.
  std::vector<uint32_t> users_begin_ = {};  // of each rule, into users_; one more at the end
  std::vector<uint32_t> users_ = {};        // positions in `metas`, ascending for each rule
  std::vector<uint64_t> always_ = {};       // bit for each position: worth something without hits
};

}  // namespace sluice::rules
