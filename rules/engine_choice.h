// Which engine decides on a pattern, and what Hyperscan is given of it.
//
// Of a small rule set Hyperscan runs all that it takes. Of a large one:
//
//   /e|\xc3[\xa8\xa9]/         kBytes: a table of one or two bytes decides
//   /oil and gas (?!heating)/  kLiterals: "oil and gas " is rare, and looked for first
//   /v[i1!]+[a@]gr[a@]/        kChains: no literal, but letters in a row
//   /^[^\n]{998}/             kRun: a long run of bytes of one set, or a begin above ASCII
//   /\d{3}-\d{4}/              kHyperscan: nothing to look for first
//   /\d{3}(?!-)/               kConfirmed: Hyperscan finds a superset
//   /^\s*(?=\S)/               kUnitBegin: it would be everywhere, but can begin in one place
//   /(?!money)/                kEveryUnit: the superset would be everywhere
//
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/patterns/byte_runs.h"
#include "rules/patterns/hyperscan.h"
#include "rules/patterns/regex_text.h"
#include "rules/patterns/regex_tree.h"
#include "rules/patterns/required_chains.h"
#include "rules/patterns/required_literals.h"
#include "rules/patterns/short_strings.h"
#include "rules/rule_set_parts.h"
#include "rules/text_view.h"

namespace sluice::rules {

struct EngineChoice {
  Engine engine = Engine::kEveryUnit;
  uint32_t width_max = kUnboundedWidth;
  ShortStrings strings = {};                        // kBytes
  std::vector<RequiredLiteral> literals = {};       // kLiterals
  uint32_t finds = 1;                               // kLiterals: so many stand in each match
  Lead lead = {};                                   // kLiterals, kChains: up to what is found
  std::vector<std::vector<std::string>> also = {};  // kLiterals: and one of each of these
  std::vector<Chain> chains = {};                   // kChains
  ByteRun run = {};                                 // kRun
  HyperscanPattern source = {};                     // kHyperscan, kConfirmed
};

// How much text a pattern is looked for in.
enum class TextSize : uint8_t {
  kField,  // a header field: so little that no scan pays
  kLink,   // URLs: a pattern may as well run on each
  kLong,
};

// What a pattern is looked for in, and how.
struct PatternUse {
  UnitShape units = UnitShape::kWhole;
  bool counts = false;  // each match counts, not only whether there is one
  bool many = false;    // the rule set is large: Hyperscan alone would be slow
  TextSize text = TextSize::kLong;
};

EngineChoice choose_engine(const RegexText& regex, const PatternShape& shape,
                           const PatternUse& use);

}  // namespace sluice::rules
