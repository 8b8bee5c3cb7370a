// Claim:   a unit is new, then seen, then what was remembered of it; another view's, the subject's
//          and any other text are other units. However much is remembered, an answer is never that
//          of another unit or an older one, and memory stays within its bounds.
// Oracle:  by hand; a map that forgets nothing.

#include "rules/unit_memory.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::rules {
namespace {

using Answer = UnitMemory::Answer;
using Finds = std::vector<PatternFind>;

Finds finds_of(const UnitMemory::Memory& memory) {
  return {memory.finds.begin(), memory.finds.end()};
}

TEST(UnitMemory, KnowsWhatCameTwice) {
  UnitMemory memory(1U << 20U);
  const UnitKey key = UnitMemory::key_of(3, false, "Your parcel is on its way.\n");
  EXPECT_EQ(memory.look_up(key).answer, Answer::kNew);
  EXPECT_EQ(memory.look_up(key).answer, Answer::kSeen);
  EXPECT_EQ(memory.look_up(key).answer, Answer::kSeen);
  const Finds finds = {{.pattern = 17, .count = 1}, {.pattern = 4, .count = 9}};
  memory.remember(key, finds, 250);
  const UnitMemory::Memory known = memory.look_up(key);
  EXPECT_EQ(known.answer, Answer::kKnown);
  EXPECT_EQ(finds_of(known), finds);
  EXPECT_EQ(known.work, 250U);
}

TEST(UnitMemory, KnowsThatNothingWasFoundInNothing) {
  UnitMemory memory(1U << 20U);
  const UnitKey key = UnitMemory::key_of(0, false, {});
  memory.look_up(key);
  memory.remember(key, {}, 0);
  EXPECT_EQ(memory.look_up(key).answer, Answer::kKnown);
  EXPECT_TRUE(memory.look_up(key).finds.empty());
}

TEST(UnitMemory, TellsUnitsApart) {
  UnitMemory memory(1U << 20U);
  const UnitKey key = UnitMemory::key_of(3, false, "text");
  memory.look_up(key);
  memory.remember(key, {}, 1);
  EXPECT_EQ(memory.look_up(UnitMemory::key_of(4, false, "text")).answer, Answer::kNew);
  EXPECT_EQ(memory.look_up(UnitMemory::key_of(3, true, "text")).answer, Answer::kNew);
  EXPECT_EQ(memory.look_up(UnitMemory::key_of(3, false, "text.")).answer, Answer::kNew);
  EXPECT_EQ(memory.look_up(key).answer, Answer::kKnown);
}

// Two keys of one hash, as only chance can make them.
TEST(UnitMemory, ComparesTexts) {
  UnitMemory memory(1U << 20U);
  const UnitKey key = UnitMemory::key_of(3, false, "text");
  memory.look_up(key);
  memory.remember(key, {}, 1);
  for (const UnitKey& other :
       {UnitKey{.text = "next", .view = 3, .hash = key.hash},
        UnitKey{.text = "texts", .view = 3, .hash = key.hash},
        UnitKey{.text = "text", .view = 2, .hash = key.hash},
        UnitKey{.text = "text", .view = 3, .subject = true, .hash = key.hash}}) {
    EXPECT_NE(memory.look_up(other).answer, Answer::kKnown);
  }
  EXPECT_EQ(memory.look_up(key).answer, Answer::kKnown);
}

TEST(UnitMemory, GivesUp) {
  UnitMemory memory(1U << 20U);
  const UnitKey key = UnitMemory::key_of(3, false, "dear");
  memory.look_up(key);
  memory.give_up(key);
  EXPECT_EQ(memory.look_up(key).answer, Answer::kLost);
  const std::string large(limits::kRememberedUnitBytesMax + 1, 'x');
  const UnitKey too_large = UnitMemory::key_of(3, false, large);
  memory.look_up(too_large);
  memory.remember(too_large, {}, 1);
  EXPECT_EQ(memory.look_up(too_large).answer, Answer::kLost);
  memory.clear();
  EXPECT_EQ(memory.look_up(key).answer, Answer::kNew);
}

// Texts of many sizes, some of them often, in a memory that is far too small for them.
TEST(UnitMemory, NeverAnswersForAnother) {
  std::mt19937 random(1);
  UnitMemory memory(256U << 10U);
  std::map<std::tuple<uint32_t, bool, std::string>, std::pair<Finds, uint32_t>> all;
  std::size_t known = 0;
  for (uint32_t i = 0; i < 60'000; ++i) {
    const auto which = static_cast<uint32_t>(random() % (i % 2 == 0 ? 50 : 5'000));
    const std::string text(which * 13 % 997, static_cast<char>('a' + which % 26));
    const uint32_t view = which % 3;
    const bool subject = which % 7 == 0;
    const UnitKey key = UnitMemory::key_of(view, subject, text);
    const UnitMemory::Memory found = memory.look_up(key);
    auto& should = all[{view, subject, text}];
    if (found.answer == Answer::kKnown) {
      ++known;
      ASSERT_EQ(finds_of(found), should.first);
      ASSERT_EQ(found.work, should.second);
    }
    if (found.answer == Answer::kSeen || i % 11 == 0) {
      should = {Finds(random() % 5, {.pattern = i, .count = which}), i};
      memory.remember(key, should.first, should.second);
    }
  }
  EXPECT_GT(known, 10'000U);
}

}  // namespace
}  // namespace sluice::rules
