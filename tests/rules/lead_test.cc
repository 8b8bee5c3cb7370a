// Claim:   a Lead says of each text that its part of a pattern matches no less than that text
//          holds, and no begin of a match is passed by.
// Oracle:  counts by hand; PCRE2's matches in made-up texts, counted byte by byte.

#include "rules/patterns/lead.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/required_chains.h"

namespace sluice::rules {
namespace {

Lead lead_of_pattern(std::string_view pattern) {
  const std::optional<RegexTree> tree = parse_regex({.pattern = std::string(pattern)});
  EXPECT_TRUE(tree.has_value()) << pattern;
  return tree.has_value() ? lead_of(*tree, tree->root).settled() : Lead{};
}

TEST(Lead, IsCountedInBytesOrInOthersThanItsFill) {
  struct Case {
    std::string_view pattern;
    uint32_t width_max;
    uint32_t others_max;
    std::string_view fill;  // some of it
  };

  const std::vector<Case> cases = {
      {"oil and gas", 11, 11, ""},
      {"\\d{1,3}(?:st|nd)? oil", 9, 9, ""},
      {"\\w+ oil", kUnboundedWidth, 4, "az09_"},
      {"cut+(?:ting)?", kUnboundedWidth, 2 + 4, "t"},
      {"<[a-z]+ [^>]{1,80}x", kUnboundedWidth, 0, "az <x"},  // all of it is [^>]
      {"<[a-z]+ [^>]{1,80}>x", kUnboundedWidth, 4, "az <x"},
      {"[a-z]+oil", kUnboundedWidth, 0, "oil"},
      {".{0,80} oil", 84, 84, ""},
      {"(?:a|bcd)", 3, 3, ""},
      {"(?:ab?|c*)d", kUnboundedWidth, 2 + 1, "c"},
      {"(?:ab){3}", 6, 6, ""},
      {"(?:ab){100}", 200, 0, "ab"},
      {"(?=zebra)^", 0, 0, ""},
  };
  for (const Case& c : cases) {
    const Lead lead = lead_of_pattern(c.pattern);
    EXPECT_EQ(lead.width_max, c.width_max) << c.pattern;
    EXPECT_EQ(lead.others_max, c.others_max) << c.pattern;
    for (const char byte : c.fill) {
      EXPECT_TRUE(lead.fill[static_cast<unsigned char>(byte)]) << c.pattern;
    }
  }
}

std::size_t others_in(const Lead& lead, std::string_view text) {
  std::size_t out = 0;
  for (const char c : text) out += lead.fill[static_cast<unsigned char>(c)] ? 0U : 1U;
  return out;
}

std::string made_up(std::mt19937& random, std::size_t size) {
  constexpr std::string_view kBytes = "aab <>=\"c1\n";
  std::string out;
  while (out.size() < size) out += kBytes[random() % kBytes.size()];
  return out;
}

TEST(Lead, HoldsForEachMatch) {
  std::mt19937 random(7);
  for (const std::string_view pattern :
       {"<a[^>]*=", "(?:a+b|c{2,9})[ =]{0,30}", "^[^<]{0,200}<", "(a|b)\\1*c", "[ab]{3,}(?:<>)*"}) {
    const Lead lead = lead_of_pattern(pattern);
    RegexFault fault;
    const auto matcher =
        ExactMatcher::compile({.pattern = std::string(pattern), .multiline = true}, false, fault);
    ASSERT_TRUE(matcher.has_value()) << fault.message;
    MatchWork work;
    int matches = 0;
    for (int i = 0; i < 300; ++i) {
      const std::string text = made_up(random, 400);
      work.refill(1'000'000);
      const MatchSpan found = matcher->find(text, 0, work);
      if (found.outcome != MatchOutcome::kMatch) continue;
      ++matches;
      const std::string_view matched(text.data() + found.from, found.to - found.from);
      EXPECT_LE(matched.size(), lead.width_max) << pattern;
      EXPECT_LE(others_in(lead, matched), lead.others_max) << pattern;
      EXPECT_LE(lead.begin(text, 0, found.to), found.from) << pattern;
    }
    EXPECT_GT(matches, 100) << pattern;
  }
}

// Of what each branch of a choice is found by, too: what one branch counts may be another's fill.
TEST(Lead, HoldsForBranches) {
  constexpr std::string_view kPattern = "(?:<[a-z]{3}> {200,}v[i1]xqz|k[o0]zyx)";
  const std::optional<RegexTree> tree = parse_regex({.pattern = std::string(kPattern)});
  ASSERT_TRUE(tree.has_value());
  const RequiredChains found = required_chains(*tree);
  ASSERT_EQ(found.chains.size(), 2U);
  const std::string text = "<abc>" + std::string(900, ' ') + "vixqz";
  EXPECT_EQ(found.lead.begin(text, 0, text.size()), 0U);
}

// Where counting pays the begin is exact.
TEST(Lead, BeginsWhereMoreWouldBeTooMany) {
  std::mt19937 random(8);
  Lead lead = {.others_max = 3};
  lead.fill['a'] = true;
  int shortened = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string text = std::string(random() % 500, 'b') + std::string(random() % 900, 'a') +
                             made_up(random, random() % 6);
    const std::size_t begin = lead.begin(text, 0, text.size());
    EXPECT_TRUE(begin == 0 || others_in(lead, std::string_view(text).substr(begin)) == 3);
    EXPECT_TRUE(begin == 0 || !lead.fill[static_cast<unsigned char>(text[begin - 1])]);
    shortened += begin > 0 ? 1 : 0;
  }
  EXPECT_GT(shortened, 50);
  lead.width_max = 10;
  EXPECT_EQ(lead.begin(std::string(400, 'a'), 0, 400), 390U);
  EXPECT_EQ(lead.begin(std::string(400, 'a'), 395, 400), 395U);
}

}  // namespace
}  // namespace sluice::rules
