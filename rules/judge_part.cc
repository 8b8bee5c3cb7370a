#include "rules/judge_part.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace sluice::rules {
namespace {

constexpr int64_t kOne = 1'000;  // 1, in the thousandths that programs count in

constexpr int64_t clamp_32(int64_t value) {
  return std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(),
                             std::numeric_limits<int32_t>::max());
}

// Arithmetic on operands clamped to 32 bits cannot leave 64 bits.
int64_t arithmetic(MetaOp op, int64_t a, int64_t b) {
  const int64_t x = clamp_32(a);
  const int64_t y = clamp_32(b);
  switch (op) {
    case MetaOp::kAdd:
      return x + y;
    case MetaOp::kSubtract:
      return x - y;
    case MetaOp::kMultiply:
      return x * y / kOne;
    case MetaOp::kDivide:
      return y == 0 ? 0 : x * kOne / y;
    default:
      SLUICE_ASSERT(false);
  }
  return 0;
}

constexpr int64_t truth(bool value) {
  return value ? kOne : 0;
}

// `and` and `or` give the operand that decided, as in Perl: (A && B) counts as often as B.
int64_t binary(MetaOp op, int64_t a, int64_t b) {
  switch (op) {
    case MetaOp::kAnd:
      return a == 0 ? 0 : b;
    case MetaOp::kOr:
      return a != 0 ? a : b;
    case MetaOp::kLess:
      return truth(a < b);
    case MetaOp::kLessEqual:
      return truth(a <= b);
    case MetaOp::kGreater:
      return truth(a > b);
    case MetaOp::kGreaterEqual:
      return truth(a >= b);
    case MetaOp::kEqual:
      return truth(a == b);
    case MetaOp::kNotEqual:
      return truth(a != b);
    default:
      return arithmetic(op, a, b);
  }
}

constexpr bool is_leaf(MetaOp op) {
  return op == MetaOp::kRule || op == MetaOp::kConstant || op == MetaOp::kSender;
}

constexpr bool is_unary(MetaOp op) {
  return op == MetaOp::kNot || op == MetaOp::kNegate;
}

constexpr bool is_choice(MetaOp op) {
  return op == MetaOp::kAnd || op == MetaOp::kOr;
}

// Before the right operand of `and` and `or`: if the left one decides, it stays and `operand` steps
// are left out; else it goes.
constexpr uint8_t kUnlessZero = 200;
constexpr uint8_t kIfZero = 201;

constexpr uint8_t jump_of(MetaOp op) {
  return op == MetaOp::kAnd ? kUnlessZero : kIfZero;
}

// How the stack stands after `step`; -1 if the step is impossible.
int depth_after(const MetaStep& step, int depth) {
  if (step.op > MetaOp::kSender) return -1;
  if (is_leaf(step.op)) {
    return depth < static_cast<int>(limits::kMetaStackMax) ? depth + 1 : -1;
  }
  const int needed = is_unary(step.op) ? 1 : 2;
  return depth < needed ? -1 : depth - needed + 1;
}

bool well_formed(std::span<const MetaStep> program) {
  if (program.size() > limits::kMetaStepsMax) return false;
  int depth = 0;
  for (const MetaStep& step : program) {
    depth = depth_after(step, depth);
    if (depth < 0) return false;
  }
  return depth == 1;
}

Error broken(const JudgeRule& rule, const char* how) {
  return {ErrorCode::kInvalid, "rule " + rule.name + ": " + how};
}

bool in_range(int64_t operand, std::size_t count) {
  return operand >= 0 && operand < static_cast<int64_t>(count);
}

// Each rule the program names exists and has its value by now; so does each term.
bool operands_known(std::span<const MetaStep> program, const std::vector<bool>& known) {
  return std::all_of(program.begin(), program.end(), [&known](const MetaStep& step) {
    if (step.op == MetaOp::kSender) return in_range(step.operand, kSenderTerms);
    if (step.op == MetaOp::kConstant) return clamp_32(step.operand) == step.operand;
    if (step.op != MetaOp::kRule) return true;
    return in_range(step.operand, known.size()) && known[static_cast<std::size_t>(step.operand)];
  });
}

