#include "rules/patterns/letter_chains.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "rules/patterns/required_literals.h"

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;

constexpr std::size_t kLettersMax = 6;  // of a chain: more hardly make it rarer
constexpr std::size_t kLettersMin = 3;
constexpr uint32_t kSpellingBytesMax = 16;  // of one letter
constexpr double kFrequencyMax = 4e-4;      // of a chain that is worth looking for
constexpr double kGapShareMax = .62;        // bytes of mail in a gap: beyond, it is no gap
constexpr std::size_t kChainsMax = 100;     // of one pattern

double share_of(const ByteSet256& set) {
  double out = 0;
  for (unsigned c = 0; c < 256; ++c) {
    const bool counted_already = c >= 'A' && c <= 'Z' && set[c + 32];
    if (set[c] && !counted_already) out += letter_share(static_cast<unsigned char>(c));
  }
  return std::min(out, 1.0);
}

// Where one digit stands, others do.
double share_of_first(const ByteSet256& set) {
  bool all_digits = true;
  for (unsigned c = '0'; c <= '9'; ++c) all_digits = all_digits && set[c];
  return share_of(set) + (all_digits ? .2 : 0);
}

// A gap makes it likelier that the next letter comes by chance.
double frequency_of(const Chain& chain) {
  double out = 1;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const double gap = i == 0 ? 0 : std::min(share_of(chain[i - 1].gap), .9);
    out *= share_of_first(chain[i].first) / (1 - gap);
  }
  return out;
}

double frequency_of(const std::vector<Chain>& chains) {
  double out = 0;
  for (const Chain& chain : chains) out += frequency_of(chain);
  return out;
}

struct Cover {
  std::vector<Chain> chains = {};
  double frequency = 1;
};

class ChainFinder {
 public:
  explicit ChainFinder(const RegexTree& tree) : tree_(tree) {}

  std::vector<Chain> find() {
    Cover best;
    visit(tree_.root, best);
    if (best.frequency > kFrequencyMax) return {};
    return std::move(best.chains);
  }

 private:
  static void offer(Cover& best, std::vector<Chain> chains) {
    if (chains.empty() || chains.size() > kChainsMax) return;
    const double frequency = frequency_of(chains);
    if (!best.chains.empty() && frequency >= best.frequency) return;
    best.chains = std::move(chains);
    best.frequency = frequency;
  }

  // The rarest stretch of a run of letters.
  static void offer_run(Cover& best, const Chain& run) {
    if (run.size() < kLettersMin) return;
    const std::size_t length = std::min(run.size(), kLettersMax);
    for (std::size_t i = 0; i + length <= run.size(); ++i) {
      const auto from = run.begin() + static_cast<std::ptrdiff_t>(i);
      offer(best, {Chain(from, from + static_cast<std::ptrdiff_t>(length))});
    }
  }

  void visit(NodeIndex index, Cover& best) {
    const RegexNode& node = tree_.node(index);
    if (node.kind == Kind::kAlternate) return visit_branches(node, best);
    if (node.kind == Kind::kRepeat) {
      if (node.min > 0) visit(node.children.front(), best);
      return;
    }
    if (node.kind != Kind::kConcat) return;
    Chain run;
    walk(node, run, best);
    offer_run(best, run);
  }

  void visit_branches(const RegexNode& node, Cover& best) {
    std::vector<Chain> all;
    for (const NodeIndex child : node.children) {
      Cover branch;
      visit(child, branch);
      if (branch.chains.empty()) return;
      all.insert(all.end(), branch.chains.begin(), branch.chains.end());
    }
    offer(best, std::move(all));
  }

  // Adds what `node` holds to the run; where a part is no letter and no gap, the run ends.
  void walk(const RegexNode& node, Chain& run, Cover& best) {
    for (const NodeIndex index : node.children) {
      const RegexNode& child = tree_.node(index);
      if (child.kind == Kind::kConcat) {
        walk(child, run, best);
      } else if (!take(index, run)) {
        offer_run(best, run);
        run.clear();
        visit(index, best);
      }
    }
  }

  bool take(NodeIndex index, Chain& run) {
    const RegexNode& node = tree_.node(index);
    if (node.width_max == 0) return true;  // an assertion
    if (node.width_min == 0) return take_gap(index, run);
    if (node.kind == Kind::kRepeat) return take_repeat(node, run);
    if (node.width_max > kSpellingBytesMax) return false;
    ChainLetter letter;
    first_bytes(index, letter.first);
    other_bytes(index, letter.gap);
    run.push_back(letter);
    return share_of(letter.gap) <= kGapShareMax;
  }

