#include "rules/patterns/required_chains.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/limits.h"
#include "rules/patterns/required_literals.h"

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

constexpr std::size_t kLettersMax = 16;  // of a chain
constexpr std::size_t kLettersMin = 2;
constexpr uint32_t kSpellingBytesMax = 16;  // of one letter
constexpr double kRareEnough = 1e-6;        // per byte: more letters would not pay
constexpr double kFrequencyMax = 4e-3;      // of a chain that is worth looking for
constexpr double kGapShareMax = .8;         // bytes of mail in a gap: beyond, it is no gap
constexpr std::size_t kChainsMax = 100;     // of one pattern
constexpr double kUpperShare = .12;         // of the letters in mail

double share_of(const ByteSet256& set) {
  double out = 0;
  for (unsigned c = 0; c < 256; ++c) {
    const double share = letter_share(static_cast<unsigned char>(c));
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    if (set[c]) out += share * (upper ? kUpperShare : lower ? 1 - kUpperShare : 1);
  }
  return std::min(out, 1.0);
}

struct ByteRange {
  unsigned from;
  unsigned to;
};

// Digits, capitals and blanks come together.
constexpr std::array<ByteRange, 3> kCompanions = {{{'0', '9'}, {'A', 'Z'}, {' ', ' '}}};
constexpr double kCompanionShare = .3;

bool holds_all(const ByteSet256& set, const ByteRange& range) {
  for (unsigned c = range.from; c <= range.to; ++c) {
    if (!set[c]) return false;
  }
  return true;
}

ByteSet256 bytes_of(const ByteRange& range) {
  ByteSet256 out;
  for (unsigned c = range.from; c <= range.to; ++c) out.set(c);
  return out;
}

// How likely a byte of `set` is after one of `before`.
double share_after(const ByteSet256& before, const ByteSet256& set) {
  double out = share_of(set);
  for (const ByteRange& range : kCompanions) {
    if (!holds_all(before, range) || !holds_all(set, range)) continue;
    out += kCompanionShare * std::min(1.0, share_of(bytes_of(range)) / share_of(before));
  }
  return std::min(out, 1.0);
}

// How often a chain stands in mail, letter by letter.
class Frequency {
 public:
  void add(const ChainLetter& letter) {
    const bool blank = letter.first[' '];
    double share =
        before_ == nullptr ? share_of(letter.first) : share_after(before_->first, letter.first);
    // A gap makes it likelier that the next letter comes by chance.
    if (before_ != nullptr) share /= 1 - std::min(share_of(before_->gap), .9);
    word_ = blank ? 0 : word_ + 1;
    if (word_ > kWordBytes) share *= kLongWordShare;
    value_ *= std::min(share, 1.0);
    before_ = &letter;
  }

  [[nodiscard]] double value() const { return value_; }

 private:
  static constexpr int kWordBytes = 8;  // most words have no more
  static constexpr double kLongWordShare = .6;

  const ChainLetter* before_ = nullptr;
  int word_ = 0;
  double value_ = 1;
};

// What looking for chains costs, in microseconds for each byte of mail.
struct Cost {
  double frequency = 0;  // of whole chains
  double followed = 0;   // bytes at which one has begun

  static constexpr std::size_t kBegin = 4;  // letters by which a scan sees that one begins
  static constexpr double kLook = .4;       // asking the exact matcher
  static constexpr double kFollow = .004;   // following a chain that has begun, for each byte

  void add(const Chain& chain) {
    Frequency whole;
    double bytes = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      whole.add(chain[i]);
      bytes += 1 / (1 - std::min(share_of(chain[i].gap), .95));
      if (i + 1 < std::min(kBegin, chain.size())) continue;
      followed += whole.value() * std::exchange(bytes, 0);
    }
    frequency += whole.value();
  }

  [[nodiscard]] double value() const { return frequency * kLook + followed * kFollow; }
};

Cost cost_of(const std::vector<Chain>& chains) {
  Cost out;
  for (const Chain& chain : chains) out.add(chain);
  return out;
}

// The first letters of a run, as many as make it rare.
Chain rare_begin(std::span<const ChainLetter> run) {
  Frequency frequency;
  std::size_t size = 0;
  while (size < std::min(run.size(), kLettersMax)) {
    frequency.add(run[size++]);
    if (size >= kLettersMin && frequency.value() <= kRareEnough) break;
  }
  return {run.begin(), run.begin() + static_cast<std::ptrdiff_t>(size)};
}

class ChainFinder {
 public:
  explicit ChainFinder(const RegexTree& tree) : tree_(tree) {}

  RequiredChains find() {
    RequiredChains best;
    visit(tree_.root, kNoLead, best);
    if (best.frequency > kFrequencyMax) return {};
    best.lead = best.lead.settled();
    return best;
  }

