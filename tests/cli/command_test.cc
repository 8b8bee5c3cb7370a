// Claim:   each command does what its help says: exit codes, one JSON object a line, errors that
// name
//          file and line, the same mail from every kind of place, and one answer for every message
//          of the shared corpus.
// Oracle:  expectations by hand; nlohmann-json as the reader of JSON; counts of files.
// Not covered: commands that need a broker (tests/chaos, `./dev demo --kafka`).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace sluice::test {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kCommands = {
    "run",  "demo",    "scan",     "explain", "parse",  "lint",   "test",      "hits",
    "diff", "produce", "verdicts", "replay",  "topics", "config", "completion"};

// Every line as JSON; a line that is none fails the test.
std::vector<json> objects(const Ran& ran) {
  std::vector<json> all;
  for (const std::string& line : ran.lines()) {
    all.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
    EXPECT_TRUE(all.back().is_object()) << "line " << all.size() << " is no JSON object";
  }
  return all;
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(Command, HelpNamesEveryCommandAndTheExitCodes) {
  const Ran ran = run_sluice({"--help"});
  EXPECT_EQ(ran.status, 0);
  for (const std::string& command : kCommands) EXPECT_THAT(ran.out, HasSubstr("  " + command));
  EXPECT_THAT(ran.out, HasSubstr("Exit codes"));
  for (const std::string& command : kCommands) {
    EXPECT_EQ(run_sluice({command, "--help"}).status, 0) << command;
  }
}

TEST(Command, WrongUsageEndsWithTwo) {
  EXPECT_EQ(run_sluice({}).status, 2);
  EXPECT_EQ(run_sluice({"scann"}).status, 2);
  EXPECT_EQ(run_sluice({"scan"}).status, 2);
  EXPECT_EQ(run_sluice({"scan", "--no-such-option", "x"}).status, 2);
  EXPECT_EQ(run_sluice({"completion", "tcsh"}).status, 2);
}

TEST(Command, AFaultyConfigurationNamesFileLineAndColumn) {
  const TempDir dir;
  const auto path = dir.path() / "sluice.toml";
  write(path, "[judge]\nhold_att = 4\n[topics]\npartitions = 0\n");
  const Ran ran = run_sluice({"config", "--config", path.string()});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.err, HasSubstr(path.string() + ":2:12: unknown option 'judge.hold_att'; did you "
                                                 "mean 'judge.hold_at'?"));
  EXPECT_THAT(ran.err, HasSubstr(path.string() + ":4:14: topics.partitions: must be 1..10000"));
}

TEST(Command, TheSampleConfigurationIsInForceByDefault) {
  const TempDir dir;
  const auto path = dir.path() / "sluice.toml";
  write(path, run_sluice({"config", "--sample"}).out);
  EXPECT_EQ(run_sluice({"config", "-c", path.string()}).out, run_sluice({"config"}).out);
  EXPECT_THAT(run_sluice({"config", "--set", "judge.hold_at=4.5"}).out,
              HasSubstr("hold_at = 4.500\n"));
}

TEST(Scan, GivesOneObjectForEachMessageInOrder) {
  const Ran ran = run_sluice({"scan", "--json", source_path("demo/mail")});
  EXPECT_EQ(ran.status, 0);
  const auto scans = objects(ran);
  const auto files = files_below(source_path("demo/mail"), ".eml");
  ASSERT_EQ(scans.size(), files.size());
  for (std::size_t i = 0; i < scans.size(); ++i) {
    EXPECT_EQ(scans[i]["file"], files[i].string());
    EXPECT_THAT(scans[i]["action"].get<std::string>(), AnyOf("accept", "hold", "reject"));
    EXPECT_TRUE(scans[i]["score"].is_number());
    EXPECT_TRUE(scans[i]["hits"].is_array());
  }
}

TEST(Scan, TellsDemoMailApart) {
  for (const json& scan : objects(run_sluice({"scan", "--json", source_path("demo/mail")}))) {
    const auto name = std::filesystem::path(scan["file"].get<std::string>()).filename().string();
    if (name < "07") {
      EXPECT_EQ(scan["action"], "accept") << name;
    }
    for (const char* bad : {"07-phishing", "08-mailbox-full", "09-advance-fee", "10-sextortion"}) {
      EXPECT_FALSE(name.starts_with(bad) && scan["action"] == "accept") << name;
    }
  }
}

