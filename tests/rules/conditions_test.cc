// Claim:   conditions around lines hold where SpamAssassin 4.0.1 with Debian's plugins holds them
//          to; lines that do not count are passed over; a fault is said at its line and column.
// Oracle:  by hand, from handle_conditional of Mail::SpamAssassin::Conf::Parser 4.0.1.

#include "rules/language/conditions.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/language/rule_parser.h"

namespace sluice::rules {
namespace {

bool holds(std::string_view expression) {
  std::string fault;
  const bool out = condition_holds(expression, fault);
  EXPECT_EQ(fault, "") << expression;
  return out;
}

std::string fault_of(std::string_view expression) {
  std::string fault;
  EXPECT_FALSE(condition_holds(expression, fault)) << expression;
  return fault;
}

TEST(Condition, ComparesTheVersion) {
  EXPECT_TRUE(holds("(version >= 4.000000)"));
  EXPECT_TRUE(holds("(version >= 4.000001)"));
  EXPECT_TRUE(holds("version == 4.000001"));
  EXPECT_TRUE(holds("version>3.004"));
  EXPECT_TRUE(holds("(version < 4.000002)"));
  EXPECT_FALSE(holds("(version < 4.000001)"));
  EXPECT_FALSE(holds("(version >= 4.000002)"));
  EXPECT_FALSE(holds("(version != 4.000001)"));
  EXPECT_TRUE(holds("(version <= 4.000001)"));
  EXPECT_TRUE(holds("(perl_version >= 5.010000)"));
  EXPECT_FALSE(holds("(perl_version >= 6)"));
}

TEST(Condition, AsksForPluginsAndFeatures) {
  EXPECT_TRUE(holds("plugin(Mail::SpamAssassin::Plugin::FreeMail)"));
  EXPECT_TRUE(holds("plugin ( Mail::SpamAssassin::Plugin::FreeMail )"));
  EXPECT_FALSE(holds("plugin(Mail::SpamAssassin::Plugin::PhishTag)"));
  EXPECT_FALSE(holds("plugin(FreeMail)"));
  EXPECT_TRUE(holds("can(Mail::SpamAssassin::Conf::feature_meta_rules_matching)"));
  EXPECT_FALSE(holds("can(Mail::SpamAssassin::Conf::feature_of_tomorrow)"));
  EXPECT_TRUE(holds("has(Mail::SpamAssassin::Plugin::MIMEHeader::has_tflags_range)"));
  EXPECT_TRUE(holds("can(Mail::SpamAssassin::Plugin::BodyEval::check_body_length)"));
  EXPECT_FALSE(holds("can(Mail::SpamAssassin::Plugin::BodyEval::check_rbl)"));
  EXPECT_TRUE(holds("local_tests_only"));
}

TEST(Condition, JoinsAndNegates) {
  EXPECT_TRUE(holds("!plugin(Mail::SpamAssassin::Plugin::PhishTag)"));
  EXPECT_FALSE(holds("!(version >= 4)"));
  EXPECT_TRUE(holds("!!(version >= 4)"));
  EXPECT_TRUE(holds("(version >= 3) && (version < 5)"));
  EXPECT_FALSE(holds("(version >= 3) && !(version < 5)"));
  EXPECT_TRUE(holds("1 || 0 && 0"));
  EXPECT_FALSE(holds("(1 || 0) && 0"));
  EXPECT_TRUE(holds("0 || (0 || (version > 4))"));
  EXPECT_FALSE(holds("0"));
  EXPECT_FALSE(holds("1 < 2 == 0"));
}

TEST(Condition, SaysWhatItCannotRead) {
  EXPECT_NE(fault_of(""), "");
  EXPECT_NE(fault_of("(version >= 4"), "");
  EXPECT_NE(fault_of("version >="), "");
  EXPECT_NE(fault_of("version 4"), "");
  EXPECT_NE(fault_of("versoin > 4"), "");
  EXPECT_NE(fault_of("plugin"), "");
  EXPECT_NE(fault_of("plugin()"), "");
  EXPECT_NE(fault_of("can(x"), "");
  EXPECT_NE(fault_of("version > 4)"), "");
  EXPECT_NE(fault_of("version > 4 | 1"), "");
  EXPECT_NE(fault_of("system('x')"), "");
}

TEST(Condition, DeepNestingIsAFault) {
  const std::size_t many = limits::kConditionsMax + 1;
  EXPECT_NE(fault_of(std::string(many, '(') + "1" + std::string(many, ')')), "");
  EXPECT_NE(fault_of(std::string(1'000'000, '(')), "");
  EXPECT_FALSE(holds(std::string(100'001, '!') + "1"));
}

// ---- around lines -------------------------------------------------------------------------------

// The rules of a file in which conditions are right.
std::string rules_of(const std::string& text) {
  Diagnostics diagnostics;
  const RuleTexts texts = parse_rules(std::vector<RuleFile>{{"a.cf", text}}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) {
    EXPECT_NE(diagnostic.severity, Severity::kError) << to_string(diagnostic);
  }
  std::string out;
  for (const RuleText& rule : texts.rules) out += (out.empty() ? "" : " ") + rule.name;
  return out;
}

// What is wrong with the conditions of a file, a line each.
std::string faults_of(const std::string& text) {
  Diagnostics diagnostics;
  parse_rules(std::vector<RuleFile>{{"a.cf", text}}, diagnostics);
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) out += to_string(diagnostic) + "\n";
  }
  return out;
}

TEST(Conditions, LinesCountWhereTheirConditionHolds) {
  EXPECT_EQ(rules_of("if (version >= 4)\nbody __A /a/\nelse\nbody __B /b/\nendif\nbody __C /c/\n"),
            "__A __C");
  EXPECT_EQ(rules_of("if (version >= 5)\nbody __A /a/\nelse\nbody __B /b/\nendif\nbody __C /c/\n"),
            "__B __C");
  EXPECT_EQ(rules_of("ifplugin Mail::SpamAssassin::Plugin::DKIM\nbody __A /a/\nendif\n"
                     "ifplugin Mail::SpamAssassin::Plugin::Nothing\nbody __B /b/\nendif\n"),
            "__A");
}

TEST(Conditions, KeywordsAreThoseOfAnyLetterCase) {
  EXPECT_EQ(rules_of("IF (version >= 5)\nbody __A /a/\nElse\nbody __B /b/\nEndIf\n"), "__B");
}

TEST(Conditions, TheyNest) {
  EXPECT_EQ(rules_of("if 1\nif 0\nbody __A /a/\nelse\nbody __B /b/\nendif\nbody __C /c/\n"
                     "else\nbody __D /d/\nendif\nbody __E /e/\n"),
            "__B __C __E");
}

// As SpamAssassin: what stands in a block that is passed over stays so, whatever it says.
TEST(Conditions, AnElseInsideABlockThatIsPassedOverIsPassedOver) {
  EXPECT_EQ(rules_of("if 0\nif 1\nbody __A /a/\nelse\nbody __B /b/\nendif\nbody __C /c/\n"
                     "else\nbody __D /d/\nendif\n"),
            "__D");
  EXPECT_EQ(rules_of("if 0\nif 0\nbody __A /a/\nelse\nbody __B /b/\nendif\nendif\nbody __C /c/\n"),
            "__C");
}

TEST(Conditions, WhatIsPassedOverNeedNotBeRight) {
  EXPECT_EQ(rules_of("if (version >= 9)\nnonsense here\nbody __A /(/\nmeta __B (\nendif\n"), "");
}

TEST(Conditions, ARuleThatIsPassedOverIsNotMissed) {
  Diagnostics diagnostics;
  parse_rules(std::vector<RuleFile>{{"a.cf",
                                     "if 0\nbody A /a/\nbody __B /b/\nendif\n"
                                     "score A 2\nmeta __C __B\n"}},
              diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
}

TEST(Conditions, EachFaultIsSaidAtItsPlace) {
  EXPECT_EQ(faults_of("body __A /a/\nendif\n"), "a.cf:2:6: error: this endif has no if\n");
  EXPECT_EQ(faults_of("else\n"), "a.cf:1:5: error: this else has no if\n");
  EXPECT_EQ(
      faults_of("\n  if (version > 3)\nbody __A /a/\n"),
      "a.cf:2:1: error: this if has no endif; a condition ends in the file where it begins\n");
  EXPECT_EQ(faults_of("ifplugin X\n"),
            "a.cf:1:1: error: this ifplugin has no endif; a condition ends in the file where it "
            "begins\n");
  EXPECT_EQ(faults_of("if\nendif\n"),
            "a.cf:1:3: error: the condition is missing; write: if (version >= 4.0)\n");
  EXPECT_EQ(faults_of("if  (version >\nendif\n"),
            "a.cf:1:5: error: the condition ends where something should stand; write: if (version "
            ">= 4.0)\n");
}

TEST(Conditions, AFaultyOneDoesNotHold) {
  EXPECT_NE(faults_of("if versoin\nnonsense\nelse\nbody __A /a/\nendif\n"), "");
  EXPECT_EQ(faults_of("if versoin\nnonsense\nendif\n").find("nonsense"), std::string::npos);
}

TEST(Conditions, OneFileDoesNotOpenThemForTheNext) {
  Diagnostics diagnostics;
  const std::vector<RuleFile> files = {{"a.cf", "if 0\n"}, {"b.cf", "body __A /a/\n"}};
  EXPECT_EQ(parse_rules(files, diagnostics).rules.size(), 1U);
  EXPECT_TRUE(has_errors(diagnostics));
}

TEST(Conditions, DeepNestingIsAnError) {
  std::string text;
  for (std::size_t i = 0; i <= limits::kConditionsMax; ++i) text += "if 1\n";
  EXPECT_NE(faults_of(text).find("conditions nest too deep"), std::string::npos);
}

}  // namespace
}  // namespace sluice::rules
