// Claim:   each kind of rule sees the text it should, counts, negates and is explained; what a scan
//          could not finish is said; the stock pack passes its
//          own tests.
// Oracle:  by hand, one small message a test.

#include "rules/rule_set.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "rules/patterns/hyperscan.h"
#include "rules/self_test.h"
#include "tests/rules/stock_pack.h"
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
std::string hits_in(const RuleSet& set, const ScanInput& input) {
  Scratch scratch(set);
  std::vector<Hit> hits;
  set.scan(input, scratch, hits);
  EXPECT_TRUE(scratch.findings().complete());
  std::string out;
  for (const Hit& hit : hits) {
    out += (out.empty() ? "" : " ") + set.rules()[hit.rule].name + "=" + std::to_string(hit.count);
  }
  return out;
}

std::string hits_of(const std::string& text, TestMail& mail) {
  const auto set = compile(text);
  return set == nullptr ? "does not compile" : hits_in(*set, mail.input());
}

// The same for a message as it comes.
std::string hits_in_mail(const std::string& text, const std::string& raw) {
  const auto set = compile(text);
  if (set == nullptr) return "does not compile";
  Arena arena;
  const mime::Message message = mime::read_message(raw, arena);
  return hits_in(*set, {.message = message, .mail_from = "bounce@e.example"});
}

TEST(RuleSet, HeaderRulesSeeTheirFormOfTheField) {
  TestMail mail;
  mail.header("From", "\"Bank, Ltd\" <info@bank.example>")
      .header("To", "a@b.example")
      .header("Cc", "c@d.example")
      .header("Message-ID", "<1@x.example>")
      .header("Subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=\n all")
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
  TestMail mail;
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
  mail.body("aa a\naa\n").url("http://a.example/");
  EXPECT_EQ(hits_of("body A /a/\nbody B /a/\ntflags B multiple\nbody C /a/\n"
                    "tflags C multiple maxhits=2\nuri D /a/\ntflags D multiple\n",
                    mail),
            "A=1 B=5 C=2 D=2");
}

TEST(RuleSet, NoMatchCrossesALink) {
  TestMail mail;
  mail.url("HTTP://a.example/").url("http://b.example/");
  EXPECT_EQ(hits_of("uri A /^HTTP:/\nuri B m{^http://b\\.example/$}\nuri C /A\\s*http/i\n", mail),
            "A=1 B=1");
}

TEST(RuleSet, TheSubjectIsTheFirstParagraph) {
  TestMail mail;
  mail.header("Subject", "buy now").body("now or never\n");
  EXPECT_EQ(hits_of("body A /now/\ntflags A multiple\nbody B /now/\n"
                    "tflags B multiple nosubject\nbody C /^buy now$/\nbody D /^buy/\n"
                    "tflags D nosubject\n",
                    mail),
            "A=2 B=1 C=1");
  TestMail without;
  without.body("text\n");
  EXPECT_EQ(hits_of("body A /^$/\ntflags A nosubject\nbody B /^\\n$/\n", without), "B=1");
}

// ---- mail as it comes ---------------------------------------------------------------------------

const std::string kHtmlMail =
    "From: \"Shop\" <info@shop.example.com>\n"
    "Subject: Your order\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=b\n"
    "\n"
    "--b\n"
    "Content-Type: text/html; charset=utf-8\n"
    "\n"
    "<p>Dear <b>friend</b>,\nact   now</p>"
    "<a href=\"HTTP://pay.example.org/%6Cogin.php\">www.bank.example.net</a>\n"
    "--b\n"
    "Content-Type: application/zip; name=a.zip\n"
    "Content-Disposition: attachment; filename=\"a.zip\"\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "UEsDBAo=\n"
    "--b--\n";

TEST(RuleSet, BodyRulesSeeTheSubjectAndRenderedParagraphs) {
  EXPECT_EQ(hits_in_mail("body A /^Your order$/\nbody B /^ *Dear friend, act now/\n"
                         "body C /<b>/\nbody D /order\\s+Dear/\n",
                         kHtmlMail),
            "A=1 B=1");
}

TEST(RuleSet, RawbodyRulesSeeMarkup) {
  EXPECT_EQ(hits_in_mail("rawbody A /<b>friend/\nrawbody B /Your order/\nrawbody C /,\\nact   n/\n",
                         kHtmlMail),
            "A=1 C=1");
}

TEST(RuleSet, FullRulesSeeTheMessageAsItCame) {
  EXPECT_EQ(hits_in_mail("full A /^Subject: .*UEsDBAo=/ms\nfull B /^From: \"Shop\"/\n", kHtmlMail),
            "A=1 B=1");
}

TEST(RuleSet, UriRulesSeeLinksAsWrittenAndUndisguised) {
  EXPECT_EQ(hits_in_mail("uri A m{^HTTP://pay\\.example\\.org/%6Cogin\\.php$}\n"
                         "uri B m{^HTTP://pay\\.example\\.org/login\\.php$}\n"
                         "uri C m{^http://other\\.}\n",
                         kHtmlMail),
            "A=1 B=1");
}

TEST(RuleSet, UriDetailRulesAskForAllOfOneLink) {
  EXPECT_EQ(hits_in_mail("uri_detail A text =~ /bank/ domain =~ /^example\\.org$/\n"
                         "uri_detail B text =~ /bank/ domain !~ /^example\\.org$/\n"
                         "uri_detail C type =~ /^a$/ cleaned =~ /login/\n",
                         kHtmlMail),
            "A=1 C=1");
}

