// Claim:   a set that is made with the cache is the set that is made without: the same engines, the
//          same hits, the same warnings. A file that is damaged, cut, of another key or of another
//          program is not used, and written anew. Processes may share a folder.
// Oracle:  the set made from nothing; files spoiled by hand.

#include "rules/choice_cache.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rules/compiler.h"
#include "rules/rule_set_parts.h"
#include "tests/rules/test_mail.h"
#include "tests/support/temp_dir.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

// Every engine has a pattern here; a few warn. Hyperscan refuses __LARGE when it compiles it.
constexpr const char* kRules = R"(body     BYTES      /e/
body     LITERALS   /oil and gas (?!heating)/
body     CHAINS     /v[i1!]+[a@]gr[a@]/
body     RUN        /[^\s]{60}!/
body     HYPERSCAN  /\d{3}-\d{4}/
body     CONFIRMED  /\d{3}(?!-)/
body     EVERYWHERE /(?!money)/
body     NOTHING    /x*/
body     __LARGE    /[0-9](?:[a-f][^q]{0,7}[g-k][^z]{0,5}){60}/
header   ABSENT     X-Test =~ /^UNSET$/ [if-unset: UNSET]
header   SUBJECT    Subject =~ /hello\s+\w+/i
uri      LINK       /\.example\/[a-f]+\?\d/
rawbody  RAW        /<b>\s*(\w)\1/
full     FULL       /\n\n.*zzz/s
tflags   HYPERSCAN  multiple
)";

const Decision kDecision = {.choice = {.engine = Engine::kChains,
                                       .width_max = 40,
                                       .literals = {{"one", {.before = 5U, .after = 6U}}, {}},
                                       .finds = 3,
                                       .lead = {.width_max = 8, .others_max = 2, .fill = 9U},
                                       .also = {{"two"}, {}, {"", "three"}},
                                       .chains = {{{.first = 1U, .gap = 0x80U}, {.first = 6U}}, {}},
                                       .run = {.bytes = 0x30U, .length = 7},
                                       .source = {.text = std::string("a\0b", 3), .flags = 9}},
                            .matches_every = true};

