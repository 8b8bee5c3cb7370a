// Arguments of eval functions as numbers, made ready when the rule file is read.
//
//   eval:html_range('length', '0', '1024')    numbers(context).at(2) == 1024
//
// Source:   perlnumber: what stands at the front of a text counts, "0400" is 400, "abc" is 0.
// Threads:  constant once made.
// Tests:    tests/rules/evals/arguments_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rules/evals/evals.h"

namespace sluice::rules {

double perl_number(std::string_view text);

struct NumberArguments final : EvalPrepared {
  std::array<double, 6> values = {};
  std::size_t given = 0;

  [[nodiscard]] bool has(std::size_t i) const { return i < given; }

  // 0 for one that is not given.
  [[nodiscard]] double at(std::size_t i) const { return i < values.size() ? values[i] : 0; }
};

// An EvalEntry's `prepare`.
std::unique_ptr<const EvalPrepared> prepare_numbers(std::span<const std::string> arguments,
                                                    std::string& fault);

// REQUIRES: the entry's `prepare` is prepare_numbers.
inline const NumberArguments& numbers(const EvalContext& context) {
  return static_cast<const NumberArguments&>(*context.prepared);
}

}  // namespace sluice::rules
