#include "rules/needs.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace sluice::rules {
namespace {

constexpr int64_t kOne = 1'000;
constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

constexpr uint32_t kManySteps = 1'000;  // more are not told apart

constexpr int64_t kFar = kMost * kMost;

constexpr ValueRange kAnything = {-kFar, kFar};
constexpr ValueRange kEither = {0, kOne};  // truth

ValueRange exactly(int64_t value) {
  return {value, value};
}

ValueRange both(const ValueRange& a, const ValueRange& b) {
  return {std::min(a.least, b.least), std::max(a.most, b.most)};
}

// As the judge clamps operands of arithmetic.
ValueRange clamped(const ValueRange& range) {
  return {std::clamp(range.least, kLeast, kMost), std::clamp(range.most, kLeast, kMost)};
}

// `sure`: it is so whatever the values are; `possible`: it may be.
ValueRange truth(bool sure, bool possible) {
  return sure ? exactly(kOne) : possible ? kEither : exactly(0);
}

ValueRange less(const ValueRange& a, const ValueRange& b) {
  return truth(a.most < b.least, a.least < b.most);
}

ValueRange less_equal(const ValueRange& a, const ValueRange& b) {
  return truth(a.most <= b.least, a.least <= b.most);
}

ValueRange negation(const ValueRange& range) {
  return truth(range.zero(), !range.not_zero());
}

ValueRange equal(const ValueRange& a, const ValueRange& b) {
  return truth(a.known() && a == b, a.least <= b.most && b.least <= a.most);
}

ValueRange binary(MetaOp op, const ValueRange& a, const ValueRange& b) {
  const ValueRange x = clamped(a);
  const ValueRange y = clamped(b);
  switch (op) {
    case MetaOp::kAdd:
      return {x.least + y.least, x.most + y.most};
    case MetaOp::kSubtract:
      return {x.least - y.most, x.most - y.least};
    case MetaOp::kLess:
      return less(a, b);
    case MetaOp::kLessEqual:
      return less_equal(a, b);
    case MetaOp::kGreater:
      return less(b, a);
    case MetaOp::kGreaterEqual:
      return less_equal(b, a);
    case MetaOp::kEqual:
      return equal(a, b);
    case MetaOp::kNotEqual:
      return negation(equal(a, b));
    default:
      return kAnything;  // products and quotients
  }
}

}  // namespace

ValueRange counted_times(uint16_t least, uint16_t most) {
  return {least * kOne, most * kOne};
}

void NeedMemo::begin(std::size_t rules) {
  for (const RuleIndex rule : for_good_) kept_[rule].round = 0;
  for_good_.clear();
  if (kept_.size() < rules) kept_.resize(rules);
  if (++round_ < kForGood / 2) return;  // no message has as many rounds as are left
  std::fill(kept_.begin(), kept_.end(), Kept());
  round_ = 1;
}

void NeedMemo::keep(RuleIndex meta, const ValueRange& value) {
  if (clamped(value) != value) return;
  Kept& kept = kept_[meta];
  kept = {.least = static_cast<int32_t>(value.least),
          .most = static_cast<int32_t>(value.most),
          .round = value.known() ? kForGood : round_};
  if (value.known()) for_good_.push_back(meta);
}

// ---- laying out ---------------------------------------------------------------------------------

class Needs::Builder {
 public:
  Builder(const JudgePart& part, Needs& out) : part_(part), out_(out) {}

  void build() {
    const std::size_t rules = part_.rules.size();
    out_.roots_.assign(rules, kNoRoot);
    steps_.assign(rules, 0);
    for (const JudgeRule& rule : part_.rules) out_.reported_.push_back(rule.counted ? 1 : 0);
    for (const RuleIndex meta : part_.metas) add_program(meta);
    add_users();
  }

 private:
  struct Tree {
    MetaOp op = MetaOp::kConstant;
    int32_t operand = 0;
    std::vector<uint32_t> children = {};  // into trees_
    uint32_t steps = 1;                   // to evaluate it
  };

  static bool is_leaf(MetaOp op) {
    return op == MetaOp::kRule || op == MetaOp::kConstant || op == MetaOp::kSender;
  }

  static bool is_choice(MetaOp op) { return op == MetaOp::kAnd || op == MetaOp::kOr; }

  void add_program(RuleIndex meta) {
    trees_.clear();
    std::vector<uint32_t> stack;
    for (const MetaStep& step : part_.rules[meta].program) {
      Tree tree = {.op = step.op, .operand = static_cast<int32_t>(step.operand)};
      const bool unary = step.op == MetaOp::kNot || step.op == MetaOp::kNegate;
      const std::size_t operands = is_leaf(step.op) ? 0 : unary ? 1 : 2;
      const uint32_t left = operands > 0 ? stack[stack.size() - operands] : 0;
      if (is_choice(step.op) && trees_[left].op == step.op) {
        trees_[left].children.push_back(stack.back());
        stack.pop_back();
        continue;
      }
      tree.children.assign(stack.end() - static_cast<std::ptrdiff_t>(operands), stack.end());
      stack.resize(stack.size() - operands);
      stack.push_back(static_cast<uint32_t>(trees_.size()));
      trees_.push_back(std::move(tree));
    }
    count_steps(trees_[stack.front()]);
    const auto base = static_cast<uint32_t>(out_.nodes_.size());
    out_.roots_[meta] = base + stack.front();
    steps_[meta] = trees_[stack.front()].steps;
    for (const Tree& tree : trees_) {
      const auto begin = static_cast<uint32_t>(out_.children_.size());
      for (const uint32_t child : tree.children) out_.children_.push_back(base + child);
      out_.nodes_.push_back({.op = tree.op,
                             .operand = tree.operand,
                             .children_begin = begin,
                             .children_end = static_cast<uint32_t>(out_.children_.size())});
    }
  }

