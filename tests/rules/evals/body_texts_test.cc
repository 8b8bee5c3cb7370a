// Claim:   words, capital letters and labels of texts are counted in time linear in the text.
// Oracle:  counts by hand; an upper bound of time for hostile texts.

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "rules/evals/capitals.h"
#include "rules/evals/stock_labels.h"
#include "rules/evals/word_counts.h"

namespace sluice::rules {
namespace {

TEST(WordCounts, CountEachTextsWords) {
  Arena arena;
  WordCounts counts(arena, 8);
  for (const char* word : {"a", "b", "a", "a word of many letters"}) counts.add(word, 0);
  for (const char* word : {"a", "c", "c"}) counts.add(word, 1);
  EXPECT_EQ(counts.distinct(0), 3U);
  EXPECT_EQ(counts.distinct(1), 2U);
  EXPECT_EQ(counts.more_in(0), 3U);
  EXPECT_EQ(counts.more_in(1), 1U);
}

TEST(WordCounts, TakeNoMoreThanThereIsRoomFor) {
  Arena arena;
  WordCounts counts(arena, 1);
  std::string words(1'000, 'x');
  for (std::size_t i = 0; i < words.size(); ++i) {
    counts.add(std::string_view(words).substr(i), 0);
  }
  EXPECT_GT(counts.distinct(0), 8U);
  EXPECT_LT(counts.distinct(0), 1'000U);
}

TEST(Capitals, AreCountedBesideSmallLettersAndDigits) {
  Capitals capitals;
  capitals.read("FREE money now 99\xc3\x9f[`{@");
  EXPECT_EQ(capitals.upper, 4U);
  EXPECT_EQ(capitals.lower, 10U);
  EXPECT_EQ(capitals.bytes, 23U);
}

TEST(Capitals, LeaveOutWhatIsNoText) {
  Capitals capitals;
  capitals.read(" WORD\n");
  capitals.read(std::string(64, 'A') + " " + std::string(64, 'B') + " x");
  EXPECT_EQ(capitals.bytes, 0U);
  capitals.read(std::string(59, 'A') + " x");
  EXPECT_EQ(capitals.upper, 59U);
  capitals.read("a \x1b$BABC\x1b(B b \x1b$BABC\x1b(B c");
  EXPECT_EQ(capitals.upper, 59U);
  EXPECT_EQ(capitals.bytes, 61U + 4U);
}

TEST(StockLabels, AreCountedOnce) {
  EXPECT_EQ(count_stock_labels("Symbol: XMPL\nCurrent Price : 2 EUR\nsymbol: Y\n"), 2U);
  EXPECT_EQ(count_stock_labels("\n\n  Symbol\n:\n\nXMPL"), 1U);
  EXPECT_EQ(count_stock_labels("Symbol:\n"), 0U);
  EXPECT_EQ(count_stock_labels("a Symbol that is more than 30 bytes: x"), 0U);
  EXPECT_EQ(count_stock_labels("\u00c4\u00c4\u00c4\u00c4\u00c4\u00c4\u00c4\u00c4\u00c4\u00c4 Trade "
                               "Symbol:\u00a0x"),
            1U);
}

TEST(StockLabels, AreFoundInLongTexts) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "nothing to see here, go on\n";
  EXPECT_EQ(count_stock_labels(text + "Target: 2\n"), 1U);
}

TEST(StockLabels, TakeLinearTime) {
  std::string text;
  while (text.size() < (1U << 20U)) text += "\n \n\t\n:\n: \nab\n\n\n\n";
  const auto begin = std::chrono::steady_clock::now();
  count_stock_labels(text);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

}  // namespace
}  // namespace sluice::rules
