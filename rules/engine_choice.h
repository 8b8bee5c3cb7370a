// Which engine decides on a pattern, and what Hyperscan is given of it.
//
//   /free money/i      on paragraphs   kHyperscan: it cannot leave a paragraph
//   /free\s+money/i    on paragraphs   kConfirmed: \s may be the newline between two
//   /free (?!money)/   anywhere        kConfirmed: Hyperscan finds a superset
//   /(?!money)/        anywhere        kEveryUnit: the superset would be everywhere
//
// Tests:    tests/rules/differential_test.cc

#pragma once

#include "rules/hyperscan.h"
#include "rules/regex_text.h"
#include "rules/rule_set_parts.h"
#include "rules/text_view.h"

namespace sluice::rules {

struct EngineChoice {
  Engine engine = Engine::kEveryUnit;
  HyperscanPattern source = {};  // unless kEveryUnit
};

// `counts`: each match counts, not only whether there is one.
EngineChoice choose_engine(const RegexText& regex, const PatternShape& shape, UnitShape units,
                           bool counts);

}  // namespace sluice::rules
