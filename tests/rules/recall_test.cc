// Claim:   a scan that remembers finds what one that does not finds: hits, counts, findings and
//          undecided rules, whatever came before, alone or some messages together; and it does
//          remember. A text of very many units costs no more than 50 ms for each MiB, new or not.
// Oracle:  each message alone, by a scan that remembers nothing; the thread's CPU clock.
// Not covered: a message that spends its work. It may spend it on other rules.

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/rule_set.h"
#include "tests/rules/test_mail.h"
#include "tests/rules/text_set.h"
#include "tests/support/thread_cost.h"

namespace sluice::rules {
namespace {

using test::compile_text;
using test::kLargeSet;
using test::kSmallSet;
using test::TestMail;

constexpr std::size_t kBytes = 8U << 20U;

constexpr std::string_view kRules =
    "body ZEBRA /zebra \\d+ crossing/\n"
    "body COUNTED /quagga[ !]/\n"
    "tflags COUNTED multiple maxhits=5\n"
    "body LONG /x[a-z]*quagga.*zebra/\n"
    "body LOOKS /z[e3]br[a4@][_ ]{0,2}g[o0]/i\n"
    "body REST /zebra/\n"
    "tflags REST nosubject multiple\n"
    "body LINES /^quagga.*\\d$/\n"
    "body BYTES /[\\x80-\\xff]/\n"
    "tflags BYTES multiple maxhits=3\n"
    "body EACH /^.{20,40}$/\n"
    "tflags EACH multiple\n"
    "header NEVER Subject !~ /zebra/\n"
    "rawbody RAW /^quagga/m\n"
    "tflags RAW multiple\n"
    "rawbody OVER /quagga\\n+zebra/\n"
    "uri LINK /quagga\\.example/\n"
    "uri LINKS /^http:/\n"
    "tflags LINKS multiple\n"
    "header SUBJECT Subject =~ /zebra/\n"
    "header ABSENT X-Zebra =~ /^none/ [if-unset: none]\n"
    "header WHOLE ALL =~ /zebra/\n"
    "full EVERY /(.)\\1{2}/\n"
    "mimeheader PART Content-Type =~ /text/\n";

// A scan that remembers, and what it remembered.
class Remembering {
 public:
  explicit Remembering(const RuleSet& set, std::size_t bytes = kBytes) : set_(set), scratch_(set) {
    scratch_.remember(bytes);
  }

  void expect_the_same(std::span<const ScanInput> inputs) {
    std::vector<std::vector<Hit>> hits(inputs.size());
    set_.scan(inputs, scratch_, hits);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Scratch alone(set_);
      std::vector<Hit> expected;
      set_.scan(inputs[i], alone, expected);
      ASSERT_EQ(hits[i], expected) << "message " << i;
      ASSERT_EQ(scratch_.findings(i), alone.findings()) << "message " << i;
      const auto undecided = scratch_.unconfirmed(i);
      ASSERT_TRUE(std::equal(undecided.begin(), undecided.end(), alone.unconfirmed().begin(),
                             alone.unconfirmed().end()));
      recalled_ += scratch_.text_bytes(i).recalled;
      scanned_ += scratch_.text_bytes(i).scanned;
    }
  }

  [[nodiscard]] uint64_t recalled() const { return recalled_; }

  [[nodiscard]] uint64_t scanned() const { return scanned_; }

 private:
  const RuleSet& set_;
  Scratch scratch_;
  uint64_t recalled_ = 0;
  uint64_t scanned_ = 0;
};

// Messages made of some texts that come again and again, and some that do not.
class Mails {
 public:
  explicit Mails(uint32_t seed) : random_(seed) {}

  void make(TestMail& mail) {
    std::string body;
    for (auto i = random_() % 6; i > 0; --i) body += text() + "\n";
    if (random_() % 4 > 0) mail.header("Subject", text());
    if (random_() % 4 == 0) mail.header("X-Zebra", text());
    mail.body(body);
    for (auto i = random_() % 3; i > 0; --i) mail.rawbody(text() + "\n" + text());
    for (auto i = random_() % 3; i > 0; --i) mail.url("http://quagga.example/" + text());
  }