bool asks_for_sender(std::span<const MetaStep> program) {
  return std::any_of(program.begin(), program.end(),
                     [](const MetaStep& step) { return step.op == MetaOp::kSender; });
}

// For each step, the `and` or `or` whose right operand begins there; SIZE_MAX if none does. No two
// begin at the same step: of two choices, the inner one's right operand begins later.
std::vector<std::size_t> choices_by_begin(std::span<const MetaStep> program) {
  std::vector<std::size_t> choice(program.size(), SIZE_MAX);
  std::vector<std::size_t> begins;  // of the operands on the stack
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (is_leaf(program[i].op)) begins.push_back(i);
    if (is_leaf(program[i].op) || is_unary(program[i].op)) continue;
    if (is_choice(program[i].op)) choice[begins.back()] = i;
    begins.pop_back();
  }
  return choice;
}

void set_bit(std::vector<uint64_t>& bits, std::size_t index) {
  bits[index / 64] |= uint64_t{1} << index % 64;
}

// Takes the bits out, the lowest first; `visit` may set later ones.
template <typename Visit>
void take_bits(std::vector<uint64_t>& bits, const Visit& visit) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    while (bits[word] != 0) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(bits[word]));
      bits[word] &= bits[word] - 1;
      visit(word * 64 + bit);
    }
  }
}

}  // namespace

// What one evaluation needs, reused. Values and bits are 0 between two of them.
struct JudgePart::Work {
  std::vector<int64_t> values = {};    // of each rule, in thousandths
  std::vector<uint64_t> hit = {};      // bit for each rule: its value was set
  std::vector<uint64_t> waiting = {};  // bit for each position in `metas`
  std::vector<int64_t> group_weights = {};
  std::array<int64_t, limits::kMetaStackMax> stack = {};

  // For parts of different size on one thread.
  void fit(const JudgePart& part) {
    if (values.size() < part.rules.size()) {
      values.resize(part.rules.size());
      hit.resize(part.rules.size() / 64 + 1);
    }
    if (group_weights.size() < part.groups.size()) group_weights.resize(part.groups.size());
  }

  void set(std::size_t rule, int64_t value) {
    values[rule] = value;
    set_bit(hit, rule);
  }

  // Gives each value that is not 0, ascending by rule, and forgets it.
  template <typename Visit>
  void take_values(const Visit& visit) {
    take_bits(hit, [this, &visit](std::size_t rule) {
      const int64_t value = std::exchange(values[rule], 0);
      if (value != 0) visit(rule, value);
    });
  }

  int64_t run(std::span<const Step> program, const SenderView& sender);
};

int64_t JudgePart::Work::run(std::span<const Step> program, const SenderView& sender) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const auto [op, operand] = program[at];
    if (op == static_cast<uint8_t>(MetaOp::kRule)) {
      stack[size++] = values[static_cast<std::size_t>(operand)];
    } else if (op == kUnlessZero || op == kIfZero) {
      const bool decided = (stack[size - 1] == 0) == (op == kUnlessZero);
      if (decided) at += static_cast<std::size_t>(operand);
      if (!decided) --size;
    } else if (op == static_cast<uint8_t>(MetaOp::kConstant)) {
      stack[size++] = operand;
    } else if (op == static_cast<uint8_t>(MetaOp::kSender)) {
      stack[size++] = sender[static_cast<SenderTerm>(operand)];
    } else if (op == static_cast<uint8_t>(MetaOp::kNot)) {
      stack[size - 1] = truth(stack[size - 1] == 0);
    } else if (op == static_cast<uint8_t>(MetaOp::kNegate)) {
      stack[size - 1] = -clamp_32(stack[size - 1]);
    } else {
      --size;
      stack[size - 1] = binary(static_cast<MetaOp>(op), stack[size - 1], stack[size]);
    }
  }
  return stack[0];
}

