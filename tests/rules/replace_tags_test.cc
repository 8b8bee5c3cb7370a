// Claim:   tags in patterns are replaced as SpamAssassin's ReplaceTags does; rules that do not ask
//          for it keep their pattern.
// Oracle:  by hand, from Mail::SpamAssassin::Plugin::ReplaceTags 4.0.1.

#include "rules/language/replace_tags.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/language/rule_parser.h"

namespace sluice::rules {
namespace {

class ReplaceTagsTest : public testing::Test {
 protected:
  ReplaceTagsTest() {
    set("replace_tag", "A [a4]");
    set("replace_tag", "B (?:b|8)");
    set("replace_tag", "AB <A><B>");
    set("replace_pre", "P =?");
    set("replace_inter", "W [\\W_]?");
    set("replace_post", "N {1,2}");
  }

  void set(std::string name, std::string value) {
    EXPECT_TRUE(tags_.take({.name = std::move(name), .value = std::move(value)}, diagnostics_));
  }

  [[nodiscard]] std::string replaced(std::string pattern) const {
    return tags_.replaced({.pattern = std::move(pattern)}).value_or("too long");
  }

  Diagnostics diagnostics_;
  ReplaceTags tags_;
};

TEST_F(ReplaceTagsTest, ATagStandsForItsExpression) {
  EXPECT_EQ(replaced("x<A>y<B>z"), "x[a4]y(?:b|8)z");
  EXPECT_EQ(replaced("<A>"), "[a4]");
  EXPECT_EQ(replaced("<A><A>"), "[a4][a4]");
  EXPECT_EQ(replaced("no tag"), "no tag");
  EXPECT_EQ(replaced(""), "");
}

TEST_F(ReplaceTagsTest, InterStandsBetweenTwoTagsSideBySide) {
  EXPECT_EQ(replaced("<inter W><A><B>c<A>"), "[a4][\\W_]?(?:b|8)c[a4]");
  EXPECT_EQ(replaced("<A><B><inter W>"), "[a4][\\W_]?(?:b|8)");
}

TEST_F(ReplaceTagsTest, PreAndPostStandAroundEachTag) {
  EXPECT_EQ(replaced("<pre P><A>c<B>"), "=?[a4]c=?(?:b|8)");
  EXPECT_EQ(replaced("<post N><A>c<B>"), "[a4]{1,2}c(?:b|8){1,2}");
  EXPECT_EQ(replaced("<pre P><post N><inter W><A><B>"), "=?[a4]{1,2}[\\W_]?=?(?:b|8){1,2}");
}

TEST_F(ReplaceTagsTest, AModifierThatIsNotDefinedAddsNothing) {
  EXPECT_EQ(replaced("<inter X><A><B>"), "[a4](?:b|8)");
}

TEST_F(ReplaceTagsTest, ATagThatIsNotDefinedStays) {
  EXPECT_EQ(replaced("<a href><X>(?<name>x)"), "<a href><X>(?<name>x)");
  EXPECT_EQ(replaced("(?<!y)<A>(?<=z)"), "(?<!y)[a4](?<=z)");
}

TEST_F(ReplaceTagsTest, TagsInsideTagsAreReplacedInTheNextRound) {
  EXPECT_EQ(replaced("x<AB>"), "x[a4](?:b|8)");
  set("replace_tag", "ABA <AB><A>");
  EXPECT_EQ(replaced("<ABA>c"), "[a4](?:b|8)[a4]c");
}

TEST_F(ReplaceTagsTest, RoundsComeToAnEnd) {
  set("replace_tag", "LOOP l<LOOP>");
  EXPECT_EQ(replaced("x<LOOP>"), "xllllll<LOOP>");
}

TEST_F(ReplaceTagsTest, WhatGrowsTooLongIsRefused) {
  std::string twice = "T ";
  for (int i = 0; i < 200; ++i) twice += "<T>";
  set("replace_tag", twice);
  EXPECT_EQ(replaced("<T>"), "too long");
}

TEST_F(ReplaceTagsTest, TheLastDefinitionCounts) {
  set("replace_tag", "A [aA]");
  EXPECT_EQ(replaced("<A>"), "[aA]");
}

TEST_F(ReplaceTagsTest, MarksMayBeOthers) {
  set("replace_start", "[[");
  set("replace_end", "]]");
  EXPECT_EQ(replaced("x[[A]]y[[A]]<B>"), "x[a4]y[a4]<B>");
}

TEST_F(ReplaceTagsTest, OtherSettingsAreNotItsOwn) {
  EXPECT_FALSE(tags_.take({.name = "freemail_domains", .value = "x.example"}, diagnostics_));
}

TEST_F(ReplaceTagsTest, SaysWhatALineLacks) {
  set("replace_tag", "A");
  set("replace_rules", "");
  set("replace_start", "");
  ASSERT_EQ(diagnostics_.size(), 3U);
  EXPECT_EQ(diagnostics_[0].message, "replace_tag lacks something");
  EXPECT_EQ(diagnostics_[0].hint, "write: replace_tag NAME EXPRESSION");
  EXPECT_EQ(diagnostics_[1].hint, "write: replace_rules NAME ...");
}

TEST(ReplaceRules, OnlyRulesThatAskAreChangedWhereverTheyAsk) {
  Diagnostics diagnostics;
  const std::vector<RuleFile> files = {{"a.cf",
                                        "replace_rules __B __C\nbody __A /<V>/\nbody __B /<V>x/i\n"
                                        "header __C Subject =~ /<V>y/\nreplace_tag V [vV]\n"}};
  const RuleTexts texts = parse_rules(files, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_EQ(texts.rules.size(), 3U);
  EXPECT_EQ(texts.rules[0].regex.pattern, "<V>");
  EXPECT_EQ(texts.rules[1].regex, (RegexText{.pattern = "[vV]x", .caseless = true}));
  EXPECT_EQ(texts.rules[2].regex.pattern, "[vV]y");
  EXPECT_FALSE(texts.rules[0].expanded);
  EXPECT_TRUE(texts.rules[1].expanded);
}

TEST(ReplaceRules, APatternThatGrowsTooLongIsAnError) {
  std::string text = "replace_tag T ";
  for (int i = 0; i < 200; ++i) text += "<T>";
  text += "\nbody __A /<T>/\nreplace_rules __A\n";
  Diagnostics diagnostics;
  parse_rules(std::vector<RuleFile>{{"a.cf", text}}, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].line, 2);
  EXPECT_TRUE(has_errors(diagnostics));
}

}  // namespace
}  // namespace sluice::rules
