// Claim:   each kind of rule sees the text it should, counts, negates and is explained; what a scan
//          could not finish is said; the stock pack passes its
//          own tests.
// Oracle:  by hand, one small message a test.

#include "rules/rule_set.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/compiler.h"
#include "rules/first_address.h"
#include "rules/patterns/hyperscan.h"
#include "rules/language/rule_file.h"
#include "rules/self_test.h"
#include "tests/rules/test_mail.h"

namespace sluice::rules {
namespace {

using test::TestMail;

std::shared_ptr<const RuleSet> compile(const std::string& text) {
  Diagnostics diagnostics;
  auto set = compile_rules(std::vector<RuleFile>{{"a.cf", text}}, {}, diagnostics);
  for (const Diagnostic& d : diagnostics) {
    EXPECT_NE(d.severity, Severity::kError) << to_string(d);
  }
  return set;
}

// "A=1 C=3": the rules that hit, with their counts.
std::string hits_of(const std::string& text, const TestMail& mail) {
  const auto set = compile(text);
  if (set == nullptr) return "does not compile";
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan(mail.input(), scratch, hits);
  EXPECT_TRUE(scratch.findings().complete());
  std::string out;
  for (const Hit& hit : hits) {
    out += (out.empty() ? "" : " ") + set->rules()[hit.rule].name + "=" + std::to_string(hit.count);
  }
  return out;
}

TEST(RuleSet, HeaderRulesSeeTheirFormOfTheField) {
  TestMail mail;
  mail.header("From", " \"Bank, Ltd\" <info@bank.example>")
      .header("To", " a@b.example")
      .header("Cc", " c@d.example")
      .header("Message-ID", " <1@x.example>")
      .header("Subject", " =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n all")
      .mail_from("bounce@e.example");
  EXPECT_EQ(hits_of("header A From:addr =~ /^info\\@bank\\.example$/\n"
                    "header B From:name =~ /^Bank, Ltd$/\n"
                    "header C ToCc =~ /a\\@b.*c\\@d/s\n"
                    "header D MESSAGEID =~ /^<1\\@/\n"
                    "header E EnvelopeFrom =~ /^bounce/\n"
                    "header F Subject =~ /^Gr\\xc3\\xbc\\xc3\\x9fe all$/\n"
                    "header G Subject:raw =~ /=\\?utf-8\\?q/\n"
                    "header H ALL =~ /^To: a.*^Cc: c/ms\n"
                    "header I exists:Cc\n"
                    "header J exists:Bcc\n",
                    mail),
            "A=1 B=1 C=1 D=1 E=1 F=1 G=1 H=1 I=1");
}

TEST(RuleSet, AMissingHeaderIsEmptyOrWhatIfUnsetSays) {
  const TestMail mail;
  EXPECT_EQ(hits_of("header A X-A =~ /^$/\nheader B X-A =~ /./\nheader C X-A !~ /./\n"
                    "header D X-A =~ /^none$/ [if-unset: none]\n"
                    "header E X-A !~ /none/ [if-unset: none]\n",
                    mail),
            "A=1 C=1 D=1");
}

TEST(RuleSet, NoMatchCrossesAParagraph) {
  TestMail mail;
  mail.body("act\nnow or never\nlast\n");
  EXPECT_EQ(hits_of("body A /act\\s+now/\nbody B /^now/\nbody C /never$/\nbody D /act\\s$/\n"
                    "body E /[^x]{30}/\nbody F /act(?=\\s*now)/\nbody G /last(?!\\s*act)/\n",
                    mail),
            "B=1 C=1 D=1 G=1");
}

TEST(RuleSet, CountsWhatIsMultiple) {
  TestMail mail;
  mail.body("aa a\naa\n").url("http://a.example/", "http://a.example/");
  EXPECT_EQ(hits_of("body A /a/\nbody B /a/\ntflags B multiple\nbody C /a/\n"
                    "tflags C multiple maxhits=2\nuri D /a/\ntflags D multiple\n",
                    mail),
            "A=1 B=5 C=2 D=2");
}

TEST(RuleSet, SeesWrittenAndCanonicalUrls) {
  TestMail mail;
  mail.url("HTTP://A.example/%41", "http://a.example/A").url("http://b.example/");
  EXPECT_EQ(hits_of("uri A /^HTTP:/\nuri B m{^http://a\\.example/A$}\nuri C /A\\s*http/\n"
                    "uri D m{^http://b\\.example/$}\n",
                    mail),
            "A=1 B=1 D=1");
}

TEST(RuleSet, HitsOnDefectsAndRawTexts) {
  TestMail mail;
  mail.defect(mime::Defect::kBadBase64).rawbody("<b>\nx</b>").full("Subject: x\r\n\r\ny");
  EXPECT_EQ(hits_of("defect A bad_base64|utf7\ndefect B utf7\nrawbody C /<b>\\nx/\n"
                    "full D /\\r\\n\\r\\ny$/\n",
                    mail),
            "A=1 C=1 D=1");
}

TEST(RuleSet, ARuleWithScoreZeroIsOff) {
  TestMail mail;
  mail.body("abc\n");
  EXPECT_EQ(hits_of("body A /abc/\nscore A 0\nbody B /abc/\n", mail), "B=1");
}

TEST(RuleSet, ExplainsWhereEachHitIs) {
  const auto set = compile("body A /now\\s/\nheader B Subject !~ /x/\nuri C /a\\.ex/\n");
  TestMail mail;
  mail.body("act\nright now or\n").url("http://a.example/").header("Subject", "hello");
  Scratch scratch(*set);
  const std::vector<Match> matches = explain(*set, mail.input(), scratch);
  ASSERT_EQ(matches.size(), 3U);
  EXPECT_EQ(matches[0].view_name, "body");
  EXPECT_EQ(matches[0].text, "now ");
  EXPECT_EQ(matches[0].from, 10U);
  EXPECT_EQ(matches[1].view_name, "header subject");
  EXPECT_EQ(matches[1].text, "");
  EXPECT_EQ(matches[2].text, "a.ex");
}

TEST(RuleSet, SaysWhatItCouldNotDecide) {
  const auto set = compile("body A /(?:a|aa)+c(?=z)/\nbody B /xyz/\n");
  TestMail mail;
  mail.body(std::string(20'000, 'a') + "c xyz\n");
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan(mail.input(), scratch, hits);
  EXPECT_EQ(hits, (std::vector<Hit>{{1, 1}}));
  EXPECT_FALSE(scratch.findings().complete());
  ASSERT_EQ(scratch.unconfirmed().size(), 1U);
  EXPECT_EQ(scratch.unconfirmed()[0], 0U);
  mail.body("clean\n");
  set->scan(mail.input(), scratch, hits);
  EXPECT_TRUE(scratch.findings().complete());
}

TEST(RuleSet, KeepsToTheLimitOfHits) {
  std::string text;
  for (std::size_t i = 0; i < limits::kRuleHitsMax + 10; ++i) {
    text += "defect R" + std::to_string(i) + " utf7\n";
  }
  const auto set = compile(text);
  TestMail mail;
  mail.defect(mime::Defect::kUtf7);
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan(mail.input(), scratch, hits);
  EXPECT_EQ(hits.size(), limits::kRuleHitsMax);
  EXPECT_TRUE(scratch.findings().hits_cut);
}

TEST(RuleSet, ItsIdFollowsItsText) {
  const auto one = compile("body A /abc/\n");
  const auto same = compile("body A /abc/\n");
  const auto other = compile("body A /abd/\n");
  EXPECT_EQ(one->id().size(), 16U);
  EXPECT_EQ(one->id(), same->id());
  EXPECT_NE(one->id(), other->id());
}

TEST(FirstAddress, ReadsAddressesAndNames) {
  Arena arena;
  const auto read = [&arena](std::string_view text) {
    const FirstAddress first = first_address(text, arena);
    return std::string(first.address) + "|" + std::string(first.name);
  };
  EXPECT_EQ(read("\"Bank, Ltd\" <info@bank.example>, b@c.example"), "info@bank.example|Bank, Ltd");
  EXPECT_EQ(read("info@bank.example (Bank)"), "info@bank.example|Bank");
  EXPECT_EQ(read("Team: a@b.example, c@d.example;"), "a@b.example|");
  EXPECT_EQ(read("<a@b.example>"), "a@b.example|");
  EXPECT_EQ(read("(x (y) z"), "|x (y) z");
  EXPECT_EQ(read(""), "|");
}

TEST(Hyperscan, TheLibraryKnowsTheAnswers) {
  const Status checked = check_hyperscan();
  EXPECT_TRUE(checked.ok()) << checked.error().message;
}

std::vector<RuleFile> stock_pack() {
  const char* set = std::getenv("SLUICE_SOURCE_DIR");
  const std::filesystem::path root =
      set != nullptr ? set : std::filesystem::current_path().string();
  const std::vector<std::string> paths = {(root / "rules/packs").string()};
  Result<std::vector<RuleFile>> files = load_rule_files(paths);
  if (files.ok()) return std::move(files).value();
  ADD_FAILURE() << files.error().message;
  return {};
}

TEST(StockPack, CompilesWithoutAWarning) {
  Diagnostics diagnostics;
  const auto set = compile_rules(stock_pack(), {}, diagnostics);
  ASSERT_NE(set, nullptr);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
  const auto rules = set->rules();
  EXPECT_GE(std::count_if(rules.begin(), rules.end(), [](const RuleInfo& r) { return r.counted; }),
            60);
}

TEST(StockPack, EachRuleHasTestsBothWaysAndPassesThem) {
  Diagnostics diagnostics;
  const auto set = compile_rules(stock_pack(), {}, diagnostics);
  ASSERT_NE(set, nullptr);
  std::vector<int> hits(set->rules().size(), 0);
  std::vector<int> misses(set->rules().size(), 0);
  for (const TestResult& result : run_rule_tests(*set)) {
    EXPECT_TRUE(result.passed) << result.place.file << ":" << result.place.line;
    ++(result.expected ? hits : misses)[result.rule];
  }
  for (std::size_t i = 0; i < hits.size(); ++i) {
    EXPECT_GT(hits[i], 0) << set->rules()[i].name;
    EXPECT_GT(misses[i], 0) << set->rules()[i].name;
  }
}

TEST(SelfTest, NoticesARuleThatIsWrong) {
  const auto set = compile(
      "body A /abc/\ntest A ok abd\ntest A fail xabc\ntest A ok abc\n"
      "meta B A\ntest B ok body: abc\ntest B fail body: abc\n");
  std::vector<bool> passed;
  for (const TestResult& result : run_rule_tests(*set)) passed.push_back(result.passed);
  EXPECT_EQ(passed, (std::vector<bool>{false, false, true, true, false}));
}

}  // namespace
}  // namespace sluice::rules
