#include "rules/language/rule_parser.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/language/conditions.h"
#include "rules/language/keywords.h"
#include "rules/language/map_lines.h"
#include "rules/language/rule_book.h"
#include "rules/language/settings.h"
#include "rules/lines/statement.h"

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
  for (const SettingGroup& group : setting_groups()) {
    names.insert(names.end(), group.names.begin(), group.names.end());
  }
  return statement.error(word, fmt::format("unknown keyword '{}'", printable(word, 64)),
                         did_you_mean(word, names));
}

const Keyword* find_keyword(std::string_view name) {
  for (const Keyword& keyword : keywords()) {
    if (keyword.name == name) return &keyword;
  }
  return nullptr;
}

// The rules of a set, file by file.
class Parser {
 public:
  Parser(std::span<const RuleFile> files, Diagnostics& diagnostics)
      : files_(files), diagnostics_(diagnostics) {}

  void read_file(const RuleFile& file) {
    open_.push_back(&file);
    read_lines(file);
    open_.pop_back();
    if (open_.empty()) conditions_.end_file(file.path, diagnostics_);
  }

  RuleTexts finish() && {
    RuleTexts out = std::move(book_).finish(diagnostics_);
    check_lookups(out, diagnostics_);
    return out;
  }

 private:
  static constexpr std::size_t kOpenMax = 16;  // files that include one another
  static constexpr std::string_view kLanguage = "en";
  static constexpr std::string_view kVersion = "4.000001";

  void read_lines(const RuleFile& file) {
    std::string_view text = file.text;
    for (int number = 1; !text.empty(); ++number) {
      Statement statement(file.path, number, take_line(text));
      if (!statement.empty()) read_statement(statement);
    }
  }

  void read_statement(Statement& statement) {
    std::string_view word = statement.take_word();
    if (word == "lang") {
      if (!is_own_language(statement.take_word()) || statement.rest().empty()) return;
      word = statement.take_word();
    }
    const std::string name = keyword_name(word);
    if (conditions_.take(name, statement, diagnostics_)) return;
    if (conditions_.skipping()) return pass_over(name, statement);
    if (name == "include") return include(statement);
    if (name == "require_version") return require_version(statement);
    if (const Keyword* const keyword = find_keyword(name)) {
      return keyword->read(statement, book_, diagnostics_);
    }
    const std::string setting = setting_name(name);
    if (find_setting(setting) == nullptr) {
      return report(diagnostics_, unknown_keyword(statement, word));
    }
    book_.set({setting, std::string(statement.rest()), place_of(statement, statement.rest())},
              diagnostics_);
  }

  // "en" and what it begins with.
  static bool is_own_language(std::string_view name) {
    return kLanguage.starts_with(to_lower(name));
  }

  void pass_over(std::string_view name, Statement& statement) {
    if (find_keyword(name) != nullptr) book_.pass_over(statement.take_word());
  }

  void include(const Statement& statement) {
    if (statement.rest().empty()) {
      return report(diagnostics_, statement.error(statement.rest(), "the file is missing"));
    }
    const std::string path = included_path(std::string(statement.file()), statement.rest());
    const auto file = std::find_if(files_.begin(), files_.end(),
                                   [&path](const RuleFile& one) { return one.path == path; });
    if (file == files_.end()) {
      return report(diagnostics_, statement.error(statement.rest(), path + " cannot be read"));
    }
    if (std::find(open_.begin(), open_.end(), &*file) != open_.end()) {
      return report(diagnostics_, statement.error(statement.rest(), path + " includes itself"));
    }
    if (open_.size() == kOpenMax || includes_left_ == 0) {
      return report(diagnostics_, statement.error(statement.rest(), "too many files are included"));
    }
    --includes_left_;
    read_file(*file);
  }

  void require_version(const Statement& statement) {
    const std::string_view version = statement.rest();
    if (version == "@@VERSION@@" || version == kVersion) return;
    conditions_.skip_rest();
    report(diagnostics_,
           statement.warning(version,
                             fmt::format("the rest of this file is for version {}: it is "
                                         "passed over",
                                         printable(version, 32)),
                             fmt::format("the language here is that of version {}", kVersion)));
  }

  std::span<const RuleFile> files_;
  Diagnostics& diagnostics_;
  RuleBook book_;
  Conditions conditions_;
  std::vector<const RuleFile*> open_;  // each includes the next
  std::size_t includes_left_ = limits::kRuleFilesMax;
};

}  // namespace

RuleTexts parse_rules(std::span<const RuleFile> files, Diagnostics& diagnostics) {
  Parser parser(files, diagnostics);
  for (const RuleFile& file : files) {
    if (!file.included) parser.read_file(file);
  }
  return std::move(parser).finish();
}

}  // namespace sluice::rules