TEST(Scan, GivesTheSameAnswersOnAnyNumberOfThreads) {
  const std::string mail = source_path("demo/mail");
  EXPECT_EQ(run_sluice({"scan", "--json", "-j1", mail}).out,
            run_sluice({"scan", "--json", "-j4", mail}).out);
}

// The same three messages as files, as an mbox, in a Maildir and from standard input.
TEST(Scan, GivesTheSameAnswersFromAnyPlace) {
  const TempDir dir;
  std::filesystem::create_directories(dir.path() / "Maildir/cur");
  std::filesystem::create_directories(dir.path() / "Maildir/new");
  std::string mbox;
  std::vector<std::string> paths;
  for (const char* name : {"02-reply", "09-advance-fee", "12-pharmacy"}) {
    paths.push_back(source_path("demo/mail/" + std::string(name) + ".eml"));
    const std::string bytes = read_file(paths.back());
    mbox += "From a@b.example Mon Nov  9 00:00:00 2026\r\n" + bytes + "\r\n";
    write(dir.path() / "Maildir/cur" / (std::string(name) + ":2,S"), bytes);
  }
  write(dir.path() / "all.mbox", mbox);

  const auto scores = [](const Ran& ran) {
    std::vector<double> all;
    for (const json& scan : objects(ran)) all.push_back(scan["score"].get<double>());
    return all;
  };
  std::vector<std::string> files = {"scan", "--json"};
  files.insert(files.end(), paths.begin(), paths.end());
  const auto expected = scores(run_sluice(files));
  ASSERT_EQ(expected.size(), 3U);
  EXPECT_GT(expected[1], 0);
  EXPECT_EQ(scores(run_sluice({"scan", "--json", (dir.path() / "all.mbox").string()})), expected);
  EXPECT_EQ(scores(run_sluice({"scan", "--json", (dir.path() / "Maildir").string()})), expected);
  EXPECT_EQ(scores(run_sluice({"scan", "--json", "-"}, mbox)), expected);
}

TEST(Scan, UsesTheLimitsOfTheConfiguration) {
  const std::string mail = source_path("demo/mail/01-invoice.eml");
  const Ran ran = run_sluice({"scan", "--json", "--set", "judge.hold_at=-1", mail});
  ASSERT_EQ(objects(ran).size(), 1U);
  EXPECT_EQ(objects(ran)[0]["action"], "hold");
}

TEST(Scan, SaysOfTheEnvelopeWhatTheCommandLineSays) {
  const TempDir dir;
  write(dir.path() / "m.eml", "From: a@b.example\n\nhello\n");
  write(dir.path() / "a.cf",
        "envelope A recipients == 2\nenvelope B mail_from == <>\nenvelope C origin == script\n"
        "envelope D client_ip == 192.0.2.1\nenvelope E helo == pc.example\n"
        "envelope F attribute:plan == a=b\n");
  const std::vector<std::string> plain = {"scan", "--json", "-r", (dir.path() / "a.cf").string(),
                                          (dir.path() / "m.eml").string()};
  EXPECT_EQ(objects(run_sluice(plain)).at(0)["hits"], json::array());
  std::vector<std::string> told = plain;
  told.insert(told.end(), {"--rcpt", "x@y.example", "--rcpt", "z@y.example", "--mail-from", "<>",
                           "--origin", "script", "--client-ip", "192.0.2.1", "--helo", "pc.example",
                           "--attribute", "plan=a=b"});
  EXPECT_EQ(objects(run_sluice(told)).at(0)["hits"], json({"A", "B", "C", "D", "E", "F"}));
}

TEST(Scan, AMissingFileEndsWithThreeAfterTheOthers) {
  const Ran ran = run_sluice({"scan", "--json", "no-such-file", source_path("demo/mail")});
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(ran.lines().size(), 14U);
  EXPECT_THAT(ran.err, HasSubstr("no-such-file"));
}

TEST(Scan, PipesHaveNoColours) {
  EXPECT_THAT(run_sluice({"scan", source_path("demo/mail")}).out, Not(HasSubstr("\x1b")));
}

TEST(Parse, ShowsWhatIsOdd) {
  const auto read =
      objects(run_sluice({"parse", "--json", source_path("demo/mail/14-malformed.eml")}));
  ASSERT_EQ(read.size(), 1U);
  const auto defects = read[0]["defects"].get<std::set<std::string>>();
  for (const char* defect : {"repeated_content_type", "space_before_colon", "unclosed_multipart",
                             "unknown_charset", "url_obfuscated_host"}) {
    EXPECT_TRUE(defects.contains(defect)) << defect;
  }
}