bool same(const EngineChoice& a, const EngineChoice& b) {
  if (a.chains.size() != b.chains.size()) return false;
  for (std::size_t i = 0; i < a.chains.size(); ++i) {
    if (a.chains[i].size() != b.chains[i].size()) return false;
    for (std::size_t j = 0; j < a.chains[i].size(); ++j) {
      if (a.chains[i][j].first != b.chains[i][j].first) return false;
      if (a.chains[i][j].gap != b.chains[i][j].gap) return false;
    }
  }
  return a.engine == b.engine && a.width_max == b.width_max && a.strings == b.strings &&
         a.literals == b.literals && a.finds == b.finds && a.lead == b.lead && a.also == b.also &&
         a.run.bytes == b.run.bytes && a.run.length == b.run.length &&
         a.source.text == b.source.text && a.source.flags == b.source.flags;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class ChoiceCacheTest : public testing::Test {
 protected:
  [[nodiscard]] std::string folder() const { return (folder_.path() / "cache").string(); }

  [[nodiscard]] fs::path file() const { return fs::path(folder()) / "choices.dat"; }

  [[nodiscard]] DatabaseCache open() const {
    auto cache = DatabaseCache::open(folder());
    EXPECT_TRUE(cache.ok());
    return std::move(cache).value();
  }

  void store_one() const {
    ChoiceCache choices("a");
    choices.add("key", kDecision);
    ASSERT_TRUE(choices.store(open()).ok());
  }

  [[nodiscard]] bool has_one(const std::string& program = "a") const {
    ChoiceCache choices(program);
    choices.load(open());
    return choices.find("key").has_value();
  }

  [[nodiscard]] std::shared_ptr<const RuleSet> make(Diagnostics& diagnostics) const {
    const std::vector<RuleFile> files = {{"a.cf", kRules}};
    return compile_rules(files, {.cache_directory = folder(), .many_patterns = 1}, diagnostics);
  }

 private:
  sluice::test::TempDir folder_;
};

// What a set is, as text.
std::string describe(const RuleSet& set, const Diagnostics& diagnostics) {
  std::string out;
  for (const View& view : set.parts().views) {
    for (const ViewPattern& pattern : view.patterns) {
      out += set.rules()[pattern.rule].name + " " + std::string(engine_name(pattern.engine)) + " " +
             std::to_string(pattern.width_max) + " " + std::to_string(pattern.finds) + " " +
             std::to_string(pattern.count_max) + " " + pattern.strings.ones().to_string() + "\n";
    }
    for (const RuleIndex rule : view.hit_if_absent) out += "absent " + std::to_string(rule) + "\n";
    for (const HyperscanPattern& source : view.sources) out += source.text + "\n";
    for (const Literal& literal : view.literals) out += literal.text + "\n";
  }
  for (const Diagnostic& diagnostic : diagnostics) out += to_string(diagnostic) + "\n";
  return out;
}

std::vector<std::string> hits_on(const RuleSet& set, const std::string& text) {
  Scratch scratch(set);
  std::vector<Hit> hits;
  test::TestMail mail;
  mail.header("Subject", "Hello you").body(text).rawbody("<b> ooh").url("http://a.example/abc?1");
  set.scan(mail.input(), scratch, hits);
  std::vector<std::string> names;
  for (const Hit& hit : hits) {
    names.push_back(set.rules()[hit.rule].name + " " + std::to_string(hit.count));
  }
  return names;
}

TEST_F(ChoiceCacheTest, ReadsBackWhatItWrote) {
  const std::string bytes = encode(kDecision);
  const std::optional<Decision> decision = decode(bytes);
  ASSERT_TRUE(decision.has_value());
  EXPECT_TRUE(same(decision->choice, kDecision.choice));
  EXPECT_TRUE(decision->matches_every);
  EXPECT_FALSE(decision->matches_absent);

  ByteSet256 ones;
  for (const std::size_t byte : {0U, 63U, 64U, 200U, 255U}) ones.set(byte);
  Decision of_bytes{.choice = {.engine = Engine::kBytes}, .matches_absent = true};
  of_bytes.choice.strings = {ones, {{.first = 1, .second = ones}, {.first = 254, .second = 7U}}};
  const std::optional<Decision> again = decode(encode(of_bytes));
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(same(again->choice, of_bytes.choice));
  EXPECT_TRUE(again->matches_absent);
}

TEST_F(ChoiceCacheTest, ReadsNothingThatIsCutOrChanged) {
  const std::string bytes = encode(kDecision);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(decode(bytes + "x").has_value());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = '\xff';
    decode(changed);  // whatever it says, it ends, within the bytes
  }
}

TEST_F(ChoiceCacheTest, KnowsPatternsAndUsesApart) {
  const RegexText regex{.pattern = "a"};
  const std::string key = decision_key(regex, {}, "");
  EXPECT_EQ(key, decision_key(regex, {}, ""));
  EXPECT_NE(key, decision_key({.pattern = "b"}, {}, ""));
  EXPECT_NE(key, decision_key({.pattern = "a", .caseless = true}, {}, ""));
  EXPECT_NE(key, decision_key({.pattern = "a", .extended = true}, {}, ""));
  EXPECT_NE(key, decision_key(regex, {.units = UnitShape::kPieces}, ""));
  EXPECT_NE(key, decision_key(regex, {.counts = true}, ""));
  EXPECT_NE(key, decision_key(regex, {.many = true}, ""));
  EXPECT_NE(key, decision_key(regex, {.text = TextSize::kLink}, ""));
  EXPECT_NE(key, decision_key(regex, {}, "a"));
}

