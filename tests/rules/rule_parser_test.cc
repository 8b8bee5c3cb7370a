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
#include "rules/language/settings.h"
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
  EXPECT_EQ(texts.rules[0].selector.forms, ":addr");
  EXPECT_TRUE(texts.rules[0].negated);
  EXPECT_EQ(texts.rules[0].if_unset, "x@y.example");
  EXPECT_EQ(texts.rules[1].kind, RuleKind::kExists);
  EXPECT_EQ(texts.rules[2].selector.name, "ALL");
  EXPECT_EQ(texts.rules[2].selector.forms, ":raw");
}

TEST(RuleParser, OfFourScoresTheFirstCounts) {
  const RuleTexts texts = parse(
      "body A /a/\nscore A 1.5 0 0 0\nbody B /b/\nscore B 0 1 1 1\n"
      "body C /c/\nscore C 2\nscore C (0.5) (1) (1) (1)\nscore C (-1.25)\n"
      "body D /d/\nscore D (1)\nscore D 3\n");
  std::vector<int32_t> weights;
  for (const RuleText& rule : texts.rules) weights.push_back(rule.weight);
  EXPECT_EQ(weights, (std::vector<int32_t>{1'500, 0, 1'250, 3'000}));
  EXPECT_TRUE(texts.rules[1].off);
  EXPECT_FALSE(texts.rules[0].off);
}

TEST(RuleParser, ADefinitionReplacesAnEarlierOneAndKeepsWhatIsSaidOfTheRule) {
  Diagnostics diagnostics;
  const std::vector<RuleFile> files = {
      {"a.cf", "body A /a/\nscore A 2\ndescribe A First\ntflags A multiple\n"},
      {"b.cf", "header A Subject =~ /b/i\n"}};
  const RuleTexts texts = parse_rules(files, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_EQ(texts.rules.size(), 1U);
  const RuleText& rule = texts.rules[0];
  EXPECT_EQ(rule.kind, RuleKind::kHeader);
  EXPECT_EQ(rule.regex, (RegexText{.pattern = "b", .caseless = true}));
  EXPECT_EQ(rule.place.file, "b.cf");
  EXPECT_EQ(rule.weight, 2'000);
  EXPECT_EQ(rule.description, "First");
  EXPECT_TRUE(rule.multiple);
}

TEST(RuleParser, AMetaThatIsDefinedAgainAsAPatternIsNoMeta) {
  const RuleTexts texts = parse("body __B /b/\nmeta __A __B\nbody __A /a/\n");
  EXPECT_TRUE(texts.metas.empty());
  EXPECT_EQ(texts.rules[1].kind, RuleKind::kBody);
}

TEST(RuleParser, TheLastFlagsOfARuleCount) {
  const RuleTexts texts = parse(
      "mimeheader A Content-Type =~ /a/\ntflags A multiple maxhits=3 range=1-2 concat\n"
      "mimeheader B Content-Type =~ /b/\ntflags B multiple nosubject nice net\ntflags B range=2\n"
      "body C /c/\ntflags C nosubject maxhits=65535 multiple publish\n");
  EXPECT_EQ(texts.rules[0].parts, " range=1-2 concat");
  EXPECT_EQ(texts.rules[0].maxhits, 3);
  EXPECT_EQ(texts.rules[1].parts, " range=2");
  EXPECT_FALSE(texts.rules[1].multiple || texts.rules[1].nosubject || texts.rules[1].net);
  EXPECT_EQ(texts.rules[1].weight, 1'000);
  EXPECT_TRUE(texts.rules[2].nosubject && texts.rules[2].multiple);
}

TEST(RuleParser, ReadsCallsOfFunctionsWithTheirArguments) {
  const RuleTexts texts = parse(
      "header A eval:check_for_shifted_date('12', \"undef\")\n"
      "body B eval:check_body_length(20)\nrawbody C eval:html_tag_exists( 'b' )\n"
      "header D rbleval:check_rbl('x', 'dns.example.')\nfull E eval:check_dkim_valid()\n");
  const auto call = [&texts](std::size_t i) { return texts.rules[i].eval; };
  EXPECT_EQ(call(0).name, "check_for_shifted_date");
  EXPECT_EQ(call(0).arguments, (std::vector<std::string>{"12", "undef"}));
  EXPECT_EQ(call(0).caller, EvalCaller::kHeader);
  EXPECT_EQ(call(1).arguments, (std::vector<std::string>{"20"}));
  EXPECT_EQ(call(1).caller, EvalCaller::kBody);
  EXPECT_EQ(call(2).arguments, (std::vector<std::string>{"b"}));
  EXPECT_EQ(call(2).caller, EvalCaller::kRawbody);
  EXPECT_EQ(call(3).arguments.size(), 2U);
  EXPECT_TRUE(call(4).arguments.empty());
  EXPECT_EQ(call(4).caller, EvalCaller::kFull);
  for (const RuleText& rule : texts.rules) EXPECT_EQ(rule.kind, RuleKind::kEval) << rule.name;
}

TEST(RuleParser, KeepsSettingsInTheOrderOfTheirLinesByTodaysNames) {
  const RuleTexts texts = parse(
      "Whitelist-From  *@a.example  b@c.example  # friends\nfreemail_domains x.example\n"
      "blacklist_from *@d.example\nreport_safe 1\nclear_trusted_networks\n");
  std::vector<std::string> lines;
  for (const Setting& setting : texts.settings) lines.push_back(setting.name + "=" + setting.value);
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "welcomelist_from=*@a.example  b@c.example", "freemail_domains=x.example",
                       "blocklist_from=*@d.example", "report_safe=1", "clear_trusted_networks="}));
  EXPECT_EQ(texts.settings[0].place, (Place{"a.cf", 1, 17}));
}

TEST(RuleParser, ReadsSettingsOfMail) {
  const RuleTexts texts = parse(
      "trusted_networks 192.0.2.0/24 198.51.100.1\ninternal_networks 192.0.2.0/24\n"
      "util_rb_tld com net\nutil_rb_2tld co.example\nbody_part_scan_size 1000\n"
      "envelope_sender_header X-From\nmsa_networks 203.0.113.1\nclear_msa_networks\n");
  const MailSettings settings = mail_settings(texts.settings);
  EXPECT_EQ(settings.trusted_networks, (std::vector<std::string>{"192.0.2.0/24", "198.51.100.1"}));
  EXPECT_EQ(settings.internal_networks, (std::vector<std::string>{"192.0.2.0/24"}));
  EXPECT_EQ(settings.tlds, (std::vector<std::string>{"com", "net"}));
  EXPECT_EQ(settings.two_level_tlds, (std::vector<std::string>{"co.example"}));
  EXPECT_EQ(settings.body_part_scan_size, 1'000U);
  EXPECT_EQ(settings.envelope_sender_header, "X-From");
  EXPECT_TRUE(settings.msa_networks.empty());
}

TEST(RuleParser, LoopbackAloneIsTrustedWhereNothingIsSaid) {
  EXPECT_EQ(mail_settings({}).trusted_networks, (std::vector<std::string>{"127.0.0.0/8"}));
}

TEST(RuleParser, LinesOfAnotherLanguageDoNotCount) {
  const RuleTexts texts = parse(
      "body A /a/\ndescribe A Plain\nlang de describe A Auf Deutsch\nlang fr nonsense\n"
      "body B /b/\nlang en describe B English\nlang EN score B 3\nlang pt_BR body C /c/\n");
  ASSERT_EQ(texts.rules.size(), 2U);
  EXPECT_EQ(texts.rules[0].description, "Plain");
  EXPECT_EQ(texts.rules[1].description, "English");
  EXPECT_EQ(texts.rules[1].weight, 3'000);
}

TEST(RuleParser, TheRestOfAFileForAnotherVersionIsPassedOver) {
  const RuleTexts texts = parse(
      "require_version @@VERSION@@\nbody __A /a/\nrequire_version 4.000001\nbody __B /b/\n"
      "require_version 3.004\nbody __C /c/\nnonsense\n");
  EXPECT_EQ(texts.rules.size(), 2U);
}

TEST(RuleParser, RequireVersionIsAboutOneFile) {
  Diagnostics diagnostics;
  const std::vector<RuleFile> files = {{"a.cf", "require_version 3\nbody __A /a/\n"},
                                       {"b.cf", "body __B /b/\n"}};
  const RuleTexts texts = parse_rules(files, diagnostics);
  ASSERT_EQ(texts.rules.size(), 1U);
  EXPECT_EQ(texts.rules[0].name, "__B");
}

TEST(RuleParser, ReadsMimeheaderAndUriDetailRules) {
  const RuleTexts texts = parse(
      "mimeheader A Content-Type:raw !~ /x/ [if-unset: none]\n"
      "uri_detail B text =~ /bank/i domain !~ /^bank\\.example$/\n");
  EXPECT_EQ(texts.rules[0].kind, RuleKind::kMimeHeader);
  EXPECT_EQ(texts.rules[0].selector, (HeaderSelector{"content-type", ":raw"}));
  EXPECT_TRUE(texts.rules[0].negated);
  EXPECT_EQ(texts.rules[0].if_unset, "none");
  EXPECT_EQ(texts.rules[1].kind, RuleKind::kUriDetail);
  EXPECT_EQ(texts.rules[1].uri_conditions, "text =~ /bank/i domain !~ /^bank\\.example$/");
}

TEST(RuleParser, RulesMatchingNamesTheRulesOfItsPattern) {
  const RuleTexts texts = parse(
      "meta A rules_matching(__X*) > 1\nbody __X1 /a/\nbody __X2 /b/\nbody __Y1 /c/\n"
      "meta B rules_matching(__Z?)\n");
  std::vector<int64_t> named;
  for (const MetaStep& step : texts.rules[0].program) {
    if (step.op == MetaOp::kRule) named.push_back(step.operand);
  }
  EXPECT_EQ(named, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(texts.rules[4].program,
            (std::vector<MetaStep>{{.op = MetaOp::kConstant, .operand = 0}}));
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
