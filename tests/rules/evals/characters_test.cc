// Claim:   characters of UTF-8, and Perl's white space and word characters, are told apart.
// Oracle:  perl -e for each; an invariant for bytes that are no UTF-8.

#include "rules/evals/characters.h"

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

TEST(Characters, AreRead) {
  EXPECT_EQ(character_at("a", 0).code, U'a');
  EXPECT_EQ(character_at("x\u00e9", 1).code, U'\u00e9');
  EXPECT_EQ(character_at("\u20ac", 0).bytes, 3U);
  EXPECT_EQ(character_at("\U0001F600", 0).code, U'\U0001F600');
  EXPECT_EQ(character_at("\xe9 ", 0).code, U'\u00e9');  // a byte of Latin-1
  EXPECT_EQ(character_at("\xe9 ", 0).bytes, 1U);
}

TEST(Characters, AreCounted) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("n\u00e9\u20ac"), 3U);
  EXPECT_EQ(count_characters("n\xe9\xff"), 3U);
  EXPECT_EQ(after_characters("n\u00e9\u20ac", 0, 2), 3U);
  EXPECT_EQ(after_characters("n\u00e9\u20ac", 1, 9), 6U);
}

TEST(Characters, SpaceIsUnicodes) {
  EXPECT_EQ(space_bytes("\v", 0), 1U);
  EXPECT_EQ(space_bytes("\u00a0", 0), 2U);
  EXPECT_EQ(space_bytes("\u3000", 0), 3U);
  EXPECT_EQ(space_bytes("\u200b", 0), 0U);  // the zero width space is none
  EXPECT_EQ(space_bytes("\xa0", 0), 0U);    // in Latin-1 it is none for Perl
  EXPECT_EQ(space_bytes("", 0), 0U);
  EXPECT_EQ(skip_space(" \u2003\nx", 0), 5U);
}

TEST(Characters, WordCharactersAreLettersMarksDigitsAndConnectors) {
  for (const char32_t code : {U'a', U'9', U'_', U'\u00e9', U'\u0434', U'\u4e2d', U'\u0301'}) {
    EXPECT_TRUE(is_word_character(code));
  }
  for (const char32_t code : {U'-', U'\u2014', U'\u20ac', U'\u2192', U'\U0001F600'}) {
    EXPECT_FALSE(is_word_character(code));
  }
}

}  // namespace
}  // namespace sluice::rules