namespace {

Status valid_rule(const JudgeRule& rule, std::size_t groups) {
  if (rule.action > RuleAction::kReject) return broken(rule, "its action is unknown");
  if (rule.group > groups) return broken(rule, "its group is unknown");
  return {};
}

Status valid_groups(std::span<const RuleGroup> groups) {
  if (groups.size() > limits::kRuleGroupsMax) return Error{ErrorCode::kLimit, "too many groups"};
  for (const RuleGroup& group : groups) {
    if (group.cap < 0) return Error{ErrorCode::kInvalid, "group " + group.name + ": its cap"};
  }
  return {};
}

}  // namespace

Status JudgePart::validate() const {
  if (rules.size() > limits::kRulesMax) return Error{ErrorCode::kLimit, "too many rules"};
  if (Status valid = valid_groups(groups); !valid.ok()) return valid;

  std::vector<bool> known(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    known[i] = rules[i].program.empty();
    if (Status valid = valid_rule(rules[i], groups.size()); !valid.ok()) return valid;
  }
  for (const RuleIndex index : metas) {
    if (index >= rules.size()) return Error{ErrorCode::kInvalid, "a meta's index is out of range"};
    const JudgeRule& rule = rules[index];
    if (known[index]) return broken(rule, "is no meta, or stands twice among the metas");
    if (!well_formed(rule.program)) return broken(rule, "its program is not well formed");
    if (!operands_known(rule.program, known)) return broken(rule, "names what has no value");
    known[index] = true;
  }
  const auto missing = std::find(known.begin(), known.end(), false);
  if (missing == known.end()) return {};
  return broken(rules[static_cast<std::size_t>(missing - known.begin())], "is never evaluated");
}

// ---- laying out ---------------------------------------------------------------------------------

void JudgePart::prepare() {
  worth_.clear();
  for (const JudgeRule& rule : rules) {
    worth_.push_back({.weight = rule.weight,
                      .group = static_cast<uint16_t>(rule.group),
                      .action = rule.action,
                      .counted = rule.counted,
                      .shadow = rule.shadow});
  }
  lay_out_programs();
  find_users();
  find_always();
}

void JudgePart::lay_out_programs() {
  steps_.clear();
  programs_begin_.assign(1, 0);
  for (const RuleIndex meta : metas) {
    const std::vector<MetaStep>& program = rules[meta].program;
    const std::vector<std::size_t> choices = choices_by_begin(program);
    std::vector<std::size_t> jumps(program.size());  // of each choice, into steps_
    for (std::size_t i = 0; i < program.size(); ++i) {
      if (choices[i] != SIZE_MAX) {
        jumps[choices[i]] = steps_.size();
        steps_.push_back({.op = jump_of(program[choices[i]].op)});
      }
      if (is_choice(program[i].op)) {
        steps_[jumps[i]].operand = static_cast<int32_t>(steps_.size() - 1 - jumps[i]);
      } else {
        steps_.push_back({.op = static_cast<uint8_t>(program[i].op),
                          .operand = static_cast<int32_t>(program[i].operand)});
      }
    }
    programs_begin_.push_back(static_cast<uint32_t>(steps_.size()));
  }
}

void JudgePart::find_users() {
  std::vector<std::vector<uint32_t>> users(rules.size());
  for (uint32_t position = 0; position < metas.size(); ++position) {
    for (const MetaStep& step : rules[metas[position]].program) {
      if (step.op != MetaOp::kRule) continue;
      std::vector<uint32_t>& of_rule = users[static_cast<std::size_t>(step.operand)];
      if (of_rule.empty() || of_rule.back() != position) of_rule.push_back(position);
    }
  }
  users_.clear();
  users_begin_.assign(1, 0);
  for (const std::vector<uint32_t>& of_rule : users) {
    users_.insert(users_.end(), of_rule.begin(), of_rule.end());
    users_begin_.push_back(static_cast<uint32_t>(users_.size()));
  }
}