 private:
  static void offer(RequiredChains& best, std::vector<Chain> chains, const Lead& lead) {
    if (chains.empty() || chains.size() > kChainsMax) return;
    const Cost cost = cost_of(chains);
    if (!best.chains.empty() && cost.value() >= cost_of(best.chains).value()) return;
    best.chains = std::move(chains);
    best.frequency = cost.frequency;
    best.lead = lead;
  }

  // The rarest stretch of a run of letters, which ends after what `lead` tells of at the latest.
  static void offer_run(RequiredChains& best, const Chain& run, const Lead& lead) {
    if (run.size() < kLettersMin) return;
    for (std::size_t i = 0; i + kLettersMin <= run.size(); ++i) {
      offer(best, {rare_begin(std::span(run).subspan(i))}, lead);
    }
  }

  // `before`: what a match holds before the subtree.
  void visit(NodeIndex index, const Lead& before, RequiredChains& best) {
    const RegexNode& node = tree_.node(index);
    if (node.kind == Kind::kAlternate) return visit_branches(node, before, best);
    if (node.kind == Kind::kRepeat) {
      if (node.min > 0) visit(node.children.front(), before, best);
      return;
    }
    if (node.kind != Kind::kConcat) return;
    Chain run;
    Lead passed = before;
    walk(node, run, passed, best);
    offer_run(best, run, passed);
  }

  void visit_branches(const RegexNode& node, const Lead& before, RequiredChains& best) {
    std::vector<Chain> all;
    Lead lead = kNoLead;
    for (const NodeIndex child : node.children) {
      RequiredChains branch;
      visit(child, before, branch);
      if (branch.chains.empty()) return;
      all.insert(all.end(), branch.chains.begin(), branch.chains.end());
      lead |= branch.lead;
    }
    offer(best, std::move(all), lead);
  }

  // Adds what `node` holds to the run; where a part is no letter and no gap, the run ends.
  void walk(const RegexNode& node, Chain& run, Lead& passed, RequiredChains& best) {
    for (const NodeIndex index : node.children) {
      const RegexNode& child = tree_.node(index);
      if (child.kind == Kind::kConcat) {
        walk(child, run, passed, best);
        continue;
      }
      const Lead before = passed;
      passed += lead_of(tree_, index);
      if (take(index, run)) continue;
      offer_run(best, run, passed);
      run.clear();
      visit(index, before, best);
    }
  }

  bool take(NodeIndex index, Chain& run) {
    const RegexNode& node = tree_.node(index);
    if (node.width_max == 0) return true;  // an assertion
    if (node.width_min == 0) return take_gap(index, run);
    if (node.kind == Kind::kRepeat) return take_repeat(node, run);
    if (node.width_max > kSpellingBytesMax) return false;
    ChainLetter letter;
    letter.first = first_bytes(tree_, index);
    other_bytes(index, letter.gap);
    run.push_back(letter);
    return share_of(letter.gap) <= kGapShareMax;
  }

  bool take_gap(NodeIndex index, Chain& run) {
    if (run.empty()) return true;  // the chain begins after it
    const ByteSet256 bytes = all_bytes(tree_, index) | run.back().gap;
    if (share_of(bytes) > kGapShareMax) return false;
    run.back().gap = bytes;
    return true;
  }

  bool take_repeat(const RegexNode& node, Chain& run) {
    const RegexNode& child = tree_.node(node.children.front());
    if (child.width_min == 0 || child.width_max > kSpellingBytesMax) return false;
    const std::size_t before = run.size();
    for (uint32_t i = 0; i < std::min<uint32_t>(node.min, kLettersMax); ++i) {
      if (!take(node.children.front(), run)) return false;
    }
    if (run.size() == before || node.max == node.min) return run.size() != before;
    run.back().gap |= all_bytes(tree_, node.children.front());
    return share_of(run.back().gap) <= kGapShareMax;
  }

  // Bytes that may stand after the first one of a match.
  void other_bytes(NodeIndex index, ByteSet256& bytes) const {
    const RegexNode& node = tree_.node(index);
    if (node.width_max <= 1) return;
    if (node.kind == Kind::kRepeat) {
      bytes |= all_bytes(tree_, index);
      return;
    }
    bool first = true;
    for (const NodeIndex child : node.children) {
      if (node.kind == Kind::kAlternate || first) {
        other_bytes(child, bytes);
      } else {
        bytes |= all_bytes(tree_, child);
      }
      if (tree_.node(child).width_min > 0) first = false;
    }
  }

  const RegexTree& tree_;
};

}  // namespace

RequiredChains required_chains(const RegexTree& tree) {
  return ChainFinder(tree).find();
}

}  // namespace sluice::rules
