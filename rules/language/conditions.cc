#include "rules/language/conditions.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/language/features.h"

namespace sluice::rules {
namespace {

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

// Reads an expression of Perl that has numbers and truths only: ! binds tightest, then comparisons,
// then &&, then ||.
class Expression {
 public:
  Expression(std::string_view text, std::string& fault) : text_(text), fault_(fault) {}

  bool holds() {
    const double value = either();
    if (fault_.empty() && !at_end()) fail("an operator should stand here");
    return fault_.empty() && value != 0;
  }

 private:
  double either() {
    double value = both();
    while (take("||")) {
      const double right = both();
      value = value != 0 ? value : right;
    }
    return value;
  }

  double both() {
    double value = comparison();
    while (take("&&")) {
      const double right = comparison();
      value = value != 0 ? right : value;
    }
    return value;
  }

  double comparison() {
    double value = single();
    for (;;) {
      if (take(">=")) {
        value = value >= single() ? 1 : 0;
      } else if (take("<=")) {
        value = value <= single() ? 1 : 0;
      } else if (take("==")) {
        value = value == single() ? 1 : 0;
      } else if (take("!=")) {
        value = value != single() ? 1 : 0;
      } else if (take(">")) {
        value = value > single() ? 1 : 0;
      } else if (take("<")) {
        value = value < single() ? 1 : 0;
      } else {
        return value;
      }
    }
  }

  double single() {
    bool negated = false;
    while (take("!")) negated = !negated;
    const double value = operand();
    return negated ? (value == 0 ? 1 : 0) : value;
  }

  double operand() {
    if (!fault_.empty()) return 0;
    if (take("(")) return group();
    if (at_end()) return fail("the condition ends where something should stand");
    if (is_digit(text_[at_])) return number();
    const std::string_view word = take_name();
    if (word == "version") return kLanguageVersion;
    if (word == "perl_version") return kPerlVersion;
    if (word == "local_tests_only") return 1;
    if (word == "plugin") return has_plugin(argument()) ? 1 : 0;
    if (word == "can" || word == "has") return has_feature(argument()) ? 1 : 0;
    return fail("a condition is made of version, plugin(), can(), has() and numbers");
  }

  double group() {
    if (++depth_ > limits::kConditionsMax) return fail("the condition nests too deep");
    const double value = either();
    --depth_;
    if (!take(")")) return fail("a ) is missing");
    return value;
  }

  double number() {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return fail("this is no number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  // "(Mail::SpamAssassin::Plugin::FreeMail)"
  std::string_view argument() {
    if (!take("(")) return fail("a name in parentheses should follow"), std::string_view();
    skip_blanks();
    const std::string_view name = take_name();
    if (name.empty() || !take(")")) fail("a name in parentheses should follow");
    return name;
  }

  std::string_view take_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == ':')) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool take(std::string_view sign) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(sign)) return false;
    if (sign == "!" && text_.substr(at_).starts_with("!=")) return false;
    at_ += sign.size();
    skip_blanks();
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool at_end() {
    skip_blanks();
    return at_ == text_.size();
  }

  double fail(std::string_view message) {
    if (fault_.empty()) fault_ = message;
    at_ = text_.size();
    return 0;
  }

  std::string_view text_;
  std::string& fault_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

bool condition_holds(std::string_view expression, std::string& fault) {
  return Expression(expression, fault).holds();
}

bool Conditions::take(std::string_view keyword, Statement& statement, Diagnostics& diagnostics) {
  if (keyword == "if" || keyword == "ifplugin") {
    open(keyword, statement, diagnostics);
  } else if (keyword == "else") {
    turn(statement, diagnostics);
  } else if (keyword == "endif") {
    close(statement, diagnostics);
  } else {
    return false;
  }
  return true;
}

void Conditions::open(std::string_view keyword, Statement& statement, Diagnostics& diagnostics) {
  const std::string_view text = statement.rest();
  if (open_.size() == limits::kConditionsMax) {
    report(diagnostics, statement.error(text, "conditions nest too deep"));
    return;
  }
  open_.push_back({std::string(keyword), statement.line(), skipping_});
  std::string fault;
  bool holds = false;
  if (text.empty()) {
    fault = "the condition is missing";
  } else if (keyword == "ifplugin") {
    holds = has_plugin(text);
  } else {
    holds = condition_holds(text, fault);
  }
  if (!fault.empty()) {
    report(diagnostics, statement.error(text, fault, "write: if (version >= 4.0)"));
  }
  if (!holds) skipping_ = true;
}

// As the original: an else inside a block that is skipped is skipped, too.
void Conditions::turn(const Statement& statement, Diagnostics& diagnostics) {
  if (open_.empty()) {
    report(diagnostics, statement.error(statement.rest(), "this else has no if"));
    return;
  }
  const bool outer =
      std::any_of(open_.begin(), open_.end(), [](const Open& one) { return one.skipping_before; });
  skipping_ = outer || !skipping_;
}

void Conditions::close(const Statement& statement, Diagnostics& diagnostics) {
  if (open_.empty()) {
    report(diagnostics, statement.error(statement.rest(), "this endif has no if"));
    return;
  }
  skipping_ = open_.back().skipping_before;
  open_.pop_back();
}

void Conditions::end_file(std::string_view file, Diagnostics& diagnostics) {
  for (const Open& one : open_) {
    report(diagnostics, {.file = std::string(file),
                         .line = one.line,
                         .column = 1,
                         .message = fmt::format("this {} has no endif", one.keyword),
                         .hint = "a condition ends in the file where it begins"});
  }
  open_.clear();
  skipping_ = false;
}

}  // namespace sluice::rules
