#include "rules/language/rule_names.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {

bool is_rule_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kRuleNameBytesMax || is_digit(name.front()))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

std::string_view take_name(Statement& statement, std::string_view what, Diagnostics& diagnostics) {
  const std::string_view name = statement.take_word();
  if (is_rule_name(name)) return name;
  report(diagnostics,
         statement.error(
             name,
             name.empty() ? fmt::format("the name of the {} is missing", what)
                          : fmt::format("'{}' is no {} name", printable(name, 64), what),
             fmt::format("a {}'s name has letters, digits and _ and begins with no digit", what)));
  return {};
}

bool is_glob(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alnum(c) || c == '_' || c == '*' || c == '?';
  });
}

bool glob_matches(std::string_view glob, std::string_view name) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;  // the last * passed, and how far it reaches in name
  std::size_t reach = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (at < glob.size() && (glob[at] == '?' || glob[at] == name[i])) {
      ++at;
      ++i;
    } else if (at < glob.size() && glob[at] == '*') {
      star = at++;
      reach = i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++reach;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace sluice::rules
