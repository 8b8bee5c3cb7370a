// Reads the statements that say something of a rule: score, describe, tflags and so on.
//
// Source:   Mail::SpamAssassin::Conf 4.0.1.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

void read_score(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_describe(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_tflags(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_priority(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_test(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

// "2", "-0.25", "1.5": in thousandths. Digits beyond the third after the point are dropped.
std::optional<int32_t> read_weight(std::string_view text);

// What tflags knows, in Markdown.
std::string flags_reference();

}  // namespace sluice::rules
