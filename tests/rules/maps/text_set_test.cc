// Claim:   a set has what was added and nothing else, each text once, in little memory.
// Oracle:  std::set, with a million made-up names.

#include "rules/maps/text_set.h"

#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

TEST(TextSet, EmptyHasNothing) {
  TextSet set;
  EXPECT_FALSE(set.has("a"));
  set.build();
  EXPECT_FALSE(set.has(""));
  EXPECT_FALSE(set.has("a"));
  EXPECT_EQ(set.size(), 0U);
}

TEST(TextSet, KnowsTextsOfEveryLength) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{127},
                                   std::size_t{128}, TextSet::kTextBytesMax}) {
    TextSet set;
    const std::string text(length, 'x');
    ASSERT_TRUE(set.add(text));
    ASSERT_TRUE(set.add(text));
    set.build();
    EXPECT_EQ(set.size(), 1U);
    EXPECT_TRUE(set.has(text));
    EXPECT_FALSE(set.has(text + "x"));
    EXPECT_FALSE(set.has(std::string(length, 'y') + "y"));
  }
}

TEST(TextSet, HoldsZeroBytes) {
  TextSet set;
  const std::string text("a\0b", 3);
  ASSERT_TRUE(set.add(text));
  set.build();
  EXPECT_TRUE(set.has(text));
  EXPECT_FALSE(set.has(std::string("a\0c", 3)));
  EXPECT_FALSE(set.has("a"));
}

// Few letters, so that names repeat and are alike.
std::string made_name(std::mt19937& random) {
  std::string name;
  const std::size_t length = 3 + random() % 8;
  for (std::size_t i = 0; i < length; ++i) name += static_cast<char>('a' + random() % 5);
  return name + ".example";
}

TEST(TextSet, AgreesWithStdSetOnAMillionNames) {
  std::mt19937 random(1);
  TextSet set;
  std::set<std::string> oracle;
  std::size_t text_bytes = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string name = made_name(random);
    ASSERT_TRUE(set.add(name));
    text_bytes += name.size();
    oracle.insert(name);
  }
  set.build();
  ASSERT_EQ(set.size(), oracle.size());
  EXPECT_LE(set.memory_bytes(), text_bytes + 25'000'000);
  for (const std::string& name : oracle) ASSERT_TRUE(set.has(name)) << name;
  std::size_t missing = 0;
  for (int i = 0; i < 300'000; ++i) {
    const std::string name = made_name(random);
    ASSERT_EQ(set.has(name), oracle.contains(name)) << name;
    if (!oracle.contains(name)) ++missing;
  }
  EXPECT_GT(missing, 10'000U);
}

}  // namespace
}  // namespace sluice::rules
