// The call of an eval function, as rules write it.
//
//   "check_base64_length('79','132')"   name "check_base64_length", arguments {"79", "132"}
//
// Source:   Mail::SpamAssassin::Conf::Parser 4.0.1 (pack_eval_args).
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <optional>
#include <string_view>

#include "rules/language/rule_text.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

// `text` is what follows "eval:". On a fault the result is empty and `fault.offset` is into `text`.
std::optional<EvalCall> parse_eval_call(std::string_view text, RegexFault& fault);

}  // namespace sluice::rules
