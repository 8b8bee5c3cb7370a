// Claim:   SpamAssassin's stock rules, as Debian installs them, compile without an error and give
//          the hits and scores of SpamAssassin 4.0.1 on the mail of mail/oracle: at least 99.9 % of
//          all pairs of message and rule that either side hits, and the score of 99.5 % of
//          messages. They hit the same where texts are remembered.
// Oracle:  sa-hits.tsv and sa-subhits.tsv: what SpamAssassin itself said, without network and
// Bayes. Not covered: where the rules are not installed there is nothing to compare; that is no
// failure.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStockRules = "/usr/share/spamassassin";
constexpr const char* kDebianRules = "/etc/spamassassin/65_debian.cf";
constexpr std::size_t kThreads = 2;
constexpr std::size_t kEvery = 15;  // of the messages, where all would take long
constexpr std::size_t kRememberedBytes = 16U << 20U;
constexpr int64_t kReceived = 1'764'000'000;  // after all of the mail; nothing else is asked of it

// What one side says of a message.
struct Said {
  double score = 0;
  std::set<std::string> rules = {};  // sub-rules as well

  bool operator==(const Said&) const = default;
};

using SaidOfAll = std::map<std::string, Said>;

// "A,__B(3)": counts are not compared.
void add_rules(std::string_view text, bool with_debian, Said& out) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view name = text.substr(0, comma);
    name = name.substr(0, name.find('('));
    if (!name.empty() && (with_debian || !name.starts_with("D_"))) out.rules.emplace(name);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == '\t') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

SaidOfAll read_oracle(const fs::path& folder, bool with_debian) {
  SaidOfAll out;
  std::ifstream hits(folder / "sa-hits.tsv");
  for (std::string line; std::getline(hits, line);) {
    std::vector<std::string> fields = fields_of(line);
    fields.resize(3);
    out[fields[0]].score = std::strtod(fields[1].c_str(), nullptr);
    add_rules(fields[2], with_debian, out[fields[0]]);
  }
  std::ifstream sub_hits(folder / "sa-subhits.tsv");
  for (std::string line; std::getline(sub_hits, line);) {
    std::vector<std::string> fields = fields_of(line);
    fields.resize(2);
    add_rules(fields[1], with_debian, out[fields[0]]);
  }
  return out;
}

