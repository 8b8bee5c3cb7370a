// Functions on links: URIEval and HTTPSMismatch.
//
//   body HTTPS_HTTP_MISMATCH eval:check_https_http_mismatch('1','10')
//
// Source:   Mail::SpamAssassin::Plugin::URIEval and HTTPSMismatch 4.0.1.
// Bounds:   time linear in the links and their texts.
// Tests:    tests/rules/evals/

#pragma once

#include <span>

#include "rules/evals/family.h"

namespace sluice::rules {

std::span<const EvalEntry> uri_evals();

}  // namespace sluice::rules
