// Finds parts of a message by type.
//
//   type_begins_with_word("text/plain", "text")    true, but not for "textile/x"
//
// Source:   find_parts() of Mail::SpamAssassin::Message::Node 4.0.1 and the patterns it is called
//           with.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "rules/evals/evals.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

// Whether `type` begins with `word` and no letter, digit or underscore follows it.
constexpr bool type_begins_with_word(std::string_view type, std::string_view word) {
  if (!type.starts_with(word)) return false;
  return type.size() == word.size() || !(is_alnum(type[word.size()]) || type[word.size()] == '_');
}

// A part's children follow it: where the last of them and theirs end.
inline std::size_t end_of_part(std::span<const MailPart> parts, std::size_t i) {
  std::size_t end = i + 1;
  while (end < parts.size() && parts[end].parent >= i) ++end;
  return end;
}

// The decoded text of the last field `name` of a part, with the newline at its end; nullopt if it
// has none.
std::optional<std::string_view> last_field_of(const MailPart& part, std::string_view name);

// Whether the decoded text of a Content-Transfer-Encoding is base64 and nothing else.
bool is_base64_encoding(std::string_view field);

// Whether such a tag was seen at all.
bool has_tag(const HtmlFacts& html, std::string_view tag);

// The parts of the message, its texts rendered.
std::span<const MailPart> rendered_parts(EvalContext& context);

// The texts that rules of the caller's kind see.
const TextUnits& texts_of_caller(EvalContext& context);

}  // namespace sluice::rules
