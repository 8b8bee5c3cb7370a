// Looks for chains of byte sets, all at once.
//
//   LetterChains chains;
//   chains.add({{v, i, a, g}}, 7);         rules/patterns/required_chains.h
//   chains.build();
//   chains.scan("buy v1_a.g now", report)  report(7, 11)
//
// A chain is one bit a letter of a bit-parallel automaton. A quick look at each pair of bytes,
// without a branch, says where no chain begins; elsewhere four bytes say which ones may. Only the
// machine words in which one has begun are touched.
//
// Bounds:   kWordsMax machine words; time is linear in the text, whatever it holds.
// Threads:  immutable once built.
// Tests:    tests/rules/letter_chains_test.cc

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
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
  static constexpr std::size_t kSeen = 4;      // bytes that say whether a chain may begin
  static constexpr std::size_t kNoByte = 256;  // the end of the text
  static constexpr std::size_t kGroups = 16;   // of chains, in a quick look
  static constexpr std::size_t kChunk = 512;   // bytes that are looked at together

  struct Placed {
    Chain chain = {};
    uint32_t id = 0;
  };

  // The first letter of a chain.
  struct Start {
    std::size_t word = 0;
    uint64_t letter = 0;
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

  // Of a stretch of text.
  struct Begins {
    std::array<uint16_t, kChunk> groups;    // [byte]: those that may begin there
    std::array<uint64_t, kChunk / 64> any;  // a bit for each byte: there are some

    [[nodiscard]] bool at(std::size_t i) const { return (any[i / 64] >> i % 64 & 1U) != 0; }

    // The first byte from `i` on where there are some; `size` or more if there is none before.
    [[nodiscard]] std::size_t next(std::size_t i, std::size_t size) const {
      while (i < size && any[i / 64] >> i % 64 == 0) i = (i / 64 + 1) * 64;
      return i < size ? i + static_cast<std::size_t>(std::countr_zero(any[i / 64] >> i % 64)) : i;
    }
  };

  void place(const Placed& placed, std::size_t at);
  void add_bytes(const Chain& chain, std::size_t index);
  [[nodiscard]] std::size_t row(std::size_t byte, std::size_t place) const;
  [[nodiscard]] uint16_t groups_of(std::size_t byte, std::size_t next, std::size_t place) const;
  void prepare_quick_look();
  void look_quickly(std::string_view text, std::size_t from, Begins& out) const;
  void begin(std::string_view text, std::size_t at, State& state) const;

  template <class Report>
  bool step(unsigned char byte, std::size_t end, State& state, const Report& report) const;

  std::vector<Placed> chains_;
  std::size_t letters_ = 0;
  std::size_t width_ = 0;                       // machine words of the automaton
  std::vector<uint64_t> ends_;                  // [word]: last letters
  std::vector<uint32_t> ids_;                   // [letter]: of its chain
  std::vector<Step> steps_;                     // [byte][word]
  std::vector<Start> starts_;                   // [chain]
  std::size_t lanes_ = 0;                       // machine words of a bit for each chain
  std::vector<uint64_t> rows_;                  // [byte][place][lane]: chains that may hold it
                                                // so many bytes after their begin
  std::array<std::vector<uint16_t>, 2> quick_;  // [pair of bytes]: groups that may begin with
                                                // them, and that may hold them after that
};

template <class Report>
void LetterChains::scan(std::string_view text, const Report& report) const {
  State state;
  Begins begins;
  for (std::size_t from = 0; from < text.size(); from += kChunk) {
    look_quickly(text, from, begins);
    const std::size_t size = std::min(kChunk, text.size() - from);
    for (std::size_t i = 0; i < size; ++i) {
      if (state.words == 0) i = begins.next(i, size);
      if (i >= size) break;
      if (begins.at(i)) begin(text, from + i, state);
      const auto byte = static_cast<unsigned char>(text[from + i]);
      if (state.words != 0 && step(byte, from + i + 1, state, report)) return;
    }
  }
}

// Where it begins in rows_.
inline std::size_t LetterChains::row(std::size_t byte, std::size_t place) const {
  return (byte * kSeen + place) * lanes_;
}

inline void LetterChains::begin(std::string_view text, std::size_t at, State& state) const {
  const auto row_at = [&](std::size_t place) {
    const std::size_t i = at + place;
    const std::size_t byte = i < text.size() ? static_cast<unsigned char>(text[i]) : kNoByte;
    return rows_.data() + row(byte, place);
  };
  const uint64_t* const a = row_at(0);
  const uint64_t* const b = row_at(1);
  const uint64_t* const c = row_at(2);
  const uint64_t* const d = row_at(3);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    for (uint64_t may = a[lane] & b[lane] & c[lane] & d[lane]; may != 0; may &= may - 1) {
      const Start& start = starts_[lane * 64 + static_cast<std::size_t>(std::countr_zero(may))];
      state.begun[start.word] |= start.letter;
      state.words |= uint64_t{1} << start.word;
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
