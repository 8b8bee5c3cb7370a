// Claim:   strings of one or two bytes are found as the pattern they come from finds them, and only
//          such patterns are taken.
// Oracle:  PCRE2 on the same pattern, match after match; patterns read by hand.

#include "rules/patterns/short_strings.h"

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {
namespace {

std::optional<ShortStrings> strings_of(const RegexText& regex) {
  return ShortStrings::of(*parse_regex(regex));
}

uint32_t matches(const ExactMatcher& matcher, const std::string& text, uint32_t max) {
  MatchWork work;
  work.refill(1'000'000);
  uint32_t count = 0;
  for (std::size_t at = 0; count < max;) {
    const MatchSpan span = matcher.find(text, at, work);
    if (span.outcome != MatchOutcome::kMatch) break;
    ++count;
    at = span.to;
  }
  return count;
}

std::string made_up(std::mt19937& random) {
  constexpr std::string_view kBytes = "aabbcde\xc3\xa9\xc2\n";
  std::string out;
  for (std::size_t i = random() % 40; i > 0; --i) out += kBytes[random() % kBytes.size()];
  return out;
}

void expect_counts_of_matches(const RegexText& regex, std::mt19937& random) {
  const std::optional<ShortStrings> strings = strings_of(regex);
  ASSERT_TRUE(strings.has_value()) << regex.pattern;
  RegexFault fault;
  const auto matcher = ExactMatcher::compile(regex, true, fault);
  ASSERT_TRUE(matcher.has_value());
  for (int round = 0; round < 500; ++round) {
    const std::string text = made_up(random);
    for (const uint32_t max : {1U, 2U, 1'000U}) {
      EXPECT_EQ(strings->count(text, max), matches(*matcher, text, max)) << regex.pattern;
    }
  }
}

TEST(ShortStrings, AreFoundAsThePatternFindsThem) {
  std::mt19937 random(1);
  for (const std::string pattern : {"a", "[ab]", "e|\\xc3[\\xa8\\xa9]", "ab|c.", "[\\x80-\\xff]",
                                    "a[^b]|[bc]a|\\xc3|\\xa9[\\x80-\\xff]", "aa"}) {
    expect_counts_of_matches({.pattern = pattern}, random);
    expect_counts_of_matches({.pattern = pattern, .caseless = true}, random);
  }
}

TEST(ShortStrings, AreNothingElse) {
  for (const std::string pattern : {"a|ab", "ab|a", "abc", "a?", "a+", "^a", "a\\b", "a(?=b)", "",
                                    "a|bcd", "(a)\\1", "[ab]|a.", "a|"}) {
    EXPECT_FALSE(strings_of({.pattern = pattern}).has_value()) << pattern;
  }
}

TEST(ShortStrings, AreFew) {
  EXPECT_TRUE(strings_of({.pattern = "[\\x80-\\xbf][ab]"}).has_value());
  EXPECT_FALSE(strings_of({.pattern = "[\\x80-\\xc0][ab]"}).has_value());
}

}  // namespace
}  // namespace sluice::rules