TEST(Parse, ShowsTextsAsRulesSeeThem) {
  const auto read =
      objects(run_sluice({"parse", "--json", source_path("demo/mail/07-phishing.eml")}));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_THAT(read[0]["body"].get<std::string>(),
              HasSubstr("Your account will be suspended within"));
  EXPECT_THAT(read[0]["body"].get<std::string>(), Not(HasSubstr("teaspoon")));
  EXPECT_EQ(read[0]["urls"][0]["host"], "203.0.113.7");
}

TEST(Explain, ShowsTheMatchedWordsAndTheirRule) {
  const TempDir dir;
  write(dir.path() / "a.cf", "body ROBOT /robots? rise/i\nscore ROBOT 2.5\n");
  const Ran ran = run_sluice({"explain", "-r", (dir.path() / "a.cf").string(), "-"},
                             "Subject: x\n\nWhen the Robots rise, run.\n");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("\"Robots rise\""));
  EXPECT_THAT(ran.out, HasSubstr("a.cf:1"));
  EXPECT_THAT(ran.out, HasSubstr("2.500"));
}

TEST(Lint, NamesTheLineAndSuggests) {
  const TempDir dir;
  const std::string path = (dir.path() / "a.cf").string();
  write(path, "body GOOD /x/\nhaeder BAD Subject =~ /y/\nbody OPEN /(/\n");
  const Ran ran = run_sluice({"lint", path});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr(path + ":2:1: error: unknown keyword 'haeder'"));
  EXPECT_THAT(ran.out, HasSubstr(path + ":3:"));
  EXPECT_EQ(objects(run_sluice({"lint", "--json", path})).size(), ran.lines().size());
}

TEST(Lint, AndTestPassTheStockPack) {
  EXPECT_EQ(run_sluice({"lint", source_path("rules/packs")}).status, 0);
  const Ran ran = run_sluice({"test", source_path("rules/packs")});
  EXPECT_EQ(ran.status, 0) << ran.out;
}

TEST(Test, AFailedRuleTestEndsWithOne) {
  const TempDir dir;
  const std::string path = (dir.path() / "a.cf").string();
  write(path, "body A /right/\ntest A ok right\ntest A ok wrong\n");
  const Ran ran = run_sluice({"test", path});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("1 passed, 1 failed"));
}

TEST(Demo, GivesOneVerdictForEachMessageAndProvesTheJournal) {
  const Ran ran = run_sluice({"demo", source_path("demo/mail")});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("14 messages, 14 verdicts\n"));
  EXPECT_THAT(ran.out, HasSubstr(", 0 differences\n"));
}

TEST(Completion, ScriptsAreReadByTheirShell) {
  const Ran bash = run_sluice({"completion", "bash"});
  EXPECT_EQ(bash.status, 0);
  const TempDir dir;
  write(dir.path() / "sluice.bash", bash.out);
  const std::string complete = "bash -c 'source " + (dir.path() / "sluice.bash").string() +
                               "; COMP_WORDS=(sluice sc); COMP_CWORD=1; _sluice; "
                               "[[ ${COMPREPLY[*]} == scan ]]'";
  EXPECT_EQ(std::system(complete.c_str()), 0);
  for (const char* shell : {"zsh", "fish"}) {
    EXPECT_THAT(run_sluice({"completion", shell}).out, HasSubstr("scan")) << shell;
  }
}

TEST(Corpus, EveryMessageGetsOneAnswer) {
  const auto mail = shared_data("mail");
  if (!mail) GTEST_SKIP() << kNoSharedData;
  const auto files = files_below(*mail, ".eml");
  const Ran ran = run_sluice({"scan", "--json", mail->string()});
  EXPECT_EQ(ran.status, 0);
  std::vector<std::string> expected;
  for (const auto& file : files) expected.push_back(file.string());
  std::vector<std::string> answered;
  for (const json& scan : objects(ran)) answered.push_back(scan["file"].get<std::string>());
  std::sort(answered.begin(), answered.end());
  EXPECT_TRUE(answered == expected)
      << answered.size() << " answers, " << expected.size() << " files";
}

}  // namespace
}  // namespace sluice::test
