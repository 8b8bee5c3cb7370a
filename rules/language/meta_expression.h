// The expression of a meta rule, as a program for the judge.
//
//   "A && (B + 2*C > 1)"   names {A, B, C}
//                          A B 2 C * + 1 > &&
//
// Precedence as SpamAssassin's, which is Perl's: ! - (one operand), * /, + -, < <= > >=, == !=, ^,
// &&, ||, ?:. A name stands for the number of its hits.
//
// Bounds:   limits::kMetaStepsMax steps, limits::kMetaStackMax values at once; no recursion.
// Tests:    tests/rules/judge_part_test.cc

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/judge_part.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

struct MetaName {
  std::string name = {};
  std::size_t offset = 0;  // of its first use in the expression
};

struct MetaExpression {
  std::vector<MetaStep> program = {};  // kRule operands index `names`
  std::vector<MetaName> names = {};    // each once
};

// On a fault the result is empty and `fault.offset` is into `text`.
std::optional<MetaExpression> parse_meta(std::string_view text, RegexFault& fault);

}  // namespace sluice::rules
