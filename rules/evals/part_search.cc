#include "rules/evals/part_search.h"

#include <algorithm>

namespace sluice::rules {

std::optional<std::string_view> last_field_of(const MailPart& part, std::string_view name) {
  for (std::size_t i = part.fields.size(); i-- > 0;) {
    if (iequals(part.fields[i].name, name)) return part.fields[i].text;
  }
  return std::nullopt;
}

bool is_base64_encoding(std::string_view field) {
  if (field.ends_with('\n')) field.remove_suffix(1);
  return iequals(field, "base64");
}

bool has_tag(const HtmlFacts& html, std::string_view tag) {
  return std::any_of(html.inside.begin(), html.inside.end(),
                     [tag](const auto& seen) { return seen.first == tag; });
}

std::span<const MailPart> rendered_parts(EvalContext& context) {
  context.mail.body();
  return context.mail.tree();
}

const TextUnits& texts_of_caller(EvalContext& context) {
  static const TextUnits kNone = {};
  switch (context.caller) {
    case EvalCaller::kBody:
      return context.mail.body();
    case EvalCaller::kRawbody:
      return context.mail.rawbody();
    case EvalCaller::kHeader:
    case EvalCaller::kFull:
      break;
  }
  return kNone;
}

}  // namespace sluice::rules
