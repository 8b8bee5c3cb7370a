// Reads what MIMEEval's functions ask of the parts of a message, all in one pass.
//
//   const MimeEvalState::Facts& facts = mime_facts(context);     read at the first call
//
// Source:   _check_attachments() of Mail::SpamAssassin::Plugin::MIMEEval 4.0.1.
// Bounds:   time linear in the message.
// Tests:    tests/rules/evals/

#pragma once

#include <optional>
#include <string_view>

#include "rules/evals/evals.h"
#include "rules/evals/mime_eval.h"

namespace sluice::rules {

const MimeEvalState::Facts& mime_facts(EvalContext& context);

// Whether a text in this character set may look as if it were all capital letters.
bool is_charset_likely_to_fp(std::string_view charset);

}  // namespace sluice::rules
