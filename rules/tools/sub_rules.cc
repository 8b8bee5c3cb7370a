#include "rules/tools/sub_rules.h"

namespace sluice::rules {

JudgePart with_sub_rules(const JudgePart& part) {
  JudgePart all = part;
  for (JudgeRule& rule : all.rules) {
    if (rule.counted) continue;
    rule.counted = true;
    rule.weight = 0;
  }
  all.prepare();
  return all;
}

}  // namespace sluice::rules
