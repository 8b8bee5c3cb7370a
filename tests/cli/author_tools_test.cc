// Claim:   what rule authors use does what its help says: hits, diff, lint, test with samples,
//          explain; their JSON, their exit codes, shadow rules counted and never scored.
// Oracle:  expectations by hand over invented mail; nlohmann-json as the reader of JSON.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.h"
#include "tests/support/temp_dir.h"

namespace sluice::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

// Rules and mail: three ham, two spam.
class AuthorTools : public testing::Test {
 protected:
  AuthorTools() {
    write("old.cf",
          "body __PRIZE /\\bprize\\b/i\nbody __CLAIM /\\bclaim\\b/i\nbody WINNER /\\bwinner\\b/i\n"
          "score WINNER 2\nmeta LOTTERY __PRIZE && __CLAIM\nscore LOTTERY 4\n"
          "describe LOTTERY A prize that waits\n"
          "body QUIET /lucky/i\nscore QUIET 9\ntflags QUIET shadow\n");
    write("new.cf",
          "body __PRIZE /\\bprize\\b/i\nbody __CLAIM /\\bclaim\\b/i\nbody WINNER /\\bwinner\\b/i\n"
          "score WINNER 3\nmeta LOTTERY __PRIZE && __CLAIM\nscore LOTTERY 4\n"
          "body MEETING /meeting/i\nscore MEETING 6\n");
    for (const char* folder : {"ham", "spam"}) fs::create_directory(dir_.path() / folder);
    write("ham/1.eml", "Subject: lunch\n\nSee you at the meeting.\n");
    write("ham/2.eml", "Subject: quiz\n\nThe winner gets a book, lucky one.\n");
    write("ham/3.eml", "Subject: hello\n\nNothing here.\n");
    write("spam/1.eml", "Subject: you\n\nYou are a winner: claim your prize.\n");
    write("spam/2.eml", "Subject: you\n\nClaim the prize today.\n");
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (dir_.path() / name).string();
  }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((dir_.path() / name).parent_path());
    std::ofstream(dir_.path() / name, std::ios::binary) << text;
  }

  [[nodiscard]] Ran diff(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"diff", "--old", path("old.cf"), "--new", path("new.cf")};
    words.insert(words.end(), more.begin(), more.end());
    return run_sluice(words);
  }

  [[nodiscard]] Ran hits(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"hits", "-r", path("old.cf")};
    words.insert(words.end(), more.begin(), more.end());
    return run_sluice(words);
  }

  TempDir dir_;
};

// The objects of one type, in order.
std::vector<json> of_type(const Ran& ran, const std::string& type) {
  std::vector<json> found;
  for (const std::string& line : ran.lines()) {
    json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(object.is_object()) << line;
    if (object.is_object() && object["type"] == type) found.push_back(std::move(object));
  }
  return found;
}

std::map<std::string, json> by(const std::string& key, const std::vector<json>& objects) {
  std::map<std::string, json> all;
  for (const json& object : objects) all[object[key].get<std::string>()] = object;
  return all;
}

