// The keywords of the rule language: one row each.
//
// Adding one = a row in keywords.cc, its function, a case in tests/rules/cases.
//
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rules/language/rule_book.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

struct Keyword {
  std::string_view name;
  void (*read)(Statement& statement, RuleBook& book, Diagnostics& diagnostics);
  std::string_view usage;           // what follows the keyword
  std::string_view meaning;         // Markdown, a few sentences
  std::string_view example;         // lines of a rule file
  std::string (*more)() = nullptr;  // Markdown after the meaning: what a table holds
};

std::span<const Keyword> keywords();

// The reference of the language in Markdown: the text of LANGUAGE.md.
std::string language_reference();

}  // namespace sluice::rules
