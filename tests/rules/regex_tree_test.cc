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

ByteSet256 bytes(std::string_view text) {
  ByteSet256 out;
  for (const char c : text) out.set(static_cast<unsigned char>(c));
  return out;
}

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

using Texts = std::vector<std::string>;

Texts literals_of(std::string_view pattern, bool caseless = false) {
  Texts out;
  for (const RequiredLiteral& one : required_literals(tree_of(pattern, caseless)).literals) {
    out.push_back(one.text);
  }
  return out;
}

TEST(RequiredLiterals, AreInEachMatch) {
  EXPECT_EQ(literals_of("\\boil and gas\\b", true), (Texts{"oil and gas"}));
  EXPECT_EQ(literals_of("(?:claim|collect) \\w+ prize"), (Texts{" prize"}));
  EXPECT_EQ(literals_of("w[i1]nner"), (Texts{"w1nner", "winner"}));
  EXPECT_TRUE(literals_of("\\d+").empty());
  EXPECT_TRUE(literals_of("(?:lottery)?\\d").empty());
}

// Of each pattern the one literal, and the bytes around it in texts.
TEST(RequiredLiterals, StandBetweenBytesThatFit) {
  struct Case {
    std::string_view pattern;
    std::string_view literal;
    std::vector<std::string_view> fit;
    std::vector<std::string_view> unfit;
  };

  const std::vector<Case> cases = {
      {"\\bzebra\\b", "zebra", {"zebra", " zebra.", "\xe4zebra-"}, {"azebra", "zebra_", "1zebra "}},
      {"zebra\\b, ", "zebra, ", {"zebra,  ", "zebra, a"}, {}},
      {"\\b zebra", " zebra", {"a zebra", " zebra", "a zebras"}, {". zebra"}},
      {"\\dzebra", "zebra", {"1zebra", "9zebra5"}, {"azebra", " zebra"}},
      {"\\d?zebra", "zebra", {"1zebra", "azebra"}, {}},
      {"[a-f]\\s*zebra\\W", "zebra", {"azebra.", " zebra", "\nzebra!"}, {"gzebra.", "azebrax"}},
      {"zebra(?:[.]|\\d\\d)", "zebra", {"zebra.", "zebra2"}, {"zebra ", "zebras"}},
      {"(?:\\bzebra\\b[^a]?)+", "zebra", {" zebra", "zebra."}, {"azebra", "zebraz"}},
      {"\\b(?:re)?zebra", "zebra", {"xrezebra", " zebra", "ezebra"}, {"azebra"}},
      {"\\dzebra(?:s|zebras)", "zebras", {"7zebras", "azebras"}, {"bzebras"}},
      {"^zebra(?!s)", "zebra", {"zebras"}, {"a zebra"}},
      {"(?m)^\\d*zebra\\b$", "zebra", {"\nzebra\n", "7zebra"}, {" zebra", "zebra "}},
      {"(?:^|,+)zebra\\d?$", "zebra", {"zebra\n", ",zebra4!"}, {" zebra", "zebra "}},
      {"-(?:zebra|\\d*zebra)[.]", "zebra", {"-zebra.", "7zebra."}, {" zebra.", "-zebras"}},
      {"[<({;&](?:\\d?zebra[-.,:!]\\s*)+", "zebra", {"<zebra.", "7zebra!", " zebra:"}, {"<zebra>"}},
      {"\\s(?:\\d?zebra,?)+", "zebra", {" zebra>", ",zebra4", "azebraz"}, {".zebra"}},
      {"(?i)Xzebra[a-f]", "xzebra", {"xzebraF", "xzebraf"}, {"xzebrag"}},
  };
  for (const Case& c : cases) {
    const RequiredLiterals found = required_literals(tree_of(c.pattern));
    ASSERT_EQ(found.literals.size(), 1U) << c.pattern;
    const RequiredLiteral& literal = found.literals.front();
    EXPECT_EQ(literal.text, c.literal) << c.pattern;
    const auto fits = [&literal](std::string_view text) {
      const std::size_t at = text.find(literal.text);
      return at != std::string_view::npos &&
             literal.neighbours.fit(text, at, at + literal.text.size());
    };
    for (const std::string_view text : c.fit) EXPECT_TRUE(fits(text)) << c.pattern << ": " << text;
    for (const std::string_view text : c.unfit) {
      EXPECT_FALSE(fits(text)) << c.pattern << ": " << text;
    }
  }
}

TEST(RequiredLiterals, SayWhatElseIsInEachMatch) {
  constexpr std::string_view kPattern = "viagra.{1,9}(?:zloty|pesos).{1,9}quickly";
  std::vector<Texts> all = required_literals(tree_of(kPattern, true)).also;
  all.push_back(literals_of(kPattern, true));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<Texts>{{"pesos", "zloty"}, {"quickly"}, {"viagra"}}));
  EXPECT_TRUE(required_literals(tree_of("(?:viagra.*quickly|zloty)")).also.empty());
}

