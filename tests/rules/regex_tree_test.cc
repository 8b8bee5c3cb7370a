// Claim:   what is said of a pattern is true of each of its matches: its widths, literals, runs
//          and chains; and what RE2 is given matches where PCRE2 does.
// Oracle:  patterns whose answers can be seen, written here; PCRE2 through ExactMatcher.

#include "rules/patterns/regex_tree.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "rules/patterns/byte_runs.h"
#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/required_chains.h"
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

TEST(RequiredLiterals, SayWhatElseIsInEachMatch) {
  using Literals = std::vector<std::string>;
  const RequiredLiterals found =
      required_literals(tree_of("viagra.{1,9}(?:zloty|pesos).{1,9}quickly", true));
  std::vector<Literals> all = found.also;
  all.push_back(found.literals);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<Literals>{{"pesos", "zloty"}, {"quickly"}, {"viagra"}}));
  EXPECT_TRUE(required_literals(tree_of("(?:viagra.*quickly|zloty)")).also.empty());
}

// The end of the first literal, counted by hand.
TEST(RequiredLiterals, EndSoManyBytesAfterTheBegin) {
  struct Case {
    std::string_view pattern;
    uint32_t lead_max;
  };

  const std::vector<Case> cases = {
      {"oil and gas", 11},         {"\\d{1,3}(?:st|nd)? oil and gas", 3 + 2 + 12},
      {".{0,9} prize.*", 9 + 6},   {"(?:[a-h]{1,4}zebra|zloty)", 4 + 5},
      {"(?:\\w{5}zloty){2,}", 10}, {"\\w+ prize", kUnboundedWidth},
      {"(?<=....) prize", 6},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(required_literals(tree_of(c.pattern)).lead_max, c.lead_max) << c.pattern;
  }
  // "xyzzy" stands in the longer one and is looked for instead of it.
  const RequiredLiterals held = required_literals(tree_of("\\d(?:xyzzy|plugh xyzzy)"));
  EXPECT_EQ(held.literals, std::vector<std::string>{"xyzzy"});
  EXPECT_GE(held.lead_max, 1U + 11);
}

TEST(RequiredRun, IsInEachMatch) {
  const std::optional<ByteRun> line = required_run(tree_of("^[^\r\n]{998}"));
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->length, 998U);
  EXPECT_FALSE(line->bytes['\n']);
  const std::optional<ByteRun> id = required_run(tree_of("x? [a-f]{6,9}-[0-9]{20,} y"));
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->length, 27U);
  EXPECT_TRUE(id->bytes['-'] && id->bytes['a'] && id->bytes['9']);
  EXPECT_FALSE(id->bytes[' '] || id->bytes['x']);
  EXPECT_FALSE(required_run(tree_of("\\w{9} \\w{9} \\w{9}")).has_value());
  EXPECT_FALSE(required_run(tree_of("(?:[a-z]{30}|1)")).has_value());
}

TEST(RequiredChains, TakeEachBranchOfAChoice) {
  EXPECT_EQ(required_chains(tree_of("(?:v[i1]xqz|k[o0]zyx)", true)).chains.size(), 2U);
  EXPECT_TRUE(required_chains(tree_of("(?:v[i1]xqz|.)", true)).chains.empty());
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
  const auto matcher = ExactMatcher::compile(regex, false, fault);
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
