// Claim:   looking for where matches begin is paid from the message's work like all else: text that
//          is made for it costs no more than 50 ms for each MiB.
// Oracle:  the thread's CPU clock.
// Not covered: sanitizer builds, whose clock says nothing; they only scan, and smaller text.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/rule_set.h"
#include "tests/rules/test_mail.h"
#include "tests/rules/text_set.h"
#include "tests/support/thread_cost.h"

namespace sluice::rules {
namespace {

using sluice::test::kCostIsMeasured;

constexpr std::size_t kBytes = kCostIsMeasured ? 4U << 20U : 128U << 10U;
constexpr double kSecondsMax = sluice::test::seconds_allowed(kBytes);

// Of many rules whose matches hold a word of their own, and may begin anywhere before it.
struct Words {
  std::vector<std::string> all = {};
  std::string together = {};

  Words() {
    for (char a = 'a'; a <= 'z'; ++a) {
      for (char b = 'a'; b <= 'p'; ++b) {
        all.push_back(std::string("qx") + a + b + "zq");
        together += all.back();
      }
    }
  }

  [[nodiscard]] std::shared_ptr<const RuleSet> rules() const {
    std::string text;
    for (const std::string& word : all) {
      text += fmt::format("full R_{0} /<?[a-z]+{0}[^0-9]/\n", word);
    }
    return test::compile_text(text, test::kLargeSet);
  }
};

void expect_cheap(const RuleSet& set, const ScanInput& input) {
  Scratch scratch(set);
  std::vector<Hit> hits;
  const auto cost = [&] {
    const sluice::test::ThreadTimer timer;
    set.scan(input, scratch, hits);
    return timer.seconds();
  };
  EXPECT_LE(sluice::test::least_cost(kSecondsMax, cost), kSecondsMax);
}

TEST(MatchStarts, ArePaidFor) {
  const Words words;
  const auto set = words.rules();
  ASSERT_NE(set, nullptr);
  test::TestMail mail;
  mail.full(std::string(kBytes, 'a') + words.together);
  expect_cheap(*set, mail.input());
}

}  // namespace
}  // namespace sluice::rules
