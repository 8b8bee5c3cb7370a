#include "rules/patterns/byte_runs.h"

#include <algorithm>
#include <limits>

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

constexpr uint32_t kWordMin = 24;     // without blanks: longer than words are
constexpr uint32_t kPhraseMin = 200;  // with them: longer than lines are

class RunFinder {
 public:
  explicit RunFinder(const RegexTree& tree) : tree_(tree) {}

  std::optional<ByteRun> find() {
    visit(tree_.root);
    if (best_.length == 0) begin_above_ascii();
    if (best_.length == 0) return std::nullopt;
    return best_;
  }

 private:
  static bool rare(const ByteRun& run) {
    return run.length >= (run.bytes[' '] ? kPhraseMin : kWordMin);
  }

  void offer(const ByteRun& run) {
    if (rare(run) && run.length > best_.length) best_ = run;
  }

  // Most mail holds no such byte.
  void begin_above_ascii() {
    if (tree_.node(tree_.root).width_min == 0) return;
    const ByteRun begin = {.bytes = first_bytes(tree_, tree_.root), .length = 1};
    if (begin.above_ascii()) best_ = begin;
  }

  ByteRun whole(NodeIndex index) {
    return {.bytes = all_bytes(tree_, index), .length = tree_.node(index).width_min};
  }

  // Stretches of a concatenation that hold no blank, and parts that are long by themselves.
  void visit(NodeIndex index) {
    const RegexNode& node = tree_.node(index);
    if (node.kind == Kind::kRepeat) {
      offer(whole(index));
      if (node.min > 0) visit(node.children.front());
      return;
    }
    if (node.kind != Kind::kConcat) return;
    ByteRun stretch;
    for (const NodeIndex child : node.children) {
      const ByteRun part = whole(child);
      if (part.bytes[' ']) {
        offer(stretch);
        stretch = {};
        visit(child);
        continue;
      }
      stretch.bytes |= part.bytes;
      stretch.length = saturated(uint64_t{stretch.length} + part.length);
    }
    offer(stretch);
  }

  static uint32_t saturated(uint64_t length) {
    return static_cast<uint32_t>(std::min<uint64_t>(length, std::numeric_limits<uint32_t>::max()));
  }

  const RegexTree& tree_;
  ByteRun best_;
};

}  // namespace

std::optional<ByteRun> required_run(const RegexTree& tree) {
  return RunFinder(tree).find();
}

}  // namespace sluice::rules
