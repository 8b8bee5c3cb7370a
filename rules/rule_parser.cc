#include "rules/rule_parser.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "rules/keywords.h"
#include "rules/lines/statement.h"
#include "rules/rule_book.h"

namespace sluice::rules {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t lf = text.find('\n');
  const std::string_view line = text.substr(0, lf);
  text.remove_prefix(lf == std::string_view::npos ? text.size() : lf + 1);
  return line;
}

// As SpamAssassin reads them: letter case and - for _ do not matter.
std::string keyword_name(std::string_view word) {
  std::string name = to_lower(word);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Diagnostic unknown_keyword(const Statement& statement, std::string_view word) {
  std::vector<std::string_view> names;
  for (const Keyword& keyword : keywords()) names.push_back(keyword.name);
  return statement.error(word, fmt::format("unknown keyword '{}'", printable(word, 64)),
                         did_you_mean(word, names));
}

void read_statement(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  if (statement.empty()) return;
  const std::string_view word = statement.take_word();
  const std::string name = keyword_name(word);
  for (const Keyword& keyword : keywords()) {
    if (keyword.name == name) return keyword.read(statement, book, diagnostics);
  }
  report(diagnostics, unknown_keyword(statement, word));
}

}  // namespace

RuleTexts parse_rules(std::span<const RuleFile> files, Diagnostics& diagnostics) {
  RuleBook book;
  for (const RuleFile& file : files) {
    std::string_view text = file.text;
    for (int number = 1; !text.empty(); ++number) {
      Statement statement(file.path, number, take_line(text));
      read_statement(statement, book, diagnostics);
    }
  }
  return std::move(book).finish(diagnostics);
}

}  // namespace sluice::rules
