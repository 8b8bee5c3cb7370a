// Which of the rules that a meta names held in a message.
//
//   meta PHISHY (__ACCOUNT && __LOCKED) || LOGIN_PHP
//   meta_parts(...)  {__ACCOUNT held, __LOCKED held, LOGIN_PHP not}
//
// Bounds:   each rule once, in the order the expression names them; at most limits::kMetaStepsMax.
// Threads:  plain values.
// Tests:    tests/rules/tools/meta_parts_test.cc

#pragma once

#include <span>
#include <vector>

#include "rules/judge_part.h"

namespace sluice::rules {

struct MetaPart {
  RuleIndex rule = 0;
  bool held = false;
};

// `hits` are those of an evaluation that reports sub-rules (rules/tools/sub_rules.h); they ascend
// by rule. Empty for a rule that is no meta.
std::vector<MetaPart> meta_parts(const JudgePart& part, RuleIndex meta,
                                 std::span<const WeightedHit> hits);

// Whether `rule` is among `hits`, which ascend by rule.
bool is_among(std::span<const WeightedHit> hits, RuleIndex rule);

}  // namespace sluice::rules
