// Words whose letters have many spellings, with gaps between them: looked for all at once.
//
//   /v[_\W]{0,3}[i1!]a[_\W]{0,3}g/i    [Vv] gap[_\W] [Ii1!] [Aa] gap[_\W] [Gg]
//
// Patterns against look-alikes have no literal that could be looked for first. What each of their
// matches has is a chain: a byte of a first set, then bytes of a gap, then a byte of the next set
// ... A chain is one bit a letter of a bit-parallel automaton; only the machine words in which some
// chain has begun are touched.
//
// Bounds:   kWordsMax machine words; time is linear in the text, whatever it holds.
// Threads:  immutable once built; a State belongs to one thread.
// Tests:    tests/rules/differential_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

struct ChainLetter {
  ByteSet256 first = {};  // the byte that takes the chain to this letter
  ByteSet256 gap = {};    // bytes after it that leave it there
};

using Chain = std::vector<ChainLetter>;

// Chains of which each match of the tree holds one; empty: there are none that are rare enough.
std::vector<Chain> required_chains(const RegexTree& tree);

class LetterChains {
 public:
  static constexpr std::size_t kWordsMax = 64;

  // False, and nothing added, when there is no more room. `id` is reported.
  bool add(const std::vector<Chain>& chains, uint32_t id);

  // REQUIRES: add() is not called any more.
  void build();

  [[nodiscard]] bool empty() const { return chains_.empty(); }

  // What of all this is there for `id`.
  struct Share {
    std::size_t chains = 0;
    std::size_t bytes = 0;  // of the tables
  };

  [[nodiscard]] Share share_of(uint32_t id) const;

  // Calls report(id, end) for each place where a chain ends; `end` is after its last letter's first
  // byte. report() returns true to stop.
  template <class Report>
  void scan(std::string_view text, const Report& report) const;

 private:
  struct Placed {
    Chain chain = {};
    uint32_t id = 0;
  };

  struct Word {
    uint64_t begin = 0;  // first letters
    uint64_t end = 0;    // last letters
  };

  template <class Report>
  bool report_ends(std::size_t word, uint64_t ended, std::size_t end, const Report& report) const;

  void mark_starts(const Chain& chain, std::size_t word);

  std::vector<Placed> chains_;
  std::size_t letters_ = 0;
  std::vector<Word> words_;
  std::vector<uint32_t> ids_;      // of the chain that each bit belongs to
  std::vector<uint64_t> advance_;  // [byte][word]: letters that the byte begins
  std::vector<uint64_t> stay_;     // [byte][word]: letters in whose gap the byte may stand
  std::vector<uint64_t> starts_;   // [two bytes]: words in which some chain may begin so
};

template <class Report>
bool LetterChains::report_ends(std::size_t word, uint64_t ended, std::size_t end,
                               const Report& report) const {
  for (; ended != 0; ended &= ended - 1) {
    const auto bit = static_cast<std::size_t>(__builtin_ctzll(ended));
    if (report(ids_[word * 64 + bit], end)) return true;
  }
  return false;
}

template <class Report>
void LetterChains::scan(std::string_view text, const Report& report) const {
  std::array<uint64_t, kWordsMax> states{};
  const std::size_t width = words_.size();
  uint64_t live = 0;
  // With its last byte alone nothing begins that could end.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
    const std::size_t next_byte = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    const uint64_t* const advance = advance_.data() + byte * width;
    const uint64_t* const stay = stay_.data() + byte * width;
    uint64_t active = live | starts_[byte << 8U | next_byte];
    live = 0;
    for (; active != 0; active &= active - 1) {
      const auto word = static_cast<std::size_t>(__builtin_ctzll(active));
      const uint64_t state = states[word];
      const uint64_t moved = ((state << 1U) | words_[word].begin) & advance[word];
      const uint64_t next = moved | (state & stay[word]);
      states[word] = next;
      live |= static_cast<uint64_t>(next != 0) << word;
      const uint64_t ended = moved & words_[word].end;
      if (ended != 0 && report_ends(word, ended, i + 1, report)) return;
    }
  }
}

}  // namespace sluice::rules
