// Lets the judge report sub-rules, which serve metas only and are never reported otherwise.
//
//   const JudgePart all = with_sub_rules(set.judge_part());
//   all.evaluate(hits, evaluation);    hits {__ACCOUNT 0, __LOCKED 0, PHISHY 3000}, score 3000
//
// Sub-rules weigh nothing, so the score is what it was.
//
// Threads:  plain values.
// Tests:    tests/rules/tools/meta_parts_test.cc

#pragma once

#include "rules/judge_part.h"

namespace sluice::rules {

JudgePart with_sub_rules(const JudgePart& part);

}  // namespace sluice::rules
