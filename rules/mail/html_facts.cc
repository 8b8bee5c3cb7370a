#include "rules/mail/html_facts.h"

#include <algorithm>

namespace sluice::rules {

std::optional<double> HtmlFacts::value(std::string_view name) const {
  const auto found =
      std::find_if(values.begin(), values.end(), [name](const auto& v) { return v.first == name; });
  if (found == values.end()) return std::nullopt;
  return found->second;
}

int HtmlFacts::open_tags(std::string_view tag) const {
  const auto found =
      std::find_if(inside.begin(), inside.end(), [tag](const auto& t) { return t.first == tag; });
  return found == inside.end() ? 0 : found->second;
}

}  // namespace sluice::rules
