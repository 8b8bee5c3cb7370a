// The judge's own part of a rule set, as the journal carries it.
//
//   Rules rules = make_rules(rule_set, limits);         // at start and after each reload
//   rules.activation                                     // the journal entry, by value
//   decode_activation(entry)                             // what apply() and replay work with
//
// Two Rules with the same digest judge alike, so the journal needs an activation only where the
// digest changes (and once a day, so that reading may begin in the middle).
//
// Tests:    tests/engine/activation_test.cc

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/verdict/policy.h"
#include "ingest/schemas/journal_generated.h"
#include "rules/judge_part.h"
#include "rules/rule_set.h"

namespace sluice::senders {

// Grows with every change of the fold that changes an answer.
inline constexpr uint32_t kFoldVersion = 2;

// A rule set in use: what the scan needs, and the journal entry that tells the judge of it.
struct Rules {
  std::shared_ptr<const rules::RuleSet> set;
  std::string activation;  // value of a journal entry
  std::string digest;      // 16 bytes, of `activation`
};

// The journal entry for a rule set named `rule_set` (16 bytes).
std::string make_activation(std::string_view rule_set, const rules::JudgePart& part,
                            const verdict::Limits& limits);

std::shared_ptr<const Rules> make_rules(std::shared_ptr<const rules::RuleSet> set,
                                        const verdict::Limits& limits);

// An activation, decoded.
struct Active {
  std::string rule_set;  // 16 bytes
  std::string digest;    // 16 bytes, of the entry
  rules::JudgePart part;
  verdict::Limits limits;
};

// `entry` is the whole journal value, already verified as a FlatBuffer that holds an Activation.
// An error for a program that is not well formed or of a newer fold version.
Result<std::shared_ptr<const Active>> decode_activation(std::string_view entry);

}  // namespace sluice::senders