TEST_F(AuthorTools, HitsPrintsTheTableOfHitFrequencies) {
  const Ran ran = hits({"--ham", path("ham"), "--spam", path("spam")});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(
      ran.out.starts_with("OVERALL%   SPAM%     HAM%     S/O    RANK   SCORE  NAME\n"
                          "      5        2        3    0.400   0.00    0.00  (all mess"));
  EXPECT_THAT(ran.out, HasSubstr(" 40.000  100.0000   0.0000    1.000   1.00    4.00  LOTTERY\n"));
  EXPECT_THAT(ran.out, HasSubstr("  QUIET (shadow)\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("__PRIZE")));
  EXPECT_THAT(ran.out, HasSubstr("# 5 messages, 3 ham and 2 spam; 3 rules listed; 0 messages not"));
  EXPECT_THAT(ran.out, HasSubstr("0 of the ham (0.000%), 1 of the spam (50.000%)"));
  EXPECT_EQ(ran.err, "");
}

TEST_F(AuthorTools, HitsTakesMassChecksTargets) {
  const std::string expected = hits({"--ham", path("ham"), "--spam", path("spam"), "-j1"}).out;
  EXPECT_EQ(hits({"ham:dir:" + path("ham"), "spam:detect:" + path("spam"), "-j3"}).out, expected);
  EXPECT_EQ(hits({"ham:" + path("ham"), "spam:" + path("spam")}).out, expected);
  EXPECT_EQ(hits({path("ham")}).status, 2) << "its class is not known";
  EXPECT_EQ(hits({}).status, 2);
  EXPECT_EQ(hits({"ham:" + path("none")}).status, 3);
  EXPECT_EQ(hits({"ham:" + path("ham"), "--sort", "beauty"}).status, 2);
}

TEST_F(AuthorTools, HitsAsJsonHasSubRulesAndOverlaps) {
  const Ran ran = hits({"--ham", path("ham"), "--spam", path("spam"), "--json", "--sub-rules",
                        "--overlap", "--overlap-min", "100"});
  const auto rules = by("name", of_type(ran, "rule"));
  EXPECT_EQ(rules.at("WINNER")["spam"], 1);
  EXPECT_EQ(rules.at("WINNER")["ham"], 1);
  EXPECT_EQ(rules.at("__CLAIM")["spam"], 2);
  EXPECT_EQ(rules.at("__CLAIM")["sub_rule"], true);
  EXPECT_EQ(rules.at("QUIET")["shadow"], true);
  bool met = false;
  for (const json& overlap : of_type(ran, "overlap")) {
    if (overlap["a"] != "__PRIZE" || overlap["b"] != "LOTTERY") continue;
    met = true;
    EXPECT_EQ(overlap["both"], 2);
    EXPECT_EQ(overlap["percent_of_b"], 100.0);
  }
  EXPECT_TRUE(met);
  ASSERT_EQ(of_type(ran, "total").size(), 1U);
  EXPECT_EQ(of_type(ran, "total")[0]["messages"], 5);
}

TEST_F(AuthorTools, HitsNamesMailThatWasNotScannedCompletely) {
  std::string long_header;
  for (int i = 0; i < 3'000; ++i) long_header += "X-Field: x\n";
  write("ham/4.eml", long_header + "\nhello\n");
  const Ran ran = hits({"--ham", path("ham")});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("1 messages not scanned completely"));
  EXPECT_THAT(ran.out, HasSubstr("# not scanned completely: " + path("ham/4.eml") + ": part of"));
  const auto named = of_type(hits({"--ham", path("ham"), "--json"}), "incomplete");
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0]["file"], path("ham/4.eml"));
}

TEST_F(AuthorTools, DiffSaysWhatChangesAndWhy) {
  const Ran ran = diff({"ham:" + path("ham"), "spam:" + path("spam")});
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("ham  " + path("ham/1.eml") +
                                 "  0.000 -> 6.000  accept -> hold\n"
                                 "    +   6.000  MEETING\n"
                                 "                 new rule\n"));
  EXPECT_THAT(ran.out, HasSubstr("    ~   3.000  WINNER, was 2.000\n"));
  EXPECT_THAT(ran.out, HasSubstr("    -   0.000  QUIET (shadow)\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr(path("ham/3.eml"))));
  EXPECT_THAT(ran.out,
              HasSubstr("5 messages: 2 unchanged, 3 changed, 3 of them in score, 1 in action\n"
                        "newly over 5.000:  1 (1 ham, 0 spam)\n"
                        "newly under 5.000: 0\n"));
  EXPECT_EQ(ran.out, diff({"ham:" + path("ham"), "spam:" + path("spam"), "-j3"}).out);
}

TEST_F(AuthorTools, DiffAsJson) {
  const Ran ran = diff({"--ham", path("ham"), "--spam", path("spam"), "--json"});
  const auto messages = by("file", of_type(ran, "message"));
  ASSERT_EQ(messages.size(), 3U);
  const json& one = messages.at(path("ham/1.eml"));
  EXPECT_EQ(one["class"], "ham");
  EXPECT_EQ(one["old"]["action"], "accept");
  EXPECT_EQ(one["new"]["score"], 6.0);
  EXPECT_EQ(one["crossing"], "newly_over");
  EXPECT_EQ(one["changes"][0]["rule"], "MEETING");
  EXPECT_EQ(one["changes"][0]["change"], "gained");
  EXPECT_EQ(one["changes"][0]["why"], "new rule");
  EXPECT_EQ(by("rule", of_type(ran, "rule")).at("WINNER")["reweighed"], 2);
  ASSERT_EQ(of_type(ran, "total").size(), 1U);
  EXPECT_EQ(of_type(ran, "total")[0]["newly_over"]["ham"], 1);
}

TEST_F(AuthorTools, DiffNamesThePartsOfAMetaThatChanged) {
  write("new.cf",
        "body __PRIZE /\\bprize\\b/i\nbody __CLAIM /\\bclaim your\\b/i\n"
        "meta LOTTERY __PRIZE && __CLAIM\nscore LOTTERY 4\nbody WINNER /\\bwinner\\b/i\n"
        "score WINNER 2\nbody QUIET /lucky/i\nscore QUIET 9\ntflags QUIET shadow\n");
  const std::string lost = "    -   4.000  LOTTERY\n                 parts: -__CLAIM\n";
  EXPECT_THAT(diff({path("spam/2.eml")}).out, HasSubstr(lost));
  const Ran as_json = diff({path("spam/2.eml"), "--json"});
  EXPECT_EQ(of_type(as_json, "message")[0]["changes"][0]["parts_lost"], json({"__CLAIM"}));
}

TEST_F(AuthorTools, DiffListsMailWhoseActionAloneChanges) {
  const std::string rules = "body WINNER /\\bwinner\\b/i\nscore WINNER 2\nbody BOOK /book/\n";
  write("old.cf", rules + "action WINNER hold\n");
  write("new.cf", rules + "action WINNER reject\naction BOOK throttle\n");
  const Ran ran = diff({path("ham")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr(path("ham/2.eml") +
                                 "  3.000 -> 3.000  hold -> reject\n"
                                 "    action of WINNER: hold -> reject\n"
                                 "\n GAINED     LOST  REWEIGHED  ACTION   OVER  UNDER  RULE\n"
                                 "      0        0          0       1      0      0  WINNER\n"
                                 "\n3 messages: 2 unchanged, 1 changed, 0 of them in score, "
                                 "1 in action\n"));
  EXPECT_EQ(diff({path("ham"), "--max-newly-over", "0"}).status, 0);

  const Ran as_json = diff({path("ham"), "--json"});
  EXPECT_EQ(as_json.status, 1);
  const auto messages = of_type(as_json, "message");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0]["old"]["action"], "hold");
  EXPECT_EQ(messages[0]["new"]["action"], "reject");
  EXPECT_EQ(messages[0]["actions"],
            json::parse(R"([{"rule": "WINNER", "old": "hold", "new": "reject"}])"));
  EXPECT_EQ(by("rule", of_type(as_json, "rule")).at("WINNER")["actions"], 1);
  EXPECT_EQ(of_type(as_json, "total")[0]["action_changed"], 1);
  EXPECT_EQ(of_type(as_json, "total")[0]["changed"], 1);
}

