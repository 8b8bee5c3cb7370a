// Claim:   messages that are scanned together give what each gives alone: hits, counts, findings
//          and undecided rules, however many stretches of text their patterns are asked about.
// Oracle:  the same messages one by one; counts by hand.

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/rule_set.h"
#include "tests/rules/test_mail.h"
#include "tests/rules/text_set.h"

namespace sluice::rules {
namespace {

using test::TestMail;

std::shared_ptr<const RuleSet> large_set(const std::string& text) {
  return test::compile_text(text, test::kLargeSet);
}

constexpr std::string_view kRules =
    "body ZEBRA /zebra \\d+ crossing/\n"
    "body COUNTED /quagga[ !]/\n"
    "tflags COUNTED multiple maxhits=50\n"
    "body LONG /x[a-z]*quagga.*zebra/\n"
    "body LOOKS /z[e3]br[a4@][_ ]{0,2}g[o0]/i\n"
    "header NEVER Subject !~ /zebra/\n"
    "rawbody RAW /^quagga/m\n"
    "tflags RAW multiple\n"
    "uri LINK /quagga\\.example/\n"
    "header SUBJECT Subject =~ /zebra/\n"
    "header ABSENT X-Zebra =~ /^none/ [if-unset: none]\n"
    "full EVERY /(.)\\1{2}/\n"
    "mimeheader PART Content-Type =~ /text/\n";

struct Alone {
  std::vector<Hit> hits = {};
  ScanFindings findings = {};
  std::vector<RuleIndex> undecided = {};
};

Alone scan_alone(const RuleSet& set, const ScanInput& input) {
  Scratch scratch(set);
  Alone out;
  set.scan(input, scratch, out.hits);
  out.findings = scratch.findings();
  out.undecided.assign(scratch.unconfirmed().begin(), scratch.unconfirmed().end());
  return out;
}

void expect_the_same(const RuleSet& set, std::deque<TestMail>& mails) {
  std::vector<ScanInput> inputs;
  for (TestMail& mail : mails) inputs.push_back(mail.input());
  Scratch scratch(set);
  std::vector<std::vector<Hit>> hits(inputs.size());
  for (int round = 0; round < 2; ++round) {  // what is left of the first does not matter
    set.scan(inputs, scratch, hits);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Alone alone = scan_alone(set, inputs[i]);
      EXPECT_EQ(hits[i], alone.hits) << "message " << i;
      EXPECT_EQ(scratch.findings(i), alone.findings) << "message " << i;
      const auto undecided = scratch.unconfirmed(i);
      EXPECT_EQ(std::vector<RuleIndex>(undecided.begin(), undecided.end()), alone.undecided);
    }
  }
}

std::string repeated(std::size_t times, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Batch, GivesWhatEachMessageGivesAlone) {
  const auto set = large_set(std::string(kRules));
  ASSERT_NE(set, nullptr);
  std::deque<TestMail> mails(limits::kScanBatch);
  for (std::size_t i = 0; i < mails.size(); ++i) {
    if (i % 2 == 0) mails[i].header("Subject", "a zebra 77 crossing");
    if (i % 3 == 0) mails[i].body(repeated(i, "x quagga! then quagga and zebra\n"));
    if (i % 5 == 0) mails[i].rawbody(repeated(i, "quagga\n")).rawbody("quagga zzz");
    if (i % 7 == 0) mails[i].url("http://quagga.example/").body("Z3br4_g0\n");
    if (i % 4 == 0) mails[i].full("ooo" + repeated(i, "ab"));
  }
  expect_the_same(*set, mails);
}

TEST(Batch, OfNoMessageIsNothing) {
  const auto set = large_set(std::string(kRules));
  Scratch scratch(*set);
  set->scan({}, scratch, {});
}

// More stretches than are kept, of the first rule and then of the second: its matches are looked
// for everywhere.
TEST(Batch, LooksEverywhereWhereMuchIsFound) {
  const auto set = large_set(
      "full COUNTED /quagga \\d/\ntflags COUNTED multiple maxhits=65535\nfull LAST /quagga z/\n");
  ASSERT_NE(set, nullptr);
  const std::size_t times = limits::kMatchStartsMax + 1'000;
  const std::string far = "quagga 1" + std::string(100, '.');  // too far to be one stretch
  std::deque<TestMail> mails(3);
  mails[0].full(repeated(10, far));
  mails[1].full(repeated(times, far) + "quagga z");
  mails[2].full(repeated(times, far));
  expect_the_same(*set, mails);
  std::vector<Hit> hits;
  Scratch scratch(*set);
  set->scan(mails[1].input(), scratch, hits);
  EXPECT_TRUE(scratch.findings().complete());
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].count, UINT16_MAX);
  EXPECT_EQ(hits[1].count, 1);
}

// One message spends all of its work; its neighbours have theirs.
TEST(Batch, EachMessageHasItsOwnWork) {
  const auto set =
      large_set("full DEAR /(?:a+)+(?:b|c)\\1?quagga(?!x)(a|aa)+$/\nfull CHEAP /zebra/\n");
  ASSERT_NE(set, nullptr);
  std::deque<TestMail> mails(3);
  mails[0].full("zebra");
  mails[1].full(repeated(2'000, "aaaaaaaaaaaaaaaaaaaabquagga" + std::string(60, 'a') + "d "));
  mails[2].full("zebra");
  EXPECT_FALSE(scan_alone(*set, mails[1].input()).findings.complete());
  expect_the_same(*set, mails);
}

}  // namespace
}  // namespace sluice::rules
