// Claim:   every fault of a rule file is found at once, at its line and column, with what to do;
//          what is right is understood.
// Oracle:  cases/NAME.expect, read by people: one diagnostic a line.
// Adding a case: NAME.cf and NAME.expect in cases/, nothing here.

#include "rules/language/rule_parser.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/compiler.h"
#include "rules/language/keywords.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

fs::path source_dir() {
  const char* set = std::getenv("SLUICE_SOURCE_DIR");
  return set != nullptr ? fs::path(set) : fs::current_path();
}

std::string diagnose(const fs::path& file) {
  const std::vector<RuleFile> files = {{file.filename().string(), test::read_file(file)}};
  Diagnostics diagnostics;
  const auto set = compile_rules(files, {}, diagnostics);
  EXPECT_EQ(set == nullptr, has_errors(diagnostics));
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += to_string(diagnostic) + "\n";
  return out;
}

TEST(RuleParser, DiagnosesEachCaseAsExpected) {
  const std::vector<fs::path> cases = test::files_below(source_dir() / "tests/rules/cases", ".cf");
  ASSERT_FALSE(cases.empty());
  for (fs::path file : cases) {
    const std::string found = diagnose(file);
    EXPECT_EQ(found, test::read_file(file.replace_extension(".expect"))) << file;
  }
}

TEST(RuleParser, FindsTwentyMistakesAtOnce) {
  const std::string found = diagnose(source_dir() / "tests/rules/cases/twenty_mistakes.cf");
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 20);
}

RuleTexts parse(const std::string& text) {
  Diagnostics diagnostics;
  RuleTexts out = parse_rules(std::vector<RuleFile>{{"a.cf", text}}, diagnostics);
  EXPECT_FALSE(has_errors(diagnostics));
  return out;
}

TEST(RuleParser, GathersWhatIsSaidOfARuleInAnyOrder) {
  const RuleTexts texts = parse(
      "score A 2.25\ntflags A multiple maxhits=5 shadow\n"
      "BODY A /x\\#y/is  # comment\ndescribe A Finds x\ntest A ok x#y\n");
  ASSERT_EQ(texts.rules.size(), 1U);
  const RuleText& rule = texts.rules[0];
  EXPECT_EQ(rule.weight, 2'250);
  EXPECT_TRUE(rule.multiple);
  EXPECT_EQ(rule.maxhits, 5);
  EXPECT_TRUE(rule.shadow);
  EXPECT_EQ(rule.regex, (RegexText{.pattern = "x#y", .caseless = true, .dotall = true}));
  EXPECT_EQ(rule.description, "Finds x");
  ASSERT_EQ(rule.tests.size(), 1U);
  EXPECT_EQ(rule.tests[0].text, "x");  // the rest is a comment
}

TEST(RuleParser, GivesDefaultAndRelativeScores) {
  const RuleTexts texts = parse(
      "body A /a/\nbody T_B /b/\nbody __C /c/\nbody D /d/\ntflags D nice\n"
      "body E /e/\nscore E 1 2 3 4\nbody F /f/\nscore F 1\nscore F (0.5)\nbody G /g/\nscore G 0\n");
  std::vector<int32_t> weights;
  for (const RuleText& rule : texts.rules) weights.push_back(rule.weight);
  EXPECT_EQ(weights, (std::vector<int32_t>{1'000, 10, 0, -1'000, 1'000, 1'500, 0}));
  EXPECT_TRUE(texts.rules.back().off);
}

TEST(RuleParser, ReadsHeaderRules) {
  const RuleTexts texts = parse(
      "header A From:addr !~ m{@shop\\.example$}i [if-unset: x@y.example]\n"
      "header B exists:List-Id\nheader C ALL:raw =~ /^X-/m\n");
  EXPECT_EQ(texts.rules[0].selector.name, "from");
  EXPECT_EQ(texts.rules[0].selector.form, HeaderSelector::Form::kAddress);
  EXPECT_TRUE(texts.rules[0].negated);
  EXPECT_EQ(texts.rules[0].if_unset, "x@y.example");
  EXPECT_EQ(texts.rules[1].kind, RuleKind::kExists);
  EXPECT_EQ(texts.rules[2].selector.name, "ALL");
}

TEST(RuleParser, OrdersMetasAfterThoseTheyName) {
  const RuleTexts texts = parse("meta A B && C\nmeta B C || D\nmeta C D\nbody D /d/\n");
  EXPECT_EQ(texts.metas, (std::vector<RuleIndex>{2, 1, 0}));
}

TEST(RuleParser, KeepsToTheLimitOfDiagnostics) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "nonsense\n";
  Diagnostics diagnostics;
  parse_rules(std::vector<RuleFile>{{"a.cf", text}}, diagnostics);
  EXPECT_EQ(diagnostics.size(), limits::kDiagnosticsMax + 1);
}

TEST(Language, TheReferenceIsCurrent) {
  const std::string reference = language_reference();
  const fs::path file = source_dir() / "rules/LANGUAGE.md";
  if (std::getenv("SLUICE_WRITE_LANGUAGE") != nullptr) {
    std::ofstream(file, std::ios::binary) << reference;
  }
  EXPECT_EQ(test::read_file(file), reference)
      << "run this test with SLUICE_WRITE_LANGUAGE=1 to write LANGUAGE.md anew";
}

}  // namespace
}  // namespace sluice::rules
