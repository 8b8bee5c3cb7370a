// Functions on what the HTML of a message is like: HTMLEval.
//
//   body HTML_FONT_SIZE_HUGE eval:html_range('max_size', '6', 'inf')
//
// A function hits if it does for one of the HTML parts.
//
// Source:   Mail::SpamAssassin::Plugin::HTMLEval 4.0.1.
// Bounds:   time linear in the message; a text that costs a pattern more than its limits allow is
//           taken not to match.
// Tests:    tests/rules/evals/

#pragma once

#include <span>

#include "rules/evals/family.h"

namespace sluice::rules {

struct HtmlEvalState {
  bool read = false;
  std::span<const HtmlFacts* const> parts = {};  // of each HTML part

  void begin_message() { *this = {}; }
};

// The facts of each HTML part of the message.
std::span<const HtmlFacts* const> html_parts(EvalContext& context);

std::span<const EvalEntry> html_evals();

}  // namespace sluice::rules
