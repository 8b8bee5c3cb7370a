// Claim:  mail that is made to be slow is read and matched against the stock pack within 50 ms for
//         each MiB: 20 MB within a second.
// Oracle: the thread's CPU clock.
// Not covered: sanitizer builds, whose clock says nothing; they only scan, and smaller mail.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/rule_set_parts.h"
#include "tests/rules/stock_pack.h"
#include "tests/support/hostile_mail.h"
#include "tests/support/thread_cost.h"

namespace sluice::rules {
namespace {

using test::kCostIsMeasured;

constexpr std::size_t kBytes = kCostIsMeasured ? 4U << 20U : 128U << 10U;
constexpr double kSecondsMax = test::seconds_allowed(kBytes);

// Compiled once for all tests.
const RuleSet& stock_set() {
  static const std::shared_ptr<const RuleSet> kSet = [] {
    Diagnostics diagnostics;
    return compile_rules(test::stock_pack(), {}, diagnostics);
  }();
  return *kSet;
}

class HostileScan : public testing::Test {
 protected:
  void expect_cheap(std::string_view name, const std::string& raw) {
    EXPECT_LE(test::least_cost(kSecondsMax, [&] { return cost(raw); }), kSecondsMax) << name;
  }

 private:
  double cost(const std::string& raw) {
    const test::ThreadTimer timer;
    arena_.reset();
    const mime::Message message = mime::read_message(raw, arena_);
    stock_set().scan({.message = message, .mail_from = "a@b.test"}, scratch_, hits_);
    return timer.seconds();
  }

  Scratch scratch_{stock_set()};
  Arena arena_;
  std::vector<Hit> hits_;
};

TEST_F(HostileScan, OfHostileMail) {
  for (const test::HostileMail& mail : test::hostile_mail()) {
    expect_cheap(mail.name, mail.make(kBytes));
  }
}

// `head`, then `unit` again and again.
std::string filled(std::string head, const std::string& unit) {
  head.reserve(kBytes + unit.size());
  while (head.size() < kBytes) head += unit;
  return head;
}

// What the pack looks for, in every paragraph, at every word and in every link.
TEST_F(HostileScan, OfNothingButWhatRulesLookFor) {
  const std::string plain = "From: a@b.test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
  const std::string html = "From: a@b.test\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
  const RuleSetParts& parts = stock_set().parts();
  for (std::size_t i = 0; i < parts.tests.size(); ++i) {
    const RuleTest& test = parts.tests[i];
    const std::string& name = parts.rules[parts.tested[i]].name;
    if (!test.hits) continue;
    expect_cheap(name, filled(plain, test.text + " "));
    expect_cheap(name, filled(plain, test.text + "\n\n"));
    expect_cheap(name, filled(html, "<a href=\"" + test.text + "\">"));
  }
}

}  // namespace
}  // namespace sluice::rules
