// Claim:  each pattern of SpamAssassin's rules hits exactly where PCRE2 matches a unit of text, and
//         no rule is left undecided, on the mail of mail/oracle.
// Oracle: slow_scan.cc, each message against each pattern. SLUICE_STOCK_MESSAGES says how many
//         messages are looked at (default 8, spread over all; "all" takes minutes).
// Not covered: where the rules are not installed there is nothing to compare; that is no failure.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/language/rule_parser.h"
#include "rules/rule_set_parts.h"
#include "tests/rules/slow_scan.h"
#include "tests/rules/stock_rules.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

std::size_t messages_wanted(std::size_t all) {
  const char* const given = std::getenv("SLUICE_STOCK_MESSAGES");
  if (given == nullptr) return 8;
  const std::string text = given;
  return text == "all" ? all : std::min<std::size_t>(all, std::strtoul(given, nullptr, 10));
}

struct Tally {
  std::size_t pairs = 0;
  std::size_t matching = 0;
  std::size_t reference_gave_up = 0;
};

class StockExact : public testing::Test {
 protected:
  void SetUp() override {
    const auto files = sluice::test::installed_rules();
    if (!files.has_value()) GTEST_SKIP() << sluice::test::kNoInstalledRules;
    Diagnostics diagnostics;
    texts_ = parse_rules(*files, diagnostics);
    diagnostics.clear();
    set_ = compile_rules(*files, {}, diagnostics);
    ASSERT_NE(set_, nullptr);
    scratch_ = std::make_unique<Scratch>(*set_);
  }

  void compare(const std::filesystem::path& file, Tally& tally) {
    const std::string raw = sluice::test::read_file(file);
    arena_.reset();
    const mime::Message message = mime::read_message(raw, arena_);
    std::vector<Hit> hits;
    set_->scan({.message = message}, *scratch_, hits);
    EXPECT_EQ(scratch_->unconfirmed().size(), 0U) << file;
    std::vector<uint32_t> counts(set_->rules().size(), 0);
    for (const Hit& hit : hits) counts[hit.rule] = hit.count;
    Mail mail(set_->parts().mail_settings);
    mail.read(raw, "");
    for (std::size_t i = 0; i < texts_.rules.size(); ++i) {
      const RuleText& rule = texts_.rules[i];
      if (rule.has_pattern() && !rule.off && !rule.net) compare(rule, counts[i], mail, tally);
    }
  }

  RuleTexts texts_;
  std::shared_ptr<const RuleSet> set_;

 private:
  static void compare(const RuleText& rule, uint32_t count, Mail& mail, Tally& tally) {
    bool gave_up = false;
    const uint32_t wanted = test::slow_count(rule, nullptr, mail, gave_up);
    ++tally.pairs;
    if (wanted > 0) ++tally.matching;
    if (gave_up) {
      ++tally.reference_gave_up;
    } else {
      EXPECT_EQ(count, wanted) << rule.name;
    }
  }

  std::unique_ptr<Scratch> scratch_;
  Arena arena_;
};

TEST_F(StockExact, EachPatternOnRealMail) {
  const auto folder = sluice::test::shared_data("mail/oracle");
  if (!folder) GTEST_SKIP() << sluice::test::kNoSharedData;
  ASSERT_EQ(texts_.rules.size(), set_->rules().size());
  const std::vector<std::filesystem::path> files = sluice::test::files_below(*folder, ".eml");
  const std::size_t wanted = messages_wanted(files.size());
  ASSERT_GT(wanted, 0U);
  Tally tally;
  for (std::size_t i = 0; i < wanted; ++i) compare(files[i * files.size() / wanted], tally);
  std::printf("  %zu messages, %zu pairs, %zu matching; the reference gave up on %zu\n", wanted,
              tally.pairs, tally.matching, tally.reference_gave_up);
  EXPECT_GT(tally.matching, wanted * 10);
}

}  // namespace
}  // namespace sluice::rules