  bool take_gap(NodeIndex index, Chain& run) {
    if (run.empty()) return true;  // the chain begins after it
    ByteSet256 bytes;
    all_bytes(index, bytes);
    bytes |= run.back().gap;
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
    all_bytes(node.children.front(), run.back().gap);
    return share_of(run.back().gap) <= kGapShareMax;
  }

  void all_bytes(NodeIndex index, ByteSet256& bytes) const {
    const RegexNode& node = tree_.node(index);
    if (node.kind == Kind::kSet) bytes |= tree_.sets[node.set];
    for (const NodeIndex child : node.children) all_bytes(child, bytes);
  }

  // Bytes that a match may begin with.
  void first_bytes(NodeIndex index, ByteSet256& bytes) const {
    const RegexNode& node = tree_.node(index);
    if (node.kind == Kind::kSet) bytes |= tree_.sets[node.set];
    for (const NodeIndex child : node.children) {
      first_bytes(child, bytes);
      if (node.kind == Kind::kConcat && tree_.node(child).width_min > 0) break;
    }
  }

  // Bytes that may stand after the first one of a match.
  void other_bytes(NodeIndex index, ByteSet256& bytes) const {
    const RegexNode& node = tree_.node(index);
    if (node.width_max <= 1) return;
    if (node.kind == Kind::kRepeat) return all_bytes(index, bytes);
    bool first = true;
    for (const NodeIndex child : node.children) {
      if (node.kind == Kind::kAlternate || first) {
        other_bytes(child, bytes);
      } else {
        all_bytes(child, bytes);
      }
      if (tree_.node(child).width_min > 0) first = false;
    }
  }

  const RegexTree& tree_;
};

}  // namespace

std::vector<Chain> required_chains(const RegexTree& tree) {
  return ChainFinder(tree).find();
}

bool LetterChains::add(const std::vector<Chain>& chains, uint32_t id) {
  std::size_t letters = letters_;
  for (const Chain& chain : chains) letters += chain.size() + 8;  // what packing may lose
  if (letters > kWordsMax * 64) return false;
  letters_ = letters;
  for (const Chain& chain : chains) chains_.push_back({chain, id});
  return true;
}

LetterChains::Share LetterChains::share_of(uint32_t id) const {
  constexpr std::size_t kLetterBytes = 2 * 256 / 8;  // a bit in each row of two tables
  Share share;
  for (const Placed& placed : chains_) {
    if (placed.id != id) continue;
    ++share.chains;
    share.bytes += placed.chain.size() * kLetterBytes;
  }
  return share;
}

void LetterChains::mark_starts(const Chain& chain, std::size_t word) {
  const ByteSet256 second = chain[0].gap | chain[1].first;
  for (std::size_t a = 0; a < 256; ++a) {
    if (!chain[0].first[a]) continue;
    for (std::size_t b = 0; b < 256; ++b) {
      if (second[b]) starts_[a << 8U | b] |= uint64_t{1} << word;
    }
  }
}

void LetterChains::build() {
  if (chains_.empty()) return;
  // Chains that begin alike share words, so that few words are touched at a time.
  const auto key = [](const Placed& p) { return p.chain.front().first.to_string(); };
  std::stable_sort(chains_.begin(), chains_.end(),
                   [&key](const Placed& a, const Placed& b) { return key(a) < key(b); });
  std::vector<std::size_t> places;
  std::size_t next = 0;
  for (const Placed& placed : chains_) {
    const std::size_t length = placed.chain.size();
    if (next / 64 != (next + length - 1) / 64) next = (next / 64 + 1) * 64;
    places.push_back(next);
    next += length;
  }
  const std::size_t width = (next + 63) / 64;
  words_.assign(width, {});
  ids_.assign(width * 64, 0);
  advance_.assign(width * 256, 0);
  stay_.assign(width * 256, 0);
  starts_.assign(std::size_t{1} << 16U, 0);
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    const Chain& chain = chains_[i].chain;
    const std::size_t word = places[i] / 64;
    for (std::size_t k = 0; k < chain.size(); ++k) {
      const std::size_t bit = places[i] % 64 + k;
      const uint64_t mask = uint64_t{1} << bit;
      ids_[word * 64 + bit] = chains_[i].id;
      if (k == 0) words_[word].begin |= mask;
      if (k + 1 == chain.size()) words_[word].end |= mask;
      for (unsigned c = 0; c < 256; ++c) {
        if (chain[k].first[c]) advance_[c * width + word] |= mask;
        if (chain[k].gap[c]) stay_[c * width + word] |= mask;
      }
    }
    mark_starts(chain, word);
  }
}

}  // namespace sluice::rules
