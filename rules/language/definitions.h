// Reads the statements that define a rule: header, body, meta and so on.
//
// Each takes the statement behind its keyword. What is wrong becomes a diagnostic; the rule is then
// there, but off, so that other lines about it can still be checked.
//
// Source:   Mail::SpamAssassin::Conf 4.0.1.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <string_view>

#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

void read_header(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_body(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_rawbody(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_uri(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_full(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_mimeheader(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_uri_detail(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_defect(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_meta(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

// Reads `text`, a view into the statement, as the rule's pattern; false, with a diagnostic, if it
// is none.
bool read_regex(const Statement& statement, std::string_view text, RuleText& rule,
                Diagnostics& diagnostics);

}  // namespace sluice::rules
