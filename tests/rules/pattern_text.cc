#include "tests/rules/pattern_text.h"

#include <algorithm>
#include <string_view>

namespace sluice::rules::test {
namespace {

class Writer {
 public:
  Writer(const RegexTree& tree, Random& random) : tree_(tree), random_(random) {}

  std::string write() {
    add(tree_.root);
    return std::move(out_);
  }

 private:
  void add(NodeIndex index) {
    if (out_.size() >= kPatternTextBytesMax) return;
    const RegexNode& node = tree_.node(index);
    switch (node.kind) {
      case RegexNode::Kind::kEmpty:
        return;
      case RegexNode::Kind::kSet:
        return add_byte(tree_.sets[node.set]);
      case RegexNode::Kind::kConcat:
        for (const NodeIndex child : node.children) add(child);
        return;
      case RegexNode::Kind::kAlternate:
        if (!node.children.empty()) add(node.children[below(random_, node.children.size())]);
        return;
      case RegexNode::Kind::kRepeat:
        for (std::size_t i = times(node); i > 0; --i) add(node.children[0]);
    }
  }

  // Mostly few, now and then as many as may be.
  std::size_t times(const RegexNode& node) {
    const std::size_t span = std::min<std::size_t>(node.max - node.min, 200);
    const std::size_t wanted = below(random_, 8) == 0 ? span : below(random_, 4);
    return node.min + std::min(wanted, span);
  }

  // Of a large set a letter or a blank more often than what nobody types.
  void add_byte(const ByteSet256& set) {
    static constexpr std::string_view kLiked = "eaio tnsr10.-/@ECM";
    const std::size_t start = below(random_, kLiked.size());
    for (std::size_t i = 0; set.count() > 8 && below(random_, 10) != 0 && i < kLiked.size(); ++i) {
      const char c = kLiked[(start + i) % kLiked.size()];
      if (!set[static_cast<unsigned char>(c)]) continue;
      out_ += c;
      return;
    }
    const std::size_t first = below(random_, 256);
    for (std::size_t i = 0; i < 256; ++i) {
      const std::size_t byte = (first + i) % 256;
      if (!set[byte]) continue;
      out_ += static_cast<char>(byte);
      return;
    }
  }

  const RegexTree& tree_;
  Random& random_;
  std::string out_;
};

}  // namespace

std::string matching_text(const RegexTree& tree, Random& random) {
  return Writer(tree, random).write();
}

std::string spoilt(std::string text, Random& random) {
  if (text.empty()) return text;
  const std::size_t at = below(random, text.size());
  switch (below(random, 4)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text[at] = static_cast<char>(below(random, 256));
      break;
    case 2:
      text.insert(at, 1 + below(random, 3), text[at]);
      break;
    default:
      text.resize(at);
  }
  return text;
}

}  // namespace sluice::rules::test
