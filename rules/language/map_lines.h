// Reads `map` lines, and checks what `lookup` rules say of maps once all lines are read.
//
//   map EVIL domains file:maps/evil.txt
//
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <string>

#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

void read_map(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

// A rule that names no map, or one of a kind that does not fit, is an error; a map that no rule
// names a warning.
void check_lookups(RuleTexts& texts, Diagnostics& diagnostics);

// The kinds of maps in Markdown.
std::string map_kinds_reference();

}  // namespace sluice::rules
