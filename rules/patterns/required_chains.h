// What every match of a pattern holds where it holds no literal: chains of byte sets.
//
//   /v[_\W]{0,3}[i1!]a[_\W]{0,3}g/i    [Vv] gap[_\W] [Ii1!] [Aa] gap[_\W] [Gg]
//   /[A-Z]{16,} ltd/                   [A-Z] [A-Z] [A-Z] ...
//
// A chain is a byte of a first set, then bytes of a gap, then a byte of the next set ... Of the
// chains that would do, those are taken that ordinary mail holds seldom.
//
// Bounds:   the constants of required_chains.cc.
// Tests:    tests/rules/regex_tree_test.cc

#pragma once

#include <vector>

#include "rules/patterns/lead.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

struct ChainLetter {
  ByteSet256 first = {};  // the byte that takes the chain to this letter
  ByteSet256 gap = {};    // bytes after it that leave it there
};

using Chain = std::vector<ChainLetter>;

struct RequiredChains {
  std::vector<Chain> chains = {};  // each match holds one of them
  double frequency = 1.0;          // of all of them together: expected per byte of mail
  Lead lead = {};                  // up to the last letter
};

// No chains: none are required that are worth looking for.
RequiredChains required_chains(const RegexTree& tree);

}  // namespace sluice::rules
