// Claim:   on real mail the stock pack hits exactly where PCRE2 alone does, every message is
// decided
//          in full, and few good messages reach the score that holds.
// Oracle:  slow_scan.cc on a sample of all mail; the class of each message for the score.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "rules/language/rule_parser.h"
#include "rules/rule_set_parts.h"
#include "tests/rules/slow_scan.h"
#include "tests/rules/stock_pack.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr int32_t kHoldAt = 5'000;

class PackOnMail : public testing::Test {
 protected:
  void SetUp() override {
    Diagnostics diagnostics;
    const std::vector<RuleFile> files = sluice::test::stock_pack();
    texts_ = parse_rules(files, diagnostics);
    set_ = compile_rules(files, {}, diagnostics);
    ASSERT_NE(set_, nullptr);
  }

  // Every `step`-th message of a folder of ../shared/data/mail.
  static std::vector<fs::path> messages(const std::string& folder, std::size_t step) {
    std::vector<fs::path> out;
    const auto data = sluice::test::shared_data("mail/" + folder);
    if (!data) return out;
    const std::vector<fs::path> all = sluice::test::files_below(*data, ".eml");
    for (std::size_t i = 0; i < all.size(); i += step) out.push_back(all[i]);
    return out;
  }

  // How many of the folder's messages the pack would hold.
  std::size_t held(const std::string& folder, std::size_t& seen) {
    Scratch scratch(*set_);
    Arena arena;
    std::vector<Hit> hits;
    Evaluation evaluation;
    std::size_t out = 0;
    for (const fs::path& file : messages(folder, 1)) {
      const std::string raw = sluice::test::read_file(file);
      arena.reset();
      const mime::Message message = mime::read_message(raw, arena);
      set_->scan({.message = message}, scratch, hits);
      EXPECT_TRUE(scratch.findings().complete()) << file;
      set_->judge_part().evaluate(hits, evaluation);
      out += evaluation.score >= kHoldAt ? 1 : 0;
      ++seen;
    }
    return out;
  }

  RuleTexts texts_;
  std::shared_ptr<const RuleSet> set_;
};

TEST_F(PackOnMail, HitsWherePcre2Does) {
  Scratch scratch(*set_);
  Arena arena;
  std::vector<Hit> hits;
  std::size_t found = 0;
  for (const char* folder : {"spamassassin", "lists_modern", "phishing_pot"}) {
    const std::vector<fs::path> files = messages(folder, 20);
    if (files.empty()) GTEST_SKIP() << sluice::test::kNoSharedData;
    for (const fs::path& file : files) {
      const std::string raw = sluice::test::read_file(file);
      arena.reset();
      const mime::Message message = mime::read_message(raw, arena);
      set_->scan({.message = message}, scratch, hits);
      Mail mail(set_->parts().mail_settings);
      mail.read(raw, "");
      std::vector<uint32_t> counts(set_->rules().size(), 0);
      for (const Hit& hit : hits) counts[hit.rule] = hit.count;
      found += hits.size();
      for (std::size_t i = 0; i < texts_.rules.size(); ++i) {
        const RuleText& rule = texts_.rules[i];
        if (!rule.has_pattern() || rule.off) continue;
        bool gave_up = false;
        ASSERT_EQ(counts[i], test::slow_count(rule, nullptr, mail, gave_up))
            << rule.name << " " << file;
        ASSERT_FALSE(gave_up) << rule.name << " " << file;
      }
    }
  }
  EXPECT_GT(found, 500U);
}

TEST_F(PackOnMail, HoldsLittleThatIsGood) {
  std::size_t ham = 0;
  std::size_t held_ham = 0;
  for (const char* folder : {"spamassassin/easy_ham", "spamassassin/easy_ham_2",
                             "spamassassin/hard_ham", "lists_modern/ham"}) {
    held_ham += held(folder, ham);
  }
  if (ham == 0) GTEST_SKIP() << sluice::test::kNoSharedData;
  EXPECT_LE(held_ham * 1'000, ham * 3) << held_ham << " of " << ham;
  std::size_t phish = 0;
  EXPECT_GT(held("phishing_pot", phish) * 5, phish);
  std::size_t spam = 0;
  EXPECT_GT(held("spamassassin/spam_2", spam) * 4, spam);
}

}  // namespace
}  // namespace sluice::rules
