// Reads rules that compare facts or look them up: lookup, envelope, structure, auth.
//
//   lookup    LINKS_TO_EVIL  uri:host in EVIL
//   structure MANY_HOSTS     hosts > 40
//
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <string>

#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

void read_lookup(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_envelope(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_structure(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
void read_auth(Statement& statement, RuleBook& book, Diagnostics& diagnostics);

// The tables of texts and fields in Markdown.
std::string lookup_texts_reference();
std::string envelope_reference();
std::string structure_reference();
std::string auth_reference();

}  // namespace sluice::rules
