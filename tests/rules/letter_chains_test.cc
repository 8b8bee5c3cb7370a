// Claim:   a scan reports each place where a chain ends, and no other, whatever other chains there
//          are and wherever the text ends.
// Oracle:  each chain followed by itself, letter by letter; texts whose answers can be seen.

#include "rules/patterns/letter_chains.h"

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using Ends = std::set<std::pair<uint32_t, std::size_t>>;  // (id, end)

ByteSet256 bytes(std::string_view text) {
  ByteSet256 out;
  for (const char c : text) out.set(static_cast<unsigned char>(c));
  return out;
}

Chain chain(std::string_view letters, std::string_view gap) {
  Chain out;
  for (const char c : letters) out.push_back({.first = bytes({&c, 1}), .gap = bytes(gap)});
  return out;
}

Ends scanned(const LetterChains& chains, std::string_view text) {
  Ends out;
  chains.scan(text, [&out](uint32_t id, std::size_t end) {
    out.emplace(id, end);
    return false;
  });
  return out;
}

// Follows one chain through the text; bit k: it is at letter k.
void follow(const Chain& chain, uint32_t id, std::string_view text, Ends& out) {
  std::vector<bool> at(chain.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::vector<bool> next(chain.size());
    for (std::size_t k = 0; k < chain.size(); ++k) {
      const bool moved = (k == 0 || at[k - 1]) && chain[k].first[byte];
      next[k] = moved || (at[k] && chain[k].gap[byte]);
      if (moved && k + 1 == chain.size()) out.emplace(id, i + 1);
    }
    at = next;
  }
}

TEST(LetterChains, AreFoundThroughTheirGaps) {
  LetterChains chains;
  ASSERT_TRUE(chains.add({chain("zanax", "_. ")}, 7));
  chains.build();
  EXPECT_EQ(scanned(chains, "buy z_a.n ax"), (Ends{{7, 12}}));
  EXPECT_EQ(scanned(chains, "zanax zanax"), (Ends{{7, 5}, {7, 11}}));
  EXPECT_TRUE(scanned(chains, "zbanax").empty());
  EXPECT_TRUE(scanned(chains, "zana").empty());
}

TEST(LetterChains, EndWithTheText) {
  LetterChains chains;
  ASSERT_TRUE(chains.add({chain("a", ""), chain("bc", ""), chain("def", "")}, 1));
  chains.build();
  EXPECT_EQ(scanned(chains, "a"), (Ends{{1, 1}}));
  EXPECT_EQ(scanned(chains, "xbc"), (Ends{{1, 3}}));
  EXPECT_EQ(scanned(chains, "def"), (Ends{{1, 3}}));
  EXPECT_TRUE(scanned(chains, "").empty());
}

TEST(LetterChains, AgreeWithEachFollowedByItself) {
  for (const std::size_t count : {std::size_t{3}, std::size_t{100}, std::size_t{300}}) {
    std::mt19937 random(static_cast<unsigned>(count));
    const auto letters = [&random](std::size_t size) {
      std::string out;
      while (out.size() < size) out += static_cast<char>('a' + random() % 6);
      return out;
    };
    std::vector<Chain> all;
    LetterChains chains;
    for (uint32_t id = 0; id < count; ++id) {
      Chain one;
      for (std::size_t k = 1 + random() % 7; k > 0; --k) {
        one.push_back(
            {.first = bytes(letters(1 + random() % 2)), .gap = bytes(letters(random() % 2))});
      }
      ASSERT_TRUE(chains.add({one}, id));
      all.push_back(std::move(one));
    }
    chains.build();
    for (int round = 0; round < 60; ++round) {
      std::string text = letters(random() % (round < 50 ? 60 : 1'600));
      for (char& c : text) {
        if (random() % 4 == 0) c = 'x';  // of no chain
      }
      Ends expected;
      for (uint32_t id = 0; id < count; ++id) follow(all[id], id, text, expected);
      EXPECT_EQ(scanned(chains, text), expected) << text;
    }
  }
}

// A scan looks at a stretch of text at a time.
TEST(LetterChains, AreFoundWhereverTheyStand) {
  LetterChains chains;
  ASSERT_TRUE(chains.add({chain("zanax", "_")}, 7));
  chains.build();
  constexpr std::string_view kText = "z_an_ax";
  for (std::size_t before = 0; before < 1'100; ++before) {
    const std::string text = std::string(before, 'a') + std::string(kText);
    const Ends expected = {{7, text.size()}};
    EXPECT_EQ(scanned(chains, text), expected) << before;
    EXPECT_EQ(scanned(chains, text + std::string(before % 70, 'x')), expected) << before;
  }
}

TEST(LetterChains, SayWhenThereIsNoMoreRoom) {
  LetterChains chains;
  uint32_t id = 0;
  while (id < 10'000 && chains.add({chain("abcdefghijklmnop", "")}, id)) ++id;
  EXPECT_LT(id, 10'000U);
  chains.build();
  EXPECT_EQ(scanned(chains, "abcdefghijklmnop").size(), id);
}

}  // namespace
}  // namespace sluice::rules