// The begin of the first literal, counted by hand.
TEST(RequiredLiterals, StandSoManyBytesAfterTheBegin) {
  struct Case {
    std::string_view pattern;
    uint32_t width_max;
  };

  const std::vector<Case> cases = {
      {"oil and gas", 0},         {"\\d{1,3}(?:st|nd)? oil and gas", 3 + 2},
      {".{0,9} prize.*", 9},      {"(?:[a-h]{1,4}zebra|zloty)", 4},
      {"(?:\\w{5}zloty){2,}", 5}, {"\\w+ prize", kUnboundedWidth},
      {"(?<=....) prize", 0},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(required_literals(tree_of(c.pattern)).lead.width_max, c.width_max) << c.pattern;
  }
  // "xyzzy" stands in the longer one and is looked for instead of it.
  constexpr std::string_view kHeld = "\\d(?:xyzzy|plugh xyzzy)";
  EXPECT_EQ(literals_of(kHeld), Texts{"xyzzy"});
  EXPECT_GE(required_literals(tree_of(kHeld)).lead.width_max, 1U + 6);
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

TEST(RequiredRun, IsTheBeginOfWhatBeginsAboveAscii) {
  const std::optional<ByteRun> begin = required_run(tree_of("(?=[a\xd0\xd1])(?:[b\xd0]x|\xd1)y"));
  ASSERT_TRUE(begin.has_value());
  EXPECT_EQ(begin->length, 1U);
  EXPECT_EQ(begin->bytes, bytes("\xd0\xd1"));
  EXPECT_FALSE(required_run(tree_of("(?:\xd0|a)x")).has_value());
  EXPECT_FALSE(required_run(tree_of("\xd0*")).has_value());
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

TEST(Re2Pattern, KnowsLines) {
  const auto of_lines = [](const std::string& pattern) {
    const RegexTree tree = *parse_regex({.pattern = pattern, .multiline = true});
    return re2_pattern(tree);
  };
  EXPECT_EQ(of_lines("^a$"), "(?m:^)[\\x61](?m:$)");
  EXPECT_TRUE(of_lines("a.*?^b").has_value());
  EXPECT_TRUE(of_lines("(?:^|x)b").has_value());
  // After the last newline of a text RE2 sees a line, PCRE2 does not.
  EXPECT_FALSE(of_lines("^").has_value());
  EXPECT_FALSE(of_lines("a\\s^b?").has_value());
}

TEST(Re2Superset, GivesCountsUp) {
  EXPECT_EQ(re2_superset(tree_of("a{3}[b-d]{2,900}")), "(?:[\\x61]){3,3}(?:[\\x62-\\x64]){2,}");
  EXPECT_EQ(re2_superset(tree_of("(?:ab){2,3}(?!x)\\bc")), "(?:[\\x61][\\x62])+\\b[\\x63]");
}

TEST(RegexTree, KnowsWhatMayFollowALookAhead) {
  const auto first = [](const std::string& pattern) {
    const RegexTree tree = tree_of(pattern);
    return first_bytes(tree, tree.root);
  };
  EXPECT_EQ(first("(?=[ax]b)[a-c]"), bytes("a"));
  EXPECT_EQ(first("(?=[ab])(?=[bc])\\w"), bytes("b"));
  EXPECT_EQ(first("(?:(?=[ax])|d)[a-d]"), bytes("ad"));
  EXPECT_EQ(first("(?=b)?[ab]"), bytes("ab"));
  EXPECT_EQ(first("(?=b*)[ab]"), bytes("ab"));
  EXPECT_EQ(first("(?!b)(?<=c)[ab]"), bytes("ab"));
  EXPECT_TRUE(first("(?=b)a").none());
}

TEST(RegexTree, KnowsWhereMatchesBegin) {
  const auto begins = [](const std::string& pattern, bool multiline = false) {
    const RegexTree tree = *parse_regex({.pattern = pattern, .multiline = multiline});
    return begins_text(tree, tree.root);
  };
  EXPECT_TRUE(begins("^\\s*x"));
  EXPECT_TRUE(begins("(?!y)\\b^x"));
  EXPECT_TRUE(begins("(?:^x|\\Ay)z"));
  EXPECT_FALSE(begins("(?:^x|y)z"));
  EXPECT_FALSE(begins("x?^y"));
  EXPECT_FALSE(begins("(?:^x)?y"));
  EXPECT_FALSE(begins("^x", true));
}

TEST(RegexTree, KnowsHowOftenAPartMayStand) {
  const auto counts = [](const std::string& pattern) {
    const RegexTree tree = tree_of(pattern);
    return counts_inside(tree, tree.root);
  };
  EXPECT_EQ(counts("a(?:b{1,9}c){5}d{20}"), 45U);
  EXPECT_EQ(counts("(?:a{7,}b)*"), 7U);
  EXPECT_EQ(counts("ab"), 1U);
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