TEST_F(ChoiceCacheTest, TrustsOnlyTheFileOfThisProgram) {
  store_one();
  EXPECT_TRUE(has_one());
  EXPECT_FALSE(has_one("b"));
  EXPECT_FALSE(has_one(""));
  EXPECT_FALSE(ChoiceCache::this_program().empty());
}

TEST_F(ChoiceCacheTest, TrustsNoChangedByteAndNoOtherKey) {
  store_one();
  const std::string good = read(file());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(file(), changed);
    ASSERT_FALSE(has_one()) << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, good.size() - 1}) {
    write(file(), good.substr(0, size));
    EXPECT_FALSE(has_one()) << "cut to " << size;
  }
  write(file(), good);
  EXPECT_TRUE(has_one());
  fs::remove(fs::path(folder()) / "cache.key");
  EXPECT_FALSE(has_one());
}

TEST_F(ChoiceCacheTest, AddsToWhatOtherSetsLeft) {
  store_one();
  ChoiceCache choices("a");
  choices.load(open());
  choices.add("other", {});
  ASSERT_TRUE(choices.store(open()).ok());
  EXPECT_TRUE(has_one());
}

TEST_F(ChoiceCacheTest, MakesTheSameSetAgain) {
  Diagnostics cold_said;
  Diagnostics warm_said;
  const auto cold = make(cold_said);
  const std::string file_of_cold = read(file());
  const auto warm = make(warm_said);
  ASSERT_NE(cold, nullptr);
  ASSERT_NE(warm, nullptr);
  EXPECT_FALSE(file_of_cold.empty());
  EXPECT_EQ(read(file()), file_of_cold) << "something was decided again";
  EXPECT_EQ(describe(*warm, warm_said), describe(*cold, cold_said));
  for (const std::string& text :
       {std::string("oil and gas heating\n555-1234 and 555-9999\n"), std::string("oil and gas x\n"),
        std::string("buy v1!!agr@ now\n"), std::string("money"), std::string("\n"),
        std::string("1 abc 3 abc 8\n")}) {
    EXPECT_FALSE(hits_on(*warm, text).empty());
    EXPECT_EQ(hits_on(*warm, text), hits_on(*cold, text)) << text;
  }
}

// Of a database without it; asked again, it would compile all the others each time.
TEST_F(ChoiceCacheTest, RemembersThatHyperscanRefusedAPattern) {
  Diagnostics diagnostics;
  ASSERT_NE(make(diagnostics), nullptr);
  ChoiceCache choices;
  choices.load(open());
  const RegexText large{.pattern = "[0-9](?:[a-f][^q]{0,7}[g-k][^z]{0,5}){60}"};
  const auto decision =
      choices.find(decision_key(large, {.units = UnitShape::kLines, .many = true}, ""));
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->choice.engine, Engine::kEveryUnit);

  const auto warm = make(diagnostics);
  ASSERT_NE(warm, nullptr);
  for (const View& view : warm->parts().views) {
    EXPECT_TRUE(view.sources.empty() || open().load(view.sources).has_value()) << view.name;
  }
}

TEST_F(ChoiceCacheTest, WritesASpoiledFileAnew) {
  Diagnostics diagnostics;
  ASSERT_NE(make(diagnostics), nullptr);
  const std::string good = read(file());
  write(file(), good.substr(0, good.size() / 2));
  ASSERT_NE(make(diagnostics), nullptr);
  EXPECT_EQ(read(file()).size(), good.size());
}

TEST_F(ChoiceCacheTest, ServesProcessesAtTheSameTime) {
  constexpr int kProcesses = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Diagnostics diagnostics;
      const auto set = make(diagnostics);
      ::_exit(set != nullptr && !hits_on(*set, "buy v1agra").empty() ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  ChoiceCache choices;
  choices.load(open());
  EXPECT_TRUE(
      choices.find(decision_key({.pattern = "e"}, {.units = UnitShape::kLines, .many = true}, ""))
          .has_value());
}

}  // namespace
}  // namespace sluice::rules