TEST(RuleSet, MimeheaderRulesSeeTheFieldOfEachPart) {
  EXPECT_EQ(hits_in_mail("mimeheader A Content-Type =~ /zip/\n"
                         "mimeheader B Content-Disposition =~ /\\.exe/\n"
                         "mimeheader C Content-Disposition !~ /\\.exe/\n"
                         "mimeheader D Content-Type =~ /zip/\ntflags D range=1-2\n"
                         "mimeheader E Content-Type =~ /html.*zip/s\ntflags E concat\n"
                         "mimeheader F Content-Id =~ /^none$/ [if-unset: none]\n"
                         "mimeheader G ALL =~ /^content-transfer-encoding: base64$/mi\n"
                         "mimeheader H Content-Type =~ /[ml]/\ntflags H multiple\n",
                         kHtmlMail),
            "A=1 C=1 E=1 F=1 G=1 H=3");
}

TEST(RuleSet, EvalRulesCallTheirFunctionWithItsArguments) {
  EXPECT_EQ(hits_in_mail("body A eval:html_tag_exists('b')\nbody B eval:html_tag_exists('table')\n"
                         "header C eval:check_for_to_in_subject('address')\n"
                         "body D eval:check_body_length('2000')\n"
                         "body E eval:check_body_length(5)\n"
                         "header F eval:check_rbl('x', 'dns.example.')\n",
                         kHtmlMail),
            "A=1 D=1");
}

TEST(RuleSet, TheEnvelopeSenderIsThatOfTheDialogue) {
  EXPECT_EQ(hits_in_mail("header A EnvelopeFrom =~ /^bounce\\@e\\.example/\n", kHtmlMail), "A=1");
}

TEST(RuleSet, SaysWhichRulesNeverHit) {
  const auto set = compile(
      "header A eval:check_rbl('x', 'dns.example.')\nbody B eval:check_bayes('0.99', '1.00')\n"
      "body C eval:html_tag_exists('b')\nbody D eval:html_tag_exists('b')\ntflags D net\n");
  std::vector<Inactive> found;
  for (const RuleInfo& rule : set->rules()) found.push_back(rule.inactive);
  EXPECT_EQ(found, (std::vector<Inactive>{Inactive::kNetwork, Inactive::kLearning, Inactive::kNot,
                                          Inactive::kNetwork}));
}

// The metas and scores of a message, "META:1.500".
std::string verdict_of(const std::string& text, TestMail& mail) {
  const auto set = compile(text);
  if (set == nullptr) return "does not compile";
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan(mail.input(), scratch, hits);
  Evaluation evaluation;
  set->judge_part().evaluate(hits, evaluation);
  std::string out;
  for (const WeightedHit& hit : evaluation.hits) {
    out += set->rules()[hit.rule].name + ":" + std::to_string(hit.weight) + " ";
  }
  return out + "= " + std::to_string(evaluation.score);
}

TEST(RuleSet, RulesMatchingIsTheSumOfTheRulesItsPatternNames) {
  TestMail mail;
  mail.body("one two three\n");
  EXPECT_EQ(verdict_of("body __W_ONE /one/\nbody __W_TWO /two/\nbody __W_TEN /ten/\n"
                       "body __X_THREE /three/\n"
                       "meta A rules_matching(__W_*) == 2\nmeta B rules_matching(__W_T?"
                       "?) == 1\n"
                       "meta C rules_matching(__Y*)\nmeta D rules_matching(__W_*) > 2\n"
                       "meta E rules_matching(__?_T*) + 0.5 > 2\n",
                       mail),
            "A:1000 B:1000 E:1000 = 3000");
}

TEST(RuleSet, LocalTestsOnlyIsTrue) {
  TestMail mail;
  EXPECT_EQ(verdict_of("meta A local_tests_only\nmeta B !local_tests_only\n", mail),
            "A:1000 = 1000");
}

TEST(RuleSet, AllHitsAreSubRulesAndMetasAsWell) {
  const auto set =
      compile("body __A /a/\ntflags __A multiple\nmeta __B __A + 1\nmeta C __B\nmeta __D !__A\n");
  TestMail mail;
  mail.body("a a\n");
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan(mail.input(), scratch, hits);
  EXPECT_EQ(set->judge_part().all_hits(hits), (std::vector<Hit>{{0, 2}, {1, 3}, {2, 3}}));
}

// ---- all kinds ----------------------------------------------------------------------------------

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
  EXPECT_EQ(matches[0].from, std::string("hello\nact\nright ").size());
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

TEST(Hyperscan, TheLibraryKnowsTheAnswers) {
  const Status checked = check_hyperscan();
  EXPECT_TRUE(checked.ok()) << checked.error().message;
}

TEST(StockPack, CompilesWithoutAWarning) {
  Diagnostics diagnostics;
  const auto set = compile_rules(sluice::test::stock_pack(), {}, diagnostics);
  ASSERT_NE(set, nullptr);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
  const auto rules = set->rules();
  EXPECT_GE(std::count_if(rules.begin(), rules.end(), [](const RuleInfo& r) { return r.counted; }),
            60);
}

TEST(StockPack, EachRuleHasTestsBothWaysAndPassesThem) {
  Diagnostics diagnostics;
  const auto set = compile_rules(sluice::test::stock_pack(), {}, diagnostics);
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
