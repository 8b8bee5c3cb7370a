#include "rules/patterns/lead.h"

#include <algorithm>

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

constexpr uint32_t kFewTimes = 8;        // a repeat that is counted out, whatever it repeats
constexpr uint32_t kOthersMax = 128;     // beyond, so many bytes are no bound
constexpr std::size_t kNearBytes = 128;  // a matcher passes them as quickly as they are counted

uint32_t sum(uint32_t a, uint32_t b) {
  return b > kUnboundedWidth - a ? kUnboundedWidth : a + b;
}

uint32_t product(uint32_t a, uint32_t b) {
  const uint64_t out = uint64_t{a} * b;
  return out > kUnboundedWidth ? kUnboundedWidth : static_cast<uint32_t>(out);
}

// [^>] and the like: a tag, or the text before one.
bool ends_at_tags(const ByteSet256& set) {
  return set.count() > 128 && (!set['<'] || !set['>']);
}

Lead repeated(const RegexTree& tree, const RegexNode& node) {
  const NodeIndex child = node.children.front();
  Lead out = lead_of(tree, child);
  const uint32_t others = product(out.others_max, node.max);
  const ByteSet256 bytes = all_bytes(tree, child);
  const bool counted = node.max != kUnboundedWidth && others <= kOthersMax;
  if (counted && (node.max <= kFewTimes || !ends_at_tags(bytes))) {
    out.others_max = others;
  } else {
    out.others_max = 0;
    out.counted.reset();
    out.fill = bytes;
  }
  out.width_max = node.width_max;
  return out;
}

}  // namespace

Lead& Lead::operator+=(const Lead& next) {
  width_max = sum(width_max, next.width_max);
  others_max = sum(others_max, next.others_max);
  fill |= next.fill;
  counted |= next.counted;
  return *this;
}

Lead& Lead::operator|=(const Lead& other) {
  width_max = std::max(width_max, other.width_max);
  others_max = std::max(others_max, other.others_max);
  fill |= other.fill;
  counted |= other.counted;
  return *this;
}

std::size_t Lead::begin(std::string_view text, std::size_t floor, std::size_t place) const {
  if (place - floor > width_max) floor = place - width_max;
  const std::size_t near = 2 * std::size_t{others_max} + kNearBytes;
  if (others_max > kOthersMax || place - floor <= near) {
    return floor;
  }
  uint32_t others = 0;
  for (std::size_t at = place; at > floor; --at) {
    if (!fill[static_cast<unsigned char>(text[at - 1])] && others++ == others_max) return at;
  }
  return floor;
}

Lead Lead::settled() const {
  Lead out = *this;
  if ((counted & ~fill).none()) out.others_max = 0;
  out.counted.reset();
  return out;
}

Lead lead_of(uint32_t bytes) {
  Lead out = {.width_max = bytes, .others_max = bytes};
  if (bytes > 0) out.counted.set();
  return out;
}

Lead lead_of(const RegexTree& tree, NodeIndex index) {
  const RegexNode& node = tree.node(index);
  switch (node.kind) {
    case Kind::kEmpty:
      return kNoLead;
    case Kind::kSet:
      return {.width_max = 1, .others_max = 1, .counted = tree.sets[node.set]};
    case Kind::kConcat: {
      Lead out = kNoLead;
      for (const NodeIndex child : node.children) out += lead_of(tree, child);
      return out;
    }
    case Kind::kAlternate: {
      Lead out = kNoLead;
      for (const NodeIndex child : node.children) out |= lead_of(tree, child);
      return out;
    }
    case Kind::kRepeat:
      return repeated(tree, node);
  }
  return {};
}

}  // namespace sluice::rules