TEST_F(AuthorTools, DiffNamesGroupsWhoseCapChanges) {
  const std::string rules = "body WINNER /winner/\nscore WINNER 6\ngroup TALK WINNER\n";
  write("old.cf", rules + "groupcap TALK 3.5\n");
  write("new.cf", rules + "groupcap TALK 5\n");
  EXPECT_THAT(diff({path("ham")}).out, HasSubstr("  3.500 -> 5.000  accept -> hold\n"
                                                 "    ~  -1.000  group TALK, was -2.500\n"
                                                 "                 cap: 3.500 -> 5.000\n"
                                                 "\n3 messages"));
  const auto messages = of_type(diff({path("ham"), "--json"}), "message");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0]["groups"], json::parse(R"([{"group": "TALK", "old": -2.5, "new": -1.0,
                                                    "old_cap": 3.5, "new_cap": 5.0}])"));
}

// More messages than are scanned together.
TEST_F(AuthorTools, DiffFindsTheSameInMailThatIsScannedTogether) {
  std::vector<json> alone;
  for (int i = 100; i < 140; ++i) {
    const char* const text = i % 3 == 0 ? "meeting" : i % 3 == 1 ? "winner" : "claim a prize";
    const std::string name = "many/" + std::to_string(i) + ".eml";
    write(name, std::string("Subject: x\n\n") + text + "\n");
    const std::vector<json> found = of_type(diff({path(name), "--json"}), "message");
    alone.insert(alone.end(), found.begin(), found.end());
  }
  EXPECT_EQ(alone.size(), 27U);
  EXPECT_EQ(of_type(diff({path("many"), "-j1", "--json"}), "message"), alone);
}

TEST_F(AuthorTools, DiffIsAGate) {
  EXPECT_EQ(
      run_sluice({"diff", "--old", path("old.cf"), "--new", path("old.cf"), path("ham")}).status,
      0);
  EXPECT_EQ(diff({path("ham/3.eml")}).status, 0);
  EXPECT_EQ(diff({path("ham"), "--max-newly-over", "0"}).status, 1);
  EXPECT_EQ(diff({path("ham"), "--max-newly-over", "1"}).status, 0);
  EXPECT_EQ(diff({path("spam"), "--max-newly-over", "0"}).status, 0);
  EXPECT_EQ(diff({path("spam"), "--threshold", "7", "--max-newly-over", "0"}).status, 1);
  EXPECT_EQ(diff({"spam:" + path("spam"), "--threshold", "7", "--max-newly-over", "0"}).status, 0)
      << "spam that is found is no harm";
  const Ran crossings = diff({path("ham"), "--crossings"});
  EXPECT_THAT(crossings.out, HasSubstr(path("ham/1.eml")));
  EXPECT_THAT(crossings.out, Not(HasSubstr(path("ham/2.eml"))));
  EXPECT_THAT(diff({path("ham"), "--summary"}).out, Not(HasSubstr("ham/1.eml")));
}

