// Claim:   what is said of a pattern is true of each of its matches: its widths, its literals, its
//          chains; and what RE2 is given matches where PCRE2 does.
// Oracle:  patterns whose answers can be seen, written here; PCRE2 through ExactMatcher.

#include "rules/patterns/regex_tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/letter_chains.h"
#include "rules/patterns/required_literals.h"

namespace sluice::rules {
namespace {

RegexTree tree_of(std::string_view pattern, bool caseless = false) {
  const std::optional<RegexTree> tree =
      parse_regex({.pattern = std::string(pattern), .caseless = caseless});
  EXPECT_TRUE(tree.has_value()) << pattern;
  return tree.value_or(RegexTree{});
}

TEST(RegexTree, KnowsHowLongMatchesAre) {
  struct Case {
    std::string_view pattern;
    uint32_t min;
    uint32_t max;
  };

  const Case cases[] = {{"abc", 3, 3},
                        {"a?b{2,3}", 2, 4},
                        {"(?:a|bcd)e", 2, 4},
                        {"\\bfoo\\b(?!bar)", 3, 3},
                        {"[^a]*", 0, kUnboundedWidth},
                        {"(a)\\1", 1, kUnboundedWidth},
                        {"\\x41\\d{3}", 4, 4},
                        {"(?i:x)(?#no)y", 2, 2}};
  for (const Case& c : cases) {
    const RegexTree tree = tree_of(c.pattern);
    EXPECT_EQ(tree.node(tree.root).width_min, c.min) << c.pattern;
    EXPECT_EQ(tree.node(tree.root).width_max, c.max) << c.pattern;
  }
}

TEST(RegexTree, RefusesWhatItDoesNotUnderstand) {
  for (const std::string_view pattern :
       {"(?R)", "(?(1)a|b)", "(*ANY)a", "a\\Kb", "(", "a)", "[a"}) {
    EXPECT_FALSE(parse_regex({.pattern = std::string(pattern)}).has_value()) << pattern;
  }
}

TEST(RequiredLiterals, AreInEachMatch) {
  using Literals = std::vector<std::string>;
  EXPECT_EQ(required_literals(tree_of("\\boil and gas\\b", true)).literals,
            (Literals{"oil and gas"}));
  EXPECT_EQ(required_literals(tree_of("(?:claim|collect) \\w+ prize")).literals,
            (Literals{" prize"}));
  EXPECT_EQ(required_literals(tree_of("w[i1]nner")).literals, (Literals{"w1nner", "winner"}));
  EXPECT_TRUE(required_literals(tree_of("\\d+")).literals.empty());
  EXPECT_TRUE(required_literals(tree_of("(?:lottery)?\\d")).literals.empty());
}

// Where `chains` end in `text`.
std::vector<std::size_t> ends(const LetterChains& chains, std::string_view text) {
  std::vector<std::size_t> out;
  chains.scan(text, [&out](uint32_t, std::size_t end) {
    out.push_back(end);
    return false;
  });
  return out;
}

TEST(LetterChains, AreFoundThroughTheirGaps) {
  const RegexTree tree = tree_of("z[_\\W]{0,3}[a@][_\\W]{0,3}n[_\\W]{0,3}[a@][_\\W]{0,3}x", true);
  const std::vector<Chain> found = required_chains(tree);
  ASSERT_EQ(found.size(), 1U);
  LetterChains chains;
  ASSERT_TRUE(chains.add(found, 7));
  chains.build();
  EXPECT_EQ(ends(chains, "buy Z_a.n @x"), (std::vector<std::size_t>{12}));
  EXPECT_EQ(ends(chains, "zanax zanax"), (std::vector<std::size_t>{5, 11}));
  EXPECT_TRUE(ends(chains, "zbanax").empty());
  EXPECT_TRUE(ends(chains, "zana").empty());
}

TEST(LetterChains, TakeEachBranchOfAChoice) {
  const RegexTree tree = tree_of("(?:v[i1]xqz|k[o0]zyx)", true);
  const std::vector<Chain> found = required_chains(tree);
  ASSERT_EQ(found.size(), 2U);
  LetterChains chains;
  ASSERT_TRUE(chains.add(found, 0));
  chains.build();
  EXPECT_EQ(ends(chains, "V1XQZ and k0zyx"), (std::vector<std::size_t>{5, 15}));
}

TEST(Re2Pattern, MeansWhatThePatternMeans) {
  EXPECT_TRUE(re2_pattern(tree_of("^a\\b[x\\xe4]+$", true)).has_value());
  EXPECT_FALSE(re2_pattern(tree_of("a(?=b)")).has_value());
  EXPECT_FALSE(re2_pattern(tree_of("(a)\\1")).has_value());
  EXPECT_FALSE(re2_pattern(tree_of("a++b")).has_value());
  EXPECT_FALSE(re2_pattern(tree_of("(?:a$)\\nb")).has_value());
}

TEST(LargePattern, IsRunWhereTheUsualLibraryCannot) {
  std::string pattern = "(?!zz)(?:";
  for (int i = 0; i < 6'000; ++i) pattern += "w" + std::to_string(i) + "[ab]x|";
  const RegexText regex{.pattern = pattern + "end)"};
  RegexFault fault;
  const auto matcher = ExactMatcher::compile(regex, shape_of(regex), false, fault);
  ASSERT_TRUE(matcher.has_value()) << fault.message;
  MatchWork work;
  work.refill(10'000'000);
  const MatchSpan span = matcher->find("..w5999bx..", 0, work);
  EXPECT_EQ(span.outcome, MatchOutcome::kMatch);
  EXPECT_EQ(span.from, 2U);
  EXPECT_EQ(span.to, 9U);
  EXPECT_EQ(matcher->find("..w5999cx..", 0, work).outcome, MatchOutcome::kNoMatch);
}

}  // namespace
}  // namespace sluice::rules
