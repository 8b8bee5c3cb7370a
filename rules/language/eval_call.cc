#include "rules/language/eval_call.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_bare(char c) {
  return is_alnum(c) || c == '.' || c == ':' || c == '-';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Takes one argument, quoted or bare, at `at`; nullopt if there is none.
std::optional<std::string> take_argument(std::string_view text, std::size_t& at) {
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote == '\'' || quote == '"') {
    const std::size_t end = text.find(quote, at + 1);
    if (end == kNone) return std::nullopt;
    std::string out(text.substr(at + 1, end - at - 1));
    at = end + 1;
    return out;
  }
  const std::size_t begin = at;
  while (at < text.size() && is_bare(text[at])) ++at;
  if (at == begin) return std::nullopt;
  return std::string(text.substr(begin, at - begin));
}

std::optional<std::vector<std::string>> read_arguments(std::string_view text, std::size_t from,
                                                       RegexFault& fault) {
  std::vector<std::string> out;
  for (std::size_t at = skip_blanks(text, from); at < text.size();) {
    std::optional<std::string> one = take_argument(text, at);
    if (!one.has_value()) {
      fault = {at, "an argument is a text in quotes, or letters, digits, '.', ':' and '-'"};
      return std::nullopt;
    }
    out.push_back(std::move(*one));
    at = skip_blanks(text, at);
    if (at == text.size()) break;
    if (text[at] != ',') {
      fault = {at, "a comma should stand between two arguments"};
      return std::nullopt;
    }
    at = skip_blanks(text, at + 1);
  }
  return out;
}

}  // namespace

std::optional<EvalCall> parse_eval_call(std::string_view text, RegexFault& fault) {
  std::size_t name_end = 0;
  while (name_end < text.size() && (is_alnum(text[name_end]) || text[name_end] == '_')) ++name_end;
  if (name_end == 0 || name_end == text.size() || text[name_end] != '(' || !text.ends_with(')')) {
    fault = {name_end, "a function is called as eval:NAME() or eval:NAME('ARGUMENT', ...)"};
    return std::nullopt;
  }
  std::optional<std::vector<std::string>> arguments =
      read_arguments(text.substr(0, text.size() - 1), name_end + 1, fault);
  if (!arguments.has_value()) return std::nullopt;
  return EvalCall{.name = std::string(text.substr(0, name_end)),
                  .arguments = std::move(*arguments)};
}

}  // namespace sluice::rules