 private:
  std::string text() {
    static const std::vector<std::string> kTexts = {"zebra 7 crossing",
                                                    "quagga! quagga quagga ",
                                                    "xquagga then zebra",
                                                    "Z3br4_g0",
                                                    "quagga 9",
                                                    "\xc3\xa9t\xc3\xa9",
                                                    "a plain text of words",
                                                    "",
                                                    "zebra",
                                                    "quagga",
                                                    "another text that is longer than those"};
    std::string out = kTexts[random_() % kTexts.size()];
    if (random_() % 3 == 0) out += " " + std::to_string(random_() % 1'000);
    return out;
  }

  std::mt19937 random_;
};

void expect_the_same_of_made_mail(const RuleSet& set, std::size_t together, std::size_t bytes) {
  Remembering remembering(set, bytes);
  Mails mails(static_cast<uint32_t>(together));
  for (int round = 0; round < 60; ++round) {
    std::deque<TestMail> batch(together);
    std::vector<ScanInput> inputs;
    for (TestMail& mail : batch) {
      mails.make(mail);
      inputs.push_back(mail.input());
    }
    remembering.expect_the_same(inputs);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(remembering.recalled(), remembering.scanned() / 4);
}

TEST(Recall, FindsTheSameInSmallSets) {
  const auto set = compile_text(std::string(kRules), kSmallSet);
  ASSERT_NE(set, nullptr);
  expect_the_same_of_made_mail(*set, 1, kBytes);
  expect_the_same_of_made_mail(*set, 9, kBytes);
}

// As in a large set: literals and chains are looked for first.
TEST(Recall, FindsTheSameInLargeSets) {
  const auto set = compile_text(std::string(kRules), kLargeSet);
  ASSERT_NE(set, nullptr);
  expect_the_same_of_made_mail(*set, 1, kBytes);
  expect_the_same_of_made_mail(*set, limits::kScanBatch, kBytes);
}

// What is found once is found again when it is remembered: each message twice, then once more.
TEST(Recall, RemembersWhatCameTwice) {
  const auto set = compile_text(std::string(kRules), kLargeSet);
  ASSERT_NE(set, nullptr);
  TestMail mail;
  mail.header("Subject", "zebra").body("zebra 1 crossing\nquagga! quagga!\n").url("http://a/");
  Remembering remembering(*set);
  const ScanInput input = mail.input();
  remembering.expect_the_same({&input, 1});
  remembering.expect_the_same({&input, 1});
  EXPECT_EQ(remembering.recalled(), 0U);
  const uint64_t bytes = remembering.scanned() / 2;
  remembering.expect_the_same({&input, 1});
  EXPECT_EQ(remembering.scanned(), 2 * bytes);
  EXPECT_EQ(remembering.recalled(), bytes);
}

// Units that are too long, or beyond the most that are looked for, stand between others.
TEST(Recall, PassesByWhatIsNotLookedFor) {
  const auto set = compile_text(std::string(kRules), kLargeSet);
  ASSERT_NE(set, nullptr);
  const std::string too_long(limits::kRememberedUnitBytesMax + 1, 'a');
  std::string too_many;
  for (std::size_t i = 0; i < limits::kRecalledUnitsMax + 9; ++i) {
    too_many += i % 2 == 0 ? "quagga 9\n" : "zebra 1 crossing\n";
  }
  std::deque<TestMail> batch(4);
  batch[0].body(too_long + "\nquagga!\n");
  batch[1].body(too_many);
  batch[2].body("zebra 2 crossing\n" + too_long + "\nxquagga then zebra\n");
  batch[3].body("quagga 9\n");
  std::vector<ScanInput> inputs;
  for (TestMail& mail : batch) inputs.push_back(mail.input());
  Remembering remembering(*set);
  for (int round = 0; round < 3; ++round) remembering.expect_the_same(inputs);
  EXPECT_GT(remembering.recalled(), 0U);
}

// A unit on which a pattern spends more than it may is scanned with its message, each time.
TEST(Recall, LeavesOutWhatIsNotDecided) {
  const auto set = compile_text(
      "body DEAR /(?:a+)+(?:b|c)\\1?quagga(?!x)(a|aa)+$/\nbody CHEAP /zebra/\n", kLargeSet);
  ASSERT_NE(set, nullptr);
  TestMail mail;
  mail.body("zebra\naaaaaaaaaaaaaaaaaaaabquagga" + std::string(60, 'a') + "d\nzebra\n");
  const ScanInput input = mail.input();
  Scratch alone(*set);
  std::vector<Hit> hits;
  set->scan(input, alone, hits);
  ASSERT_FALSE(alone.findings().complete());
  ASSERT_EQ(hits.size(), 1U);
  Remembering remembering(*set);
  for (int round = 0; round < 4; ++round) remembering.expect_the_same({&input, 1});
  EXPECT_GT(remembering.recalled(), 0U);
}

TEST(Recall, OfManyUnitsIsCheap) {
  constexpr std::size_t kMailBytes = sluice::test::kCostIsMeasured ? 4U << 20U : 128U << 10U;
  constexpr double kSecondsMax = sluice::test::seconds_allowed(kMailBytes);
  constexpr std::size_t kAllOfIt = 64U << 20U;
  const auto set = compile_text(std::string(kRules), kLargeSet);
  ASSERT_NE(set, nullptr);
  std::string body;
  for (uint32_t i = 0; body.size() < kMailBytes; ++i) body += std::to_string(i) + "\n";
  TestMail mail;
  mail.full(body).body(body);
  const ScanInput input = mail.input();
  std::vector<Hit> hits;
  for (const int before : {0, 1, 2}) {  // new, seen, remembered
    const auto cost = [&] {
      Scratch scratch(*set);
      scratch.remember(kAllOfIt);
      for (int i = 0; i < before; ++i) set->scan(input, scratch, hits);
      const sluice::test::ThreadTimer timer;
      set->scan(input, scratch, hits);
      return timer.seconds();
    };
    EXPECT_LE(sluice::test::least_cost(kSecondsMax, cost), kSecondsMax) << before;
  }
}

TEST(Recall, ForgetsWithTheRuleSet) {
  const auto before = compile_text("body A /zebra/\n", kLargeSet);
  const auto after = compile_text("body A /quagga/\n", kLargeSet);
  TestMail mail;
  mail.body("quagga\n");
  Scratch scratch(*before);
  scratch.remember(kBytes);
  std::vector<Hit> hits;
  for (int round = 0; round < 3; ++round) before->scan(mail.input(), scratch, hits);
  EXPECT_TRUE(hits.empty());
  scratch.rebind(*after);
  after->scan(mail.input(), scratch, hits);
  EXPECT_EQ(hits.size(), 1U);
}

}  // namespace
}  // namespace sluice::rules
