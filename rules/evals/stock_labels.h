// Labels that advice to buy a stock is full of.
//
//   count_stock_labels("Symbol: XMPL\nCurrent Price : 2 EUR\n")    2
//
// Source:   check_stock_info() of Mail::SpamAssassin::Plugin::BodyEval 4.0.1.
// Bounds:   time linear in the text; at most 32 different labels are told apart.
// Threads:  any.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::rules {

// How many different labels stand at the begin of lines, each with a value after its colon. `text`
// is rendered text.
std::size_t count_stock_labels(std::string_view text);

}  // namespace sluice::rules
