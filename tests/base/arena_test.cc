// Claim:   an Arena hands out aligned memory that does not overlap, and keeps little after reset().
// Oracle:  invariants, on sizes drawn from seed 1.

#include "base/arena.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Arena, KeepsWhatWasWrittenApart) {
  Arena arena;
  std::mt19937 random(1);
  for (int life = 0; life < 3; ++life) {
    std::vector<std::pair<std::span<char>, char>> taken;
    for (int i = 0; i < 2'000; ++i) {
      const std::size_t size = random() % (random() % 50 == 0 ? 200'000 : 300);
      const char mark = static_cast<char>(random() % 256);
      taken.emplace_back(arena.take(size), mark);
      std::memset(taken.back().first.data(), mark, size);
    }
    for (const auto& [span, mark] : taken) {
      for (const char c : span) ASSERT_EQ(c, mark);
    }
    arena.reset();
    EXPECT_EQ(arena.used(), 0U);
  }
}

TEST(Arena, AlignsForPmrContainers) {
  Arena arena;
  arena.take(1);
  void* const aligned = static_cast<std::pmr::memory_resource&>(arena).allocate(64, 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % 64, 0U);
}

TEST(Arena, TrimGivesBackTheTail) {
  Arena arena;
  const auto first = arena.take(100);
  arena.trim(first, 10);
  EXPECT_EQ(arena.used(), 10U);
  EXPECT_EQ(arena.take(1).data(), first.data() + 10);
}

TEST(Arena, CountsCopies) {
  Arena arena;
  EXPECT_EQ(arena.copy("hello"), "hello");
  arena.take(7);
  EXPECT_EQ(arena.copied(), 5U);
}

}  // namespace
}  // namespace sluice