void JudgePart::find_always() {
  always_.assign(metas.size() / 64 + 1, 0);
  Work work;
  work.fit(*this);
  for (uint32_t position = 0; position < metas.size(); ++position) {
    if (asks_for_sender(rules[metas[position]].program) ||
        work.run(program_at(position), SenderView{}) != 0) {
      set_bit(always_, position);
    }
  }
}

// ---- evaluating ---------------------------------------------------------------------------------

JudgePart::Work& JudgePart::values_after(std::span<const Hit> hits,
                                         const SenderView& sender) const {
  SLUICE_ASSERT(worth_.size() == rules.size());
  thread_local Work work;
  work.fit(*this);
  work.waiting = always_;
  for (const Hit& hit : hits) {
    if (hit.rule >= rules.size()) continue;
    work.set(hit.rule, hit.count * kOne);
    wake_users(hit.rule, work);
  }
  run_woken(sender, work);
  return work;
}

void JudgePart::wake_users(RuleIndex rule, Work& work) const {
  for (uint32_t i = users_begin_[rule]; i < users_begin_[rule + 1]; ++i) {
    set_bit(work.waiting, users_[i]);
  }
}

void JudgePart::run_woken(const SenderView& sender, Work& work) const {
  take_bits(work.waiting, [&](std::size_t position) {
    const RuleIndex meta = metas[position];
    const int64_t value = work.run(program_at(position), sender);
    work.values[meta] = value;
    if (value == 0) return;
    set_bit(work.hit, meta);
    wake_users(meta, work);  // a meta wakes later ones only
  });
}

std::vector<Hit> JudgePart::all_hits(std::span<const Hit> hits, const SenderView& sender) const {
  std::vector<Hit> out;
  values_after(hits, sender).take_values([&out](std::size_t rule, int64_t value) {
    const int64_t count = std::clamp<int64_t>(value / kOne, 1, UINT16_MAX);
    out.push_back({.rule = static_cast<RuleIndex>(rule), .count = static_cast<uint16_t>(count)});
  });
  return out;
}

void JudgePart::evaluate(std::span<const Hit> hits, const SenderView& sender,
                         Evaluation& out) const {
  Work& work = values_after(hits, sender);
  out.hits.clear();
  out.capped.clear();
  out.action = RuleAction::kNone;
  out.accepts = false;
  int64_t score = 0;
  work.take_values([&](std::size_t rule, int64_t /*value*/) {
    const Worth& worth = worth_[rule];
    if (!worth.counted) return;
    out.hits.push_back({.rule = static_cast<RuleIndex>(rule), .weight = worth.weight});
    if (!worth.shadow) score += add(worth, work, out);
  });
  score -= over_caps(work, out);
  out.score = static_cast<int32_t>(clamp_32(score));
}

int32_t JudgePart::add(const Worth& worth, Work& work, Evaluation& out) {
  if (worth.action == RuleAction::kAccept) {
    out.accepts = true;
  } else {
    out.action = std::max(out.action, worth.action);
  }
  if (worth.group != 0 && worth.weight > 0) work.group_weights[worth.group - 1U] += worth.weight;
  return worth.weight;
}

int64_t JudgePart::over_caps(Work& work, Evaluation& out) const {
  int64_t over = 0;
  for (uint32_t i = 0; i < groups.size(); ++i) {
    const int64_t weight = std::exchange(work.group_weights[i], 0);
    if (weight <= groups[i].cap) continue;
    over += weight - groups[i].cap;
    out.capped.push_back({.group = i, .weight = weight});
  }
  return over;
}

}  // namespace sluice::rules