TEST_F(AuthorTools, DiffKeepsErrorsApartFromChanges) {
  write("new.cf", "body OPEN /(/\n");
  EXPECT_EQ(diff({path("ham")}).status, 2);
  EXPECT_THAT(diff({path("ham")}).err, HasSubstr("new.cf:1:"));
  EXPECT_EQ(diff({}).status, 2);
  write("new.cf", "body FINE /x/\n");
  EXPECT_EQ(diff({path("none")}).status, 3);
}

TEST_F(AuthorTools, LintCanTreatWarningsAsErrors) {
  write("warn.cf", "body EMPTY /x*/\ndescribe EMPTY Nothing\n");
  const Ran ran = run_sluice({"lint", path("warn.cf")});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("warn.cf:1:13: warning: rule 'EMPTY' matches every text"));
  const Ran strict = run_sluice({"lint", "--werror", "--format", "json", path("warn.cf")});
  EXPECT_EQ(strict.status, 1);
  ASSERT_EQ(strict.lines().size(), 1U);
  const json fault = json::parse(strict.lines()[0]);
  EXPECT_EQ(fault["type"], "fault");
  EXPECT_EQ(fault["severity"], "error");
  EXPECT_EQ(fault["file"], path("warn.cf"));
  EXPECT_EQ(fault["line"], 1);
  EXPECT_NE(fault["hint"], "");
  EXPECT_EQ(run_sluice({"lint", "--format", "xml", path("warn.cf")}).status, 2);
  EXPECT_EQ(run_sluice({"lint", path("none.cf")}).status, 3);
}

TEST_F(AuthorTools, LintSaysWhatRulesCost) {
  const Ran fixed = run_sluice({"lint", "--cost", path("new.cf")});
  EXPECT_EQ(fixed.status, 0);
  EXPECT_THAT(fixed.out, HasSubstr("# 4 rules that look at mail, 1 that do not\n"));

  const Ran ran = run_sluice({"lint", "--corpus", path("ham"), "--json", path("new.cf")});
  EXPECT_EQ(ran.status, 0);
  const auto costs = by("name", of_type(ran, "cost"));
  ASSERT_EQ(costs.size(), 4U);
  const json& winner = costs.at("WINNER");
  EXPECT_EQ(winner["line"], 3);
  EXPECT_EQ(winner["view"], "body");
  EXPECT_EQ(winner["engine"], "hyperscan");
  EXPECT_GT(winner["us"], 0);
  EXPECT_GT(winner["bytes"], 0);
}

TEST_F(AuthorTools, LintRefusesRulesOverTheBudget) {
  const auto lint = [this](const char* budget) {
    return run_sluice({"lint", "--corpus", path("ham"), "--budget-us", budget, path("new.cf")});
  };
  EXPECT_EQ(lint("1000000").status, 0);
  const Ran ran = lint("0.0000001");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("new.cf:3: error: rule 'WINNER' costs "));
  write("evil.txt", "evil.example\n");
  write("new.cf",
        "map EVIL domains file:evil.txt\nlookup LINKED uri:host in EVIL\n"
        "structure LONG bytes > 5\nuri_detail SHOP text =~ /shop/\n");
  const Ran facts = lint("0.0000001");
  EXPECT_THAT(facts.out, HasSubstr("map         LINKED  (uri:host in EVIL (domains); "));
  EXPECT_THAT(facts.out, HasSubstr("new.cf:2: error: rule 'LINKED' costs "));
  EXPECT_EQ(facts.status, 1);
  EXPECT_EQ(run_sluice({"lint", "--budget-us", "5", path("new.cf")}).status, 2);
  fs::create_directory(dir_.path() / "empty");
  const Ran none =
      run_sluice({"lint", "--corpus", path("empty"), "--budget-us", "5", path("new.cf")});
  EXPECT_EQ(none.status, 1) << "a gate that measured nothing is not passed";
}

