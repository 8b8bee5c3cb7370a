// Claim:   each rule that looks at mail gets its engine, what it waits for, memory, compile time; a
//          pattern that runs often is dearer than one that hardly runs, and a look-up in much than
//          one in little; what look-ups read is shared; measuring changes no hit.
// Oracle:  by hand; times only where they differ by orders of magnitude.

#include "rules/tools/cost.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/arena.h"
#include "rules/language/rule_file.h"
#include "tests/rules/maps/map_folder.h"
#include "tests/rules/tools/small_set.h"

namespace sluice::rules::test {
namespace {

// A large rule set, as far as the choice of engines goes.
constexpr std::string_view kRules =
    "body RARE /zanzibar lottery (?!office)/\nbody PLAIN /[a-z]{4} [a-z]{5}/\n"
    "body NUMBER /[0-9]{3}-[0-9]{4}/\n"
    "body OFTEN /any apples (?!and)/\nuri LINK /paypa1/\n"
    "body HTML eval:html_tag_exists('form')\n"
    "meta BOTH RARE && PLAIN\n";

constexpr std::string_view kMail =
    "From: a@example.org\nSubject: hello\n\ncall 555-1234 about all of that\n";

RuleCost cost_of(const RuleSet& set, const std::vector<RuleCost>& costs, std::string_view name) {
  for (const RuleCost& cost : costs) {
    if (cost.rule == index_of(set, name)) return cost;
  }
  ADD_FAILURE() << name << " has no cost";
  return {};
}

std::shared_ptr<const RuleSet> large_set() {
  Diagnostics diagnostics;
  auto set = compile_rules(std::vector<RuleFile>{{"a.cf", std::string(kRules)}},
                           {.many_patterns = 1}, diagnostics);
  SLUICE_ASSERT(set != nullptr);
  return set;
}

TEST(CostMeter, SaysWhatIsFixed) {
  const auto set = large_set();
  const std::vector<RuleCost> costs = CostMeter(*set).costs();
  ASSERT_EQ(costs.size(), 6U);  // a meta has no pattern

  const RuleCost rare = cost_of(*set, costs, "RARE");
  EXPECT_EQ(rare.engine, "literals");
  EXPECT_EQ(rare.view, "body");
  EXPECT_EQ(rare.literals, 1U);
  EXPECT_GT(rare.bytes, 0U);
  EXPECT_GT(rare.compile_us, 0);
  EXPECT_EQ(rare.us(), 0);  // no message yet

  const RuleCost plain = cost_of(*set, costs, "PLAIN");
  EXPECT_EQ(plain.engine, "hyperscan");
  EXPECT_EQ(plain.literals, 0U);
  EXPECT_GT(plain.bytes, 0U);
  EXPECT_EQ(cost_of(*set, costs, "NUMBER").engine, "chains");
  EXPECT_EQ(cost_of(*set, costs, "NUMBER").chains, 1U);
  EXPECT_EQ(cost_of(*set, costs, "LINK").view, "uri");
  EXPECT_EQ(cost_of(*set, costs, "HTML").engine, "eval");
  EXPECT_EQ(cost_of(*set, costs, "HTML").view, "html_tag_exists");
  for (std::size_t i = 1; i < costs.size(); ++i) {
    EXPECT_GE(costs[i - 1].compile_us, costs[i].compile_us);
  }
}

TEST(CostMeter, MeasuresWhatRuns) {
  const auto set = large_set();
  std::string mail(kMail);
  for (int i = 0; i < 200; ++i) mail += "\nalso add any apples and\n";
  Arena arena;
  const mime::Message message = mime::read_message(mail, arena);
  CostMeter meter(*set);
  for (int i = 0; i < 5; ++i) meter.add({.message = message});
  EXPECT_EQ(meter.messages(), 5U);

  const std::vector<RuleCost> costs = meter.costs();
  const RuleCost often = cost_of(*set, costs, "OFTEN");
  EXPECT_EQ(costs.front().rule, often.rule);
  EXPECT_EQ(often.runs, 200);
  EXPECT_GT(often.own_us, 1);
  const RuleCost rare = cost_of(*set, costs, "RARE");
  EXPECT_EQ(rare.runs, 0);
  EXPECT_EQ(rare.own_us, 0);
  EXPECT_GT(rare.share_us, 0);
  EXPECT_GT(cost_of(*set, costs, "HTML").own_us, 0);
  EXPECT_EQ(rare.share_us, often.share_us);  // they share the view
}

// Rules that stand in no view, and a message with 200 links and an attachment of 300,000 bytes.
class CostOfFacts : public testing::Test {
 protected:
  CostOfFacts() {
    folder_.write("hosts.txt", "www.evil.example\nh7.shop.example\n");
    folder_.write("hashes.txt", std::string(64, 'a') + "\n");
    folder_.write("a.cf",
                  "map HOSTS hosts file:hosts.txt\nmap HASHES hashes file:hashes.txt\n"
                  "lookup LINKED uri:host in HOSTS\nlookup LINKED_TOO uri:host in HOSTS\n"
                  "lookup SENT_BY From:host in HOSTS\nlookup FILE attachment:sha256 in HASHES\n"
                  "structure MANY_LINKS hosts > 100\nenvelope SENDER mail_from =~ /a@b/\n"
                  "uri_detail SHOP text =~ /shop [0-9]+$/ cleaned !~ /h[0-9]/\n"
                  "uri_detail IDLE type =~ /^form$/ raw =~ /q/\n"
                  "header THERE exists:X-There\ndefect ODD bad_base64\nmeta ALL THERE && ODD\n");
    mail_ =
        "From: a@example.org\nX-There: 1\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/html\n\n";
    for (int i = 0; i < 200; ++i) {
      mail_ += fmt::format("<a href=\"http://h{0}.shop.example/\">shop {0}</a>\n", i);
    }
    mail_ += "--b\nContent-Type: application/octet-stream; name=a.bin\n\n" +
             std::string(300'000, 'x') + "\n--b--\n";
    Diagnostics diagnostics;
    const auto files = load_rule_files(std::vector<std::string>{folder_.path("a.cf")});
    SLUICE_ASSERT(files.ok());
    set_ = compile_rules(files.value(), {}, diagnostics);
    SLUICE_ASSERT(set_ != nullptr);
    message_ = mime::read_message(mail_, arena_);
  }

  ::sluice::test::MapFolder folder_;
  std::string mail_;
  std::shared_ptr<const RuleSet> set_;
  Arena arena_;
  mime::Message message_;
};

TEST_F(CostOfFacts, SaysWhatIsFixed) {
  const std::vector<RuleCost> costs = CostMeter(*set_).costs();
  ASSERT_EQ(costs.size(), 10U);  // all but the meta
  const auto looks = [&](std::string_view name) {
    const RuleCost cost = cost_of(*set_, costs, name);
    EXPECT_EQ(cost.us(), 0) << name;
    EXPECT_EQ(cost.runs, 0) << name;
    return std::string(cost.engine) + ": " + std::string(cost.view);
  };
  EXPECT_EQ(looks("LINKED"), "map: uri:host in HOSTS (hosts)");
  EXPECT_EQ(looks("FILE"), "map: attachment:sha256 in HASHES (hashes)");
  EXPECT_EQ(looks("MANY_LINKS"), "fact: structure hosts");
  EXPECT_EQ(looks("SENDER"), "fact: envelope mail_from");
  EXPECT_EQ(looks("SHOP"), "uri_detail: uri");
  EXPECT_EQ(looks("THERE"), "exists: header");
  EXPECT_EQ(looks("ODD"), "defect: defect");
}

TEST_F(CostOfFacts, AreMeasuredRuleByRule) {
  CostMeter meter(*set_);
  for (int i = 0; i < 3; ++i) meter.add({.message = message_, .mail_from = "a@example.org"});
  const std::vector<RuleCost> costs = meter.costs();
  const auto cost = [&](std::string_view name) { return cost_of(*set_, costs, name); };
  for (const RuleCost& one : costs) EXPECT_EQ(one.runs, 1) << set_->rules()[one.rule].name;

  EXPECT_GT(cost("LINKED").own_us, 1);  // 200 hosts
  EXPECT_LT(cost("SENT_BY").own_us, cost("LINKED").own_us / 5);
  EXPECT_GT(cost("LINKED").share_us, 1);
  EXPECT_EQ(cost("LINKED").share_us, cost("LINKED_TOO").share_us);
  EXPECT_GT(cost("FILE").share_us, 50);  // a digest of 300,000 bytes
  EXPECT_LT(cost("FILE").own_us, cost("FILE").share_us / 10);
  EXPECT_GT(cost("MANY_LINKS").share_us, 1);
  EXPECT_GT(cost("SHOP").own_us, 5 * cost("IDLE").own_us);
  EXPECT_EQ(cost("SHOP").share_us, 0);
  EXPECT_LT(cost("ODD").us(), 5);
}

TEST_F(CostOfFacts, ChangesNoHit) {
  Scratch scratch(*set_);
  std::vector<Hit> before;
  set_->scan({.message = message_}, scratch, before);
  ASSERT_EQ(before.size(), 4U);  // LINKED, LINKED_TOO, MANY_LINKS, THERE
  CostMeter meter(*set_);
  meter.add({.message = message_});
  meter.add({.message = message_});
  std::vector<Hit> after;
  set_->scan({.message = message_}, scratch, after);
  EXPECT_EQ(before, after);
}

TEST(CostMeter, ChangesNoHit) {
  const auto set = large_set();
  Arena arena;
  const mime::Message message = mime::read_message(kMail, arena);
  Scratch scratch(*set);
  std::vector<Hit> before;
  std::vector<Hit> after;
  set->scan({.message = message}, scratch, before);
  CostMeter meter(*set);
  meter.add({.message = message});
  set->scan({.message = message}, scratch, after);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace sluice::rules::test
