// A Perl regular expression as a tree of byte sets: what the compiler reasons about.
//
//   parse_regex({.pattern = "fre+ (?:money|cash)", .caseless = true})
//     concat([Ff] [Rr] repeat([Ee],1,) [ ] alternate(concat([Mm]..) concat([Cc]..)))
//
// The tree matches whatever the pattern matches and perhaps more: assertions (\b, ^, look-around)
// are empty, a back reference is any text, atomic and possessive groups are plain ones. So what
// every match of the tree has, every match of the pattern has. Of a look-ahead it keeps the bytes
// that may follow.
//
// Source:   perlre, as PCRE2 reads it without UTF.
// Failure:  nullopt for what is not understood (recursion, conditions, \Q, verbs ...).
// Bounds:   limits::kRegexNodesMax nodes, limits::kRegexDepthMax groups inside each other.
// Tests:    tests/rules/regex_tree_test.cc

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/patterns/regex_text.h"

namespace sluice::rules {

using ByteSet256 = std::bitset<256>;
using NodeIndex = uint32_t;

inline constexpr uint32_t kUnboundedWidth = UINT32_MAX;

struct RegexNode {
  enum class Kind : uint8_t { kEmpty, kSet, kConcat, kAlternate, kRepeat };

  Kind kind = Kind::kEmpty;
  char assertion = '\0';  // kEmpty: ^ $ b B, as written, or A and z; l and L: ^ and $ of lines;
                          // = before a byte of a set
  uint32_t set = 0;       // kSet, or before it: index into RegexTree::sets
  uint32_t min = 0;       // kRepeat
  uint32_t max = 0;       // kRepeat; kUnboundedWidth: no end
  std::vector<NodeIndex> children = {};  // kConcat, kAlternate, kRepeat (one)
  uint32_t width_min = 0;                // bytes of a match
  uint32_t width_max = 0;
  uint32_t size = 1;  // nodes of this subtree
};

struct RegexTree {
  std::vector<RegexNode> nodes;
  std::vector<ByteSet256> sets;
  NodeIndex root = 0;
  bool exact = true;  // no look-around, no back reference, no atomic group: nothing was left out

  [[nodiscard]] const RegexNode& node(NodeIndex index) const { return nodes[index]; }
};

std::optional<RegexTree> parse_regex(const RegexText& regex);

// Bytes that stand in matches of the subtree; that such matches may begin with; and end with. Of a
// match that is empty, what may stand after it, or before it.
ByteSet256 all_bytes(const RegexTree& tree, NodeIndex index);
ByteSet256 first_bytes(const RegexTree& tree, NodeIndex index, const ByteSet256& after = {});
ByteSet256 last_bytes(const RegexTree& tree, NodeIndex index, const ByteSet256& before = {});

// Whether each match of the subtree begins where its text does.
bool begins_text(const RegexTree& tree, NodeIndex index);

// The largest product of counts of repeats inside each other: of (?:a{1,9}b){5} it is 45.
uint64_t counts_inside(const RegexTree& tree, NodeIndex index);

// The pattern as RE2 must be given it, in Latin-1, to match where PCRE2 does; nullopt if the tree
// is not all of it, or it asks for the end of its text and goes on.
std::optional<std::string> re2_pattern(const RegexTree& tree);

// For RE2: what matches in a text wherever the pattern does, and perhaps elsewhere. Counts are
// given up, so its automaton is small.
std::string re2_superset(const RegexTree& tree);

}  // namespace sluice::rules
