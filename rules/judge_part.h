// What the judge evaluates of a rule set: scores, metas, conditions on the sender, as plain data.
//
//   hits of the scan  {URGENT_PAY x1, LOOKALIKE_URL x2}, a sender's 501st message of an hour
//   evaluate()        {URGENT_PAY 1500, LOOKALIKE_URL 2000, PHISH_COMBO 3000, SENDER_BURST 1000},
//                     score 7500, action hold
//
// The scan finds hits; what leans on more than one rule (metas and the score) or on the sender
// is computed by the judge from this, so that the journal can carry it by value and
// a decision can be repeated without the rule files.
//
// Failure:  none: validate() is called where a part enters the process; evaluate() then cannot
//           fail.
// Bounds:   one pass over those metas that may hold, in their order; each program runs at most
//           once, without loops.
// Threads:  immutable after prepare(): share it freely.
// Tests:    tests/rules/judge_part_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/sender_view.h"

namespace sluice::rules {

using RuleIndex = uint32_t;  // into JudgePart::rules and RuleSet::rules(): the same order

// A rule that the scan found, and how often (1 unless the rule counts; capped at UINT16_MAX).
struct Hit {
  RuleIndex rule = 0;
  uint16_t count = 1;

  bool operator==(const Hit&) const = default;
};

// One step of a meta's program: a stack machine over 64-bit integers, in postfix order. The journal
// carries these numbers: new ones are appended.
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
  kSender,  // push what is known of the sender: SenderTerm `operand`
};

struct MetaStep {
  MetaOp op = MetaOp::kConstant;
  int64_t operand = 0;

  bool operator==(const MetaStep&) const = default;
};

// What a rule that hits demands, whatever the score is; the later the stricter. The journal carries
// these numbers.
enum class RuleAction : uint8_t {
  kNone,
  kAccept,  // takes back what the score alone would do
  kThrottle,
  kHold,
  kDefer,
  kReject,
};

struct JudgeRule {
  std::string name = {};
  int32_t weight = 0;   // score in thousandths
  bool counted = true;  // false: a sub-rule (its name begins with __), never reported
  bool shadow = false;  // reported, but neither its weight nor its action counts
  std::vector<MetaStep> program = {};  // of a meta or sender rule; empty for what the scan matches
  RuleAction action = RuleAction::kNone;
  uint32_t group = 0;  // 0: none; else JudgePart::groups[group - 1]

  bool operator==(const JudgeRule&) const = default;
};

// Rules whose positive weights together add at most `cap`.
struct RuleGroup {
  std::string name = {};
  int32_t cap = 0;  // thousandths, not negative

  bool operator==(const RuleGroup&) const = default;
};

// A rule that hit, scan rule or meta, with what it adds to the score.
struct WeightedHit {
  RuleIndex rule = 0;
  int32_t weight = 0;  // thousandths

  bool operator==(const WeightedHit&) const = default;
};

// A group whose hits weigh more than its cap.
struct CappedGroup {
  uint32_t group = 0;  // into JudgePart::groups
  int64_t weight = 0;  // thousandths; the sum of its positive weights, above the cap

  bool operator==(const CappedGroup&) const = default;
};

struct Evaluation {
  std::vector<WeightedHit> hits = {};    // counted rules only, in the order of their index
  std::vector<CappedGroup> capped = {};  // ascending by group
  int32_t score = 0;  // thousandths; the sum of the weights, groups capped, clamped to int32_t
  RuleAction action = RuleAction::kNone;  // the strictest of the hits, `accept` apart
  bool accepts = false;                   // a hit's action is `accept`
};

class JudgePart {
 public:
  std::vector<JudgeRule> rules;
  std::vector<RuleIndex> metas;  // in an order in which each meta follows those it names
  std::vector<RuleGroup> groups;

  // Every index in range, programs well formed (stack never empty, ends with one value), metas in
  // order. The error names the rule.
  [[nodiscard]] Status validate() const;

  // Lays out what evaluate() walks: steps in one array, which metas name which rule. To be done
  // once all is in place, and again after a change. REQUIRES: validate() is content.
  void prepare();

  // `hits` ascend by rule. `out` is reused: no allocation once it is large enough.
  // REQUIRES: prepare() was called.
  void evaluate(std::span<const Hit> hits, const SenderView& sender, Evaluation& out) const;

  // For a sender nobody has seen before.
  void evaluate(std::span<const Hit> hits, Evaluation& out) const { evaluate(hits, {}, out); }

  // Every rule that hit, sub-rules and metas as well, with how often: a meta's value, at least 1.
  // Ascending by rule. For tools; it allocates. REQUIRES: prepare() was called.
  [[nodiscard]] std::vector<Hit> all_hits(std::span<const Hit> hits,
                                          const SenderView& sender = {}) const;

  bool operator==(const JudgePart& other) const {
    return rules == other.rules && metas == other.metas && groups == other.groups;
  }

 private:
  // A step as evaluate() runs it. `op` is a MetaOp or one of two jumps (judge_part.cc): `and` and
  // `or` leave out the operand that cannot decide.
  struct Step {
    uint8_t op = 0;
    int32_t operand = 0;
  };

  // What counts of a rule that hits.
  struct Worth {
    int32_t weight = 0;
    uint16_t group = 0;
    RuleAction action = RuleAction::kNone;
    bool counted = false;
    bool shadow = false;
  };

  struct Work;

  void lay_out_programs();
  void find_users();
  void find_always();
  // What each rule is worth.
  [[nodiscard]] Work& values_after(std::span<const Hit> hits, const SenderView& sender) const;

  // Runs those metas that name a rule that hit, or that need none.
  void run_woken(const SenderView& sender, Work& work) const;
  void wake_users(RuleIndex rule, Work& work) const;

  // Takes in a rule that hit; what it adds to the score.
  static int32_t add(const Worth& worth, Work& work, Evaluation& out);

  // By how much the groups' hits weigh more than they may.
  int64_t over_caps(Work& work, Evaluation& out) const;

  [[nodiscard]] std::span<const Step> program_at(std::size_t position) const {
    const uint32_t begin = programs_begin_[position];
    return {steps_.data() + begin, programs_begin_[position + 1] - begin};
  }

  // What prepare() makes.
  std::vector<Worth> worth_ = {};              // of each rule
  std::vector<Step> steps_ = {};               // of all programs, in the order of `metas`
  std::vector<uint32_t> programs_begin_ = {};  // of each meta, into steps_; one more at the end
  std::vector<uint32_t> users_begin_ = {};     // of each rule, into users_; one more at the end
  std::vector<uint32_t> users_ = {};           // positions in `metas`, ascending for each rule
  std::vector<uint64_t> always_ = {};          // bit for each position: may hold without hits
};

}  // namespace sluice::rules