class StockRules : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(kStockRules)) {
      GTEST_SKIP() << "SpamAssassin's rules are not installed in " << kStockRules;
    }
    with_debian_ = fs::exists(kDebianRules);
    std::vector<std::string> paths = {kStockRules};
    if (with_debian_) paths.emplace_back(kDebianRules);
    const auto files = load_rule_files(paths);
    ASSERT_TRUE(files.ok()) << files.error().message;
    Diagnostics diagnostics;
    set_ = compile_rules(files.value(), {.cache_directory = cache_.path().string()}, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) {
      EXPECT_NE(diagnostic.severity, Severity::kError) << to_string(diagnostic);
    }
    ASSERT_NE(set_, nullptr);
    EXPECT_GT(set_->rules().size(), 2'500U);
  }

  Said scan(const fs::path& file, Arena& arena, Scratch& scratch) const {
    const std::string raw = test::read_file(file);
    arena.reset();
    const mime::Message message = mime::read_message(raw, arena);
    std::vector<Hit> hits;
    set_->scan({.message = message, .received_s = kReceived}, scratch, hits);
    const JudgePart& judge = set_->judge_part();
    Evaluation evaluation;
    judge.evaluate(hits, evaluation);
    Said out{.score = evaluation.score / 1'000.0};
    for (const Hit& hit : judge.all_hits(hits)) out.rules.insert(judge.rules[hit.rule].name);
    return out;
  }

  // Every message of the oracle.
  [[nodiscard]] std::vector<Said> scan_all(const fs::path& folder,
                                           const std::vector<std::string>& names) const {
    std::vector<Said> out(names.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      Scratch scratch(*set_);
      Arena arena;
      for (std::size_t i = next++; i < names.size(); i = next++) {
        out[i] = scan(folder / names[i], arena, scratch);
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) threads.emplace_back(work);
    threads.clear();
    return out;
  }

  test::TempDir cache_;
  std::shared_ptr<const RuleSet> set_;
  bool with_debian_ = false;
};

// Rules that one side hits and the other does not, and how often.
class Tally {
 public:
  void add(const std::string& file, const Said& theirs, const Said& ours) {
    for (const std::string& rule : theirs.rules) {
      const bool both = ours.rules.contains(rule);
      ++(both ? agreed_ : differing_);
      if (!both) note(rule + " (missed)", file);
    }
    for (const std::string& rule : ours.rules) {
      if (theirs.rules.contains(rule)) continue;
      ++differing_;
      note(rule + " (ours alone)", file);
    }
    ++messages_;
    if (std::abs(theirs.score - ours.score) < 0.0015) ++same_scores_;
  }

  [[nodiscard]] double agreement() const {
    return static_cast<double>(agreed_) / static_cast<double>(agreed_ + differing_);
  }

  [[nodiscard]] double same_scores() const {
    return static_cast<double>(same_scores_) / static_cast<double>(messages_);
  }

  [[nodiscard]] std::string differences() const {
    std::string out;
    for (const auto& [rule, found] : rules_) {
      out += "  " + std::to_string(found.count) + " " + rule + " " + found.file + "\n";
    }
    return out;
  }

 private:
  struct Found {
    std::size_t count = 0;
    std::string file = {};  // the first
  };

  void note(const std::string& rule, const std::string& file) {
    Found& found = rules_[rule];
    if (found.count++ == 0) found.file = file;
  }

  std::size_t agreed_ = 0;
  std::size_t differing_ = 0;
  std::size_t messages_ = 0;
  std::size_t same_scores_ = 0;
  std::map<std::string, Found> rules_;
};

TEST_F(StockRules, GiveTheSameVerdictsWhereOnlyTheyAreWanted) {
  const auto folder = test::shared_data("mail/oracle");
  if (!folder) GTEST_SKIP() << test::kNoSharedData;
  const std::vector<fs::path> files = test::files_below(*folder, ".eml");
  Arena arena;
  Scratch for_all(*set_);
  Scratch for_verdicts(*set_, Scratch::Wanted::kVerdicts);
  for (std::size_t i = 0; i < files.size(); i += kEvery) {
    arena.reset();
    const std::string raw = test::read_file(files[i]);
    const mime::Message message = mime::read_message(raw, arena);
    const ScanInput input = {.message = message, .received_s = kReceived};
    std::vector<Hit> hits;
    Evaluation all;
    set_->scan(input, for_all, hits);
    set_->judge_part().evaluate(hits, all);
    Evaluation wanted;
    set_->scan(input, for_verdicts, hits);
    set_->judge_part().evaluate(hits, wanted);
    EXPECT_TRUE(wanted.hits == all.hits) << files[i];
    EXPECT_EQ(wanted.score, all.score) << files[i];
  }
}

// Three times the same mail: new, seen before, remembered.
TEST_F(StockRules, HitTheSameWhereTextsAreRemembered) {
  const auto folder = test::shared_data("mail/oracle");
  if (!folder) GTEST_SKIP() << test::kNoSharedData;
  const std::vector<fs::path> files = test::files_below(*folder, ".eml");
  Arena arena;
  Scratch alone(*set_);
  Scratch remembering(*set_);
  remembering.remember(kRememberedBytes);
  uint64_t recalled = 0;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < files.size(); i += kEvery) {
      EXPECT_TRUE(scan(files[i], arena, alone) == scan(files[i], arena, remembering)) << files[i];
      recalled += remembering.text_bytes().recalled;
    }
  }
  EXPECT_GT(recalled, 100'000U);
}

TEST_F(StockRules, HitWhereSpamAssassinHits) {
  const auto folder = test::shared_data("mail/oracle");
  if (!folder) GTEST_SKIP() << test::kNoSharedData;
  const SaidOfAll theirs = read_oracle(*folder, with_debian_);
  ASSERT_GT(theirs.size(), 1'700U);
  std::vector<std::string> names;
  for (const auto& [name, said] : theirs) names.push_back(name);
  const std::vector<Said> ours = scan_all(*folder, names);
  Tally tally;
  for (std::size_t i = 0; i < names.size(); ++i) {
    tally.add(names[i], theirs.at(names[i]), ours[i]);
  }
  EXPECT_GE(tally.agreement(), 0.999) << tally.differences();
  EXPECT_GE(tally.same_scores(), 0.995) << tally.differences();
  RecordProperty("agreement", std::to_string(tally.agreement()));
  RecordProperty("same_scores", std::to_string(tally.same_scores()));
}

}  // namespace
}  // namespace sluice::rules