  // What is quickly found to be 0 comes first. The operand of an `and` becomes the place of the
  // child that has its value.
  void count_steps(Tree& tree) {
    if (tree.op == MetaOp::kRule) tree.steps += steps_[static_cast<std::size_t>(tree.operand)];
    for (const uint32_t child : tree.children) {
      count_steps(trees_[child]);
      tree.steps += trees_[child].steps;
    }
    tree.steps = std::min(tree.steps, kManySteps);
    if (tree.op != MetaOp::kAnd) return;
    const uint32_t last = tree.children.back();
    std::stable_sort(tree.children.begin(), tree.children.end(),
                     [this](uint32_t a, uint32_t b) { return trees_[a].steps < trees_[b].steps; });
    tree.operand = static_cast<int32_t>(
        std::find(tree.children.begin(), tree.children.end(), last) - tree.children.begin());
  }

  // Later metas lean on earlier ones, never the other way: from the last one on it is known of each
  // whether it is reported in the end.
  void add_users() {
    std::vector<std::vector<RuleIndex>> users(part_.rules.size());
    for (auto meta = part_.metas.rbegin(); meta != part_.metas.rend(); ++meta) {
      if (out_.reported_[*meta] == 0 && users[*meta].empty()) continue;
      for (const MetaStep& step : part_.rules[*meta].program) {
        if (step.op != MetaOp::kRule) continue;
        std::vector<RuleIndex>& of_rule = users[static_cast<std::size_t>(step.operand)];
        if (of_rule.empty() || of_rule.back() != *meta) of_rule.push_back(*meta);
      }
    }
    out_.users_begin_.assign(1, 0);
    for (const std::vector<RuleIndex>& of_rule : users) {
      out_.users_.insert(out_.users_.end(), of_rule.begin(), of_rule.end());
      out_.users_begin_.push_back(static_cast<uint32_t>(out_.users_.size()));
    }
  }

  const JudgePart& part_;
  Needs& out_;
  std::vector<Tree> trees_;      // of one meta
  std::vector<uint32_t> steps_;  // of each meta so far
};

Needs::Needs(const JudgePart& part) {
  Builder(part, *this).build();
}

// ---- asking -------------------------------------------------------------------------------------

class Needs::Question {
 public:
  Question(const Needs& needs, const RuleCounts& counts, NeedMemo& memo)
      : needs_(needs), counts_(counts), memo_(memo) {}

  bool needed(RuleIndex rule) {
    for (const RuleIndex user : needs_.users(rule)) {
      if (--steps_ < 0) return true;
      const ValueRange value = value_of(user);
      if (value.known()) continue;
      const bool reported = needs_.reported_[user] != 0 && !value.not_zero();
      if (reported || needed(user)) return true;
    }
    return false;
  }

 private:
  ValueRange value_of(RuleIndex rule) {
    const uint32_t root = needs_.roots_[rule];
    if (root == kNoRoot) return counts_.count_of(rule);
    if (memo_.has(rule)) return {memo_.kept_[rule].least, memo_.kept_[rule].most};
    const ValueRange value = value_of(needs_.nodes_[root]);
    if (steps_ >= 0) memo_.keep(rule, value);
    return value;
  }

  ValueRange value_of(const Node& node) {
    if (--steps_ < 0) return kAnything;
    const std::span<const uint32_t> children = needs_.children(node);
    switch (node.op) {
      case MetaOp::kRule:
        return value_of(static_cast<RuleIndex>(node.operand));
      case MetaOp::kConstant:
        return exactly(node.operand);
      case MetaOp::kSender:
        return kAnything;
      case MetaOp::kNot:
        return negation(child(children, 0));
      case MetaOp::kNegate: {
        const ValueRange value = clamped(child(children, 0));
        return {-value.most, -value.least};
      }
      case MetaOp::kAnd:
        return all_of(children, static_cast<std::size_t>(node.operand));
      case MetaOp::kOr:
        return one_of(children);
      default:
        return binary(node.op, child(children, 0), child(children, 1));
    }
  }

  ValueRange child(std::span<const uint32_t> children, std::size_t i) {
    return value_of(needs_.nodes_[children[i]]);
  }

  // That of the child at `place`, unless one is 0.
  ValueRange all_of(std::span<const uint32_t> children, std::size_t place) {
    ValueRange out;
    bool sure = true;
    for (std::size_t i = 0; i < children.size(); ++i) {
      const ValueRange value = child(children, i);
      if (value.zero()) return value;
      if (i == place) out = value;
      sure = sure && (i == place || value.not_zero());
    }
    return sure ? out : both(out, {});
  }

  // The first one that is not 0.
  ValueRange one_of(std::span<const uint32_t> children) {
    ValueRange out;
    for (std::size_t i = 0; i < children.size(); ++i) {
      const ValueRange value = child(children, i);
      out = out.zero() ? value : both(out, value);
      if (value.not_zero()) return out;
    }
    return out;
  }

  const Needs& needs_;
  const RuleCounts& counts_;
  NeedMemo& memo_;
  int steps_ = kStepsMax;
};

bool Needs::needed(RuleIndex rule, const RuleCounts& counts, NeedMemo& memo) const {
  return reported_[rule] != 0 || Question(*this, counts, memo).needed(rule);
}

// What was not kept, or not for this round, was not made use of.
void Needs::forget_users(RuleIndex rule, NeedMemo& memo) const {
  for (const RuleIndex user : users(rule)) {
    const bool open = memo.has(user) && memo.kept_[user].round != NeedMemo::kForGood;
    if (!open) continue;
    memo.forget(user);
    forget_users(user, memo);
  }
}

}  // namespace sluice::rules
