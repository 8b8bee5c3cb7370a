// Conditions on the sender of a message, and what else says something of senders in rule files.
//
//   sender  BURST  rate_1h > 500 && age_days < 7
//   test    BURST  ok  rate_1h: 501 || age_days: 3
//
//   parse_sender_condition("rate_1h > 500", fault)     {sender rate_1h, constant 500000, greater}
//
// A condition is an expression as metas have it, in which names are terms of base/sender_view.h;
// it must be true or false, and `standing` is compared with the names of standings only.
//
// Bounds:   limits::kMetaStepsMax steps, limits::kMetaStackMax values at once.
// Threads:  pure functions.
// Tests:    tests/rules/cases/senders.cf, tests/engine/sender_rules_test.cc

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sender_view.h"
#include "rules/judge_part.h"
#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

struct SenderFault {
  std::size_t offset = 0;  // into the text
  std::string message = {};
  std::string hint = {};
};

// The program of a condition. On a fault the result is empty.
std::optional<std::vector<MetaStep>> parse_sender_condition(std::string_view text,
                                                            SenderFault& fault);

// Sets one term of `view`: "rate_1h" to "501", "standing" to "watched". False, with a fault whose
// offset is into `value`, if the value is none. REQUIRES: `name` is a term.
bool set_sender_term(SenderView& view, std::string_view name, std::string_view value,
                     SenderFault& fault);

// Sets the terms of "rate_1h=501,age_days=3" for tools.
bool set_sender_terms(SenderView& view, std::string_view text, SenderFault& fault);

// The keyword `sender`.
void read_sender(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

// What the `test` lines of a rule say of the sender must have a meaning. REQUIRES: all is read.
void check_sender_tests(const RuleText& rule, Diagnostics& diagnostics);

// "- `rate_1h`: messages in the last hour\n..."
std::string sender_reference();

}  // namespace sluice::rules
