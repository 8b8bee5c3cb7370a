// Looks for chains of byte sets, all at once.
//
//   LetterChains chains;
//   chains.add({{v, i, a, g}}, 7);         rules/patterns/required_chains.h
//   chains.build();
//   chains.scan("buy v1_a.g now", report)  report(7, 11)
//
// A chain is one bit a letter of a bit-parallel automaton. A filter over four bytes says where a
// chain may begin, after two look-ups that mostly say that none does; only the machine words in
// which one has begun are touched.
//
// Bounds:   kWordsMax machine words; time is linear in the text, whatever it holds.
// Threads:  immutable once built.
// Tests:    tests/rules/letter_chains_test.cc

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/patterns/required_chains.h"

namespace sluice::rules {

class LetterChains {
 public:
  static constexpr std::size_t kWordsMax = 64;

  // False, and nothing added, when there is no more room. `id` is reported.
  // REQUIRES: each chain has 1 to 64 letters.
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
  static constexpr std::size_t kSeen = 4;           // bytes that the filter looks at
  static constexpr std::size_t kPairs = 1U << 16U;  // of bytes
  static constexpr std::size_t kGroups = 8;         // of bits of the filter
  static constexpr std::size_t kLanesMax = 4;       // machine words of the filter
  static constexpr std::size_t kRows = 257;         // of its tables: one for each byte,
  static constexpr std::size_t kNoByte = 256;       // and one for the end of the text

  struct Placed {
    Chain chain = {};
    uint32_t id = 0;
  };

  // First letters of chains that share a bit of the filter.
  struct Start {
    std::size_t word = 0;
    uint64_t letters = 0;
  };

  // What a byte does to the letters of a word.
  struct Step {
    uint64_t advance = 0;  // it begins these
    uint64_t stay = 0;     // it may stand in the gap of these
  };

  struct State {
    std::array<uint64_t, kWordsMax> letters = {};  // where chains are
    std::array<uint64_t, kWordsMax> begun = {};    // at the byte at hand
    uint64_t words = 0;                            // those with any of these
  };

  void place(const Placed& placed, std::size_t at);
  void filter(const Chain& chain, std::size_t bit);
  void group_pairs();
  [[nodiscard]] uint8_t groups_at(std::size_t place, unsigned char byte, unsigned char next) const;

  template <std::size_t kLanes, class Report>
  void scan_lanes(std::string_view text, const Report& report) const;

  template <std::size_t kLanes>
  void begin(const std::array<std::size_t, kSeen>& rows, State& state) const;

  template <class Report>
  bool step(unsigned char byte, std::size_t end, State& state, const Report& report) const;

  std::vector<Placed> chains_;
  std::size_t letters_ = 0;
  std::size_t width_ = 0;                      // machine words of the automaton
  std::size_t lanes_ = 0;                      // machine words of the filter: 1, 2 or 4
  std::vector<uint64_t> ends_;                 // [word]: last letters
  std::vector<uint32_t> ids_;                  // [letter]: of its chain
  std::vector<Step> steps_;                    // [byte][word]
  std::vector<uint64_t> filter_;               // [place][row][lane]: chains that may begin so
  std::vector<std::vector<Start>> starts_;     // [bit of the filter]
  std::array<std::vector<uint8_t>, 2> pairs_;  // [pair]: groups with a bit for these two bytes,
                                               // then for the two after them
};

template <class Report>
void LetterChains::scan(std::string_view text, const Report& report) const {
  if (lanes_ == 1) return scan_lanes<1>(text, report);
  if (lanes_ == 2) return scan_lanes<2>(text, report);
  scan_lanes<kLanesMax>(text, report);
}

template <std::size_t kLanes, class Report>
void LetterChains::scan_lanes(std::string_view text, const Report& report) const {
  const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto row_at = [&](std::size_t i) { return i < text.size() ? byte_at(i) : kNoByte; };
  const auto may_begin = [text, first = pairs_[0].data(),
                          second = pairs_[1].data()](std::size_t i) {
    std::array<uint16_t, 2> pairs;
    std::memcpy(pairs.data(), text.data() + i, kSeen);
    return (first[pairs[0]] & second[pairs[1]]) != 0;
  };
  const std::size_t whole_end = text.size() < kSeen ? 0 : text.size() - kSeen + 1;
  State state;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (state.words == 0) {
      while (i < whole_end && !may_begin(i)) ++i;
    }
    if (i >= whole_end) {
      begin<kLanes>({row_at(i), row_at(i + 1), row_at(i + 2), row_at(i + 3)}, state);
    } else if (may_begin(i)) {
      begin<kLanes>({byte_at(i), byte_at(i + 1), byte_at(i + 2), byte_at(i + 3)}, state);
    }
    if (state.words != 0 && step(byte_at(i), i + 1, state, report)) return;
  }
}

template <std::size_t kLanes>
inline void LetterChains::begin(const std::array<std::size_t, kSeen>& rows, State& state) const {
  const auto row = [&](std::size_t place) {
    return filter_.data() + (place * kRows + rows[place]) * kLanes;
  };
  const uint64_t* const a = row(0);
  const uint64_t* const b = row(1);
  const uint64_t* const c = row(2);
  const uint64_t* const d = row(3);
  std::array<uint64_t, kLanes> may;
  uint64_t any = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    may[lane] = a[lane] & b[lane] & c[lane] & d[lane];
    any |= may[lane];
  }
  if (any == 0) [[likely]]
    return;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (uint64_t bits = may[lane]; bits != 0; bits &= bits - 1) {
      for (const Start& start :
           starts_[lane * 64 + static_cast<std::size_t>(std::countr_zero(bits))]) {
        state.begun[start.word] |= start.letters;
        state.words |= uint64_t{1} << start.word;
      }
    }
  }
}

template <class Report>
inline bool LetterChains::step(unsigned char byte, std::size_t end, State& state,
                               const Report& report) const {
  const Step* const steps = steps_.data() + byte * width_;
  uint64_t live = 0;
  for (uint64_t active = state.words; active != 0; active &= active - 1) {
    const auto word = static_cast<std::size_t>(std::countr_zero(active));
    const uint64_t here = state.letters[word];
    const uint64_t moved =
        ((here << 1U) | std::exchange(state.begun[word], 0)) & steps[word].advance;
    const uint64_t next = moved | (here & steps[word].stay);
    state.letters[word] = next;
    live |= static_cast<uint64_t>(next != 0) << word;
    for (uint64_t ended = moved & ends_[word]; ended != 0; ended &= ended - 1) {
      if (report(ids_[word * 64 + static_cast<std::size_t>(std::countr_zero(ended))], end))
        return true;
    }
  }
  state.words = live;
  return false;
}

}  // namespace sluice::rules
