#include "rules/patterns/short_strings.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

// The sets a branch is made of; false if it is not made of one or two.
bool sets_of(const RegexTree& tree, NodeIndex branch, std::vector<uint32_t>& sets) {
  const RegexNode& node = tree.node(branch);
  if (node.kind == Kind::kSet) sets.push_back(node.set);
  if (node.kind == Kind::kConcat) {
    for (const NodeIndex child : node.children) {
      if (tree.node(child).kind != Kind::kSet) return false;
      sets.push_back(tree.node(child).set);
    }
  }
  return sets.size() == 1 || sets.size() == 2;
}

}  // namespace

ShortStrings::ShortStrings(const ByteSet256& ones, std::vector<Pair> pairs)
    : ones_(ones), pairs_(std::move(pairs)) {
  SLUICE_ASSERT(pairs_.size() <= kPairsMax);
  for (std::size_t byte = 0; byte < kinds_.size(); ++byte) {
    if (ones_[byte]) kinds_[byte] = kOne;
  }
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    kinds_[pairs_[i].first] = static_cast<uint8_t>(kPair + i);
  }
  ascii_begins_ = std::any_of(kinds_.begin(), kinds_.begin() + 0x80,
                              [](uint8_t kind) { return kind != kNone; });
  if (pairs_.empty() && ones_.count() == 1) only_ = static_cast<char>(ones_._Find_first());
}

std::optional<ShortStrings> ShortStrings::of(const RegexTree& tree) {
  if (!tree.exact) return std::nullopt;
  const RegexNode& root = tree.node(tree.root);
  const std::vector<NodeIndex> itself = {tree.root};
  ByteSet256 ones;
  std::vector<Pair> pairs;
  std::vector<uint32_t> sets;
  for (const NodeIndex branch : root.kind == Kind::kAlternate ? root.children : itself) {
    sets.clear();
    if (!sets_of(tree, branch, sets)) return std::nullopt;
    const ByteSet256& first = tree.sets[sets.front()];
    if (sets.size() == 1) {
      ones |= first;
      continue;
    }
    for (std::size_t byte = 0; byte < first.size(); ++byte) {
      if (!first[byte]) continue;
      const auto known = std::find_if(pairs.begin(), pairs.end(),
                                      [byte](const Pair& pair) { return pair.first == byte; });
      if (known != pairs.end()) {
        known->second |= tree.sets[sets.back()];
      } else {
        pairs.push_back({static_cast<unsigned char>(byte), tree.sets[sets.back()]});
      }
    }
    if (pairs.size() > kPairsMax) return std::nullopt;
  }
  if (std::any_of(pairs.begin(), pairs.end(), [&ones](const Pair& p) { return ones[p.first]; })) {
    return std::nullopt;
  }
  return ShortStrings(ones, std::move(pairs));
}

uint32_t ShortStrings::count(std::string_view text, uint32_t max) const {
  if (text.empty() || max == 0) return 0;
  if (only_.has_value() && max == 1) {
    return std::memchr(text.data(), *only_, text.size()) != nullptr ? 1 : 0;
  }
  uint32_t found = 0;
  for (std::size_t at = ascii_begins_ ? 0 : ascii_length(text); at < text.size() && found < max;
       ++at) {
    const uint8_t kind = kinds_[static_cast<unsigned char>(text[at])];
    if (kind == kNone) continue;
    if (kind == kOne) {
      ++found;
    } else if (at + 1 < text.size() &&
               pairs_[kind - kPair].second[static_cast<unsigned char>(text[at + 1])]) {
      ++found;
      ++at;
    }
  }
  return found;
}

}  // namespace sluice::rules