TEST_F(AuthorTools, ScanReportsEveryHitIfAsked) {
  write("count.cf",
        "body __WORD /prize/\ntflags __WORD multiple\nmeta __BOTH __WORD > 1\n"
        "meta TWICE __BOTH\nbody A /a/\ntflags A multiple maxhits=2\n");
  write("two.eml", "Subject: x\n\nA prize, a prize, aaa.\n");
  const Ran ran =
      run_sluice({"scan", "--json", "--all-hits", "-r", path("count.cf"), path("two.eml")});
  ASSERT_EQ(ran.lines().size(), 1U) << ran.err;
  const json line = json::parse(ran.lines()[0]);
  EXPECT_EQ(line["hits"], json({"TWICE", "A"}));
  EXPECT_EQ(line["counts"], json({{"TWICE", 1}, {"A", 2}}));
  EXPECT_EQ(line["subhits"], json({{"__WORD", 2}, {"__BOTH", 1}}));
}

TEST_F(AuthorTools, TestRunsSamples) {
  write("samples/LOTTERY.ok/a.eml", "Subject: x\n\nclaim your prize\n");
  write("samples/LOTTERY.fail/a.eml", "Subject: x\n\nclaim your baggage\n");
  write("samples/__PRIZE.ok/two.mbox",
        "From a@b.example Mon Nov  9 00:00:00 2026\nSubject: x\n\nprize\n\n"
        "From a@b.example Mon Nov  9 00:00:00 2026\nSubject: y\n\na prize\n");
  const Ran fine = run_sluice({"test", "-r", path("old.cf"), "--samples", path("samples")});
  EXPECT_EQ(fine.status, 0) << fine.out << fine.err;
  EXPECT_EQ(fine.out, "4 passed, 0 failed\n");

  write("samples/LOTTERY.ok/b.eml", "Subject: x\n\nyour prize\n");
  const Ran ran = run_sluice({"test", path("old.cf"), "--samples", path("samples")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("failed: " + path("samples/LOTTERY.ok/b.eml") +
                                 ": LOTTERY should hit\n    + __PRIZE\n    - __CLAIM\n"));
}

TEST_F(AuthorTools, TestRefusesSamplesOfNoRule) {
  write("samples/LOTERY.ok/a.eml", "Subject: x\n\nclaim your prize\n");
  const Ran ran = run_sluice({"test", "-r", path("old.cf"), "--samples", path("samples")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("no rule 'LOTERY'; did you mean 'LOTTERY'?"));
  fs::remove_all(path("samples"));
  fs::create_directories(path("samples/LOTTERY.ok"));
  EXPECT_THAT(run_sluice({"test", path("old.cf"), "--samples", path("samples")}).out,
              HasSubstr("LOTTERY.ok: holds no mail"));
  EXPECT_EQ(run_sluice({"test", path("old.cf"), "--samples", path("none")}).status, 3);
}

TEST_F(AuthorTools, ExplainShowsWhichPartsOfAMetaHeld) {
  write("old.cf",
        "body __PRIZE /prize/\nbody __CLAIM /claim/\nbody __BANK /bank/\nbody __SPARE /your/\n"
        "meta __BOTH __PRIZE && __CLAIM\nmeta LOTTERY __BOTH || __BANK\nscore LOTTERY 4\n"
        "body QUIET /today/\nscore QUIET 9\ntflags QUIET shadow\n");
  write("one.eml", "Subject: x\n\nclaim your prize today\n");
  const Ran ran = run_sluice({"explain", "-r", path("old.cf"), path("one.eml")});
  EXPECT_EQ(ran.status, 0);
  const std::string file = path("old.cf");
  EXPECT_THAT(ran.out, HasSubstr("   4.000  LOTTERY  \n"
                                 "          meta  (" +
                                 file +
                                 ":6)\n"
                                 "          + __BOTH\n"
                                 "              meta  (" +
                                 file +
                                 ":5)\n"
                                 "              + __PRIZE\n"));
  EXPECT_THAT(ran.out, HasSubstr("\"prize\"  (" + file + ":1)\n"));
  EXPECT_THAT(ran.out, HasSubstr("          - not: __BANK\n"));
  EXPECT_THAT(ran.out, HasSubstr("       -  QUIET  (shadow: would add 9.000)"));
  EXPECT_THAT(ran.out, HasSubstr("   4.000  " + path("one.eml") + ": accept\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("__SPARE")));
  EXPECT_THAT(run_sluice({"explain", "--sub-rules", "-r", file, path("one.eml")}).out,
              HasSubstr("       -  __SPARE\n"));
}

}  // namespace
}  // namespace sluice::test
