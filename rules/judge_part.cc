#include "rules/judge_part.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>

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
  return op == MetaOp::kRule || op == MetaOp::kConstant;
}

constexpr bool is_unary(MetaOp op) {
  return op == MetaOp::kNot || op == MetaOp::kNegate;
}

// `values` holds what each rule is worth so far, in thousandths.
int64_t run(std::span<const MetaStep> program, std::span<const int64_t> values) {
  std::array<int64_t, limits::kMetaStackMax> stack{};
  std::size_t size = 0;
  for (const MetaStep& step : program) {
    if (step.op == MetaOp::kConstant) {
      stack[size++] = step.operand;
    } else if (step.op == MetaOp::kRule) {
      stack[size++] = values[static_cast<std::size_t>(step.operand)];
    } else if (step.op == MetaOp::kNot) {
      stack[size - 1] = truth(stack[size - 1] == 0);
    } else if (step.op == MetaOp::kNegate) {
      stack[size - 1] = -clamp_32(stack[size - 1]);
    } else {
      --size;
      stack[size - 1] = binary(step.op, stack[size - 1], stack[size]);
    }
  }
  return stack[0];
}

// How the stack stands after `step`; -1 if the step is impossible.
int depth_after(const MetaStep& step, int depth) {
  if (step.op > MetaOp::kNotEqual) return -1;
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

// Each rule the program names exists and has its value by now.
bool names_known(std::span<const MetaStep> program, const std::vector<bool>& known) {
  return std::all_of(program.begin(), program.end(), [&known](const MetaStep& step) {
    if (step.op != MetaOp::kRule) return true;
    return step.operand >= 0 && step.operand < static_cast<int64_t>(known.size()) &&
           known[static_cast<std::size_t>(step.operand)];
  });
}

}  // namespace

Status JudgePart::validate() const {
  if (rules.size() > limits::kRulesMax) return Error{ErrorCode::kLimit, "too many rules"};

  std::vector<bool> known(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) known[i] = rules[i].program.empty();
  for (const RuleIndex index : metas) {
    if (index >= rules.size()) return Error{ErrorCode::kInvalid, "a meta's index is out of range"};
    const JudgeRule& rule = rules[index];
    if (known[index]) return broken(rule, "is no meta, or stands twice among the metas");
    if (!well_formed(rule.program)) return broken(rule, "its program is not well formed");
    if (!names_known(rule.program, known)) return broken(rule, "names a rule without value");
    known[index] = true;
  }
  const auto missing = std::find(known.begin(), known.end(), false);
  if (missing == known.end()) return {};
  return broken(rules[static_cast<std::size_t>(missing - known.begin())], "is never evaluated");
}

void JudgePart::prepare() {
  users_begin_.assign(rules.size() + 1, 0);
  for (const RuleIndex meta : metas) {
    for (const MetaStep& step : rules[meta].program) {
      if (step.op == MetaOp::kRule) ++users_begin_[static_cast<std::size_t>(step.operand) + 1];
    }
  }
  for (std::size_t i = 1; i < users_begin_.size(); ++i) users_begin_[i] += users_begin_[i - 1];
  users_.assign(users_begin_.back(), 0);
  always_.assign(metas.size() / 64 + 1, 0);
  std::vector<uint32_t> next(users_begin_.begin(), users_begin_.end() - 1);
  const std::vector<int64_t> none(rules.size(), 0);
  for (uint32_t position = 0; position < metas.size(); ++position) {
    const std::vector<MetaStep>& program = rules[metas[position]].program;
    for (const MetaStep& step : program) {
      if (step.op == MetaOp::kRule)
        users_[next[static_cast<std::size_t>(step.operand)]++] = position;
    }
    if (run(program, none) != 0) always_[position / 64] |= uint64_t{1} << position % 64;
  }
}

std::span<const int64_t> JudgePart::values_after(std::span<const Hit> hits) const {
  thread_local std::vector<int64_t> values;
  values.assign(rules.size(), 0);
  for (const Hit& hit : hits) {
    if (hit.rule < rules.size()) values[hit.rule] = hit.count * kOne;
  }
  if (users_begin_.empty()) {
    for (const RuleIndex meta : metas) values[meta] = run(rules[meta].program, values);
  } else {
    run_woken(hits, values);
  }
  return values;
}

void JudgePart::run_woken(std::span<const Hit> hits, std::span<int64_t> values) const {
  SLUICE_ASSERT(users_begin_.size() == rules.size() + 1);
  thread_local std::vector<uint64_t> waiting;  // bit for each position in `metas`
  waiting = always_;
  const auto wake_users = [this](RuleIndex rule) {
    for (uint32_t i = users_begin_[rule]; i < users_begin_[rule + 1]; ++i) {
      waiting[users_[i] / 64] |= uint64_t{1} << users_[i] % 64;
    }
  };
  for (const Hit& hit : hits) {
    if (hit.rule < rules.size()) wake_users(hit.rule);
  }
  for (std::size_t word = 0; word < waiting.size(); ++word) {
    while (waiting[word] != 0) {  // a meta wakes later ones only
      const auto bit = static_cast<std::size_t>(std::countr_zero(waiting[word]));
      waiting[word] &= waiting[word] - 1;
      const RuleIndex meta = metas[word * 64 + bit];
      values[meta] = run(rules[meta].program, values);
      if (values[meta] != 0) wake_users(meta);
    }
  }
}

std::vector<Hit> JudgePart::all_hits(std::span<const Hit> hits) const {
  const std::span<const int64_t> values = values_after(hits);
  std::vector<Hit> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0) continue;
    const int64_t count = std::clamp<int64_t>(values[i] / kOne, 1, UINT16_MAX);
    out.push_back({.rule = static_cast<RuleIndex>(i), .count = static_cast<uint16_t>(count)});
  }
  return out;
}

void JudgePart::evaluate(std::span<const Hit> hits, Evaluation& out) const {
  const std::span<const int64_t> values = values_after(hits);
  out.hits.clear();
  int64_t score = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const JudgeRule& rule = rules[i];
    if (values[i] == 0 || !rule.counted) continue;
    out.hits.push_back({.rule = static_cast<RuleIndex>(i), .weight = rule.weight});
    if (!rule.shadow) score += rule.weight;
  }
  out.score = static_cast<int32_t>(clamp_32(score));
}

}  // namespace sluice::rules
