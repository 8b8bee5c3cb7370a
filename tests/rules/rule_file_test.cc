// Claim:   folders, files and the files they include are loaded, each once; lines of an included
//          file count where it is included; files that include each other are an error.
// Oracle:  by hand, files in a folder of the test's own.

#include "rules/language/rule_file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/language/rule_parser.h"
#include "tests/support/temp_dir.h"

namespace sluice::rules {
namespace {

class RuleFiles : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((dir_.path() / name).parent_path());
    std::ofstream(dir_.path() / name, std::ios::binary) << text;
  }

  std::vector<RuleFile> load(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back((dir_.path() / name).string());
    Result<std::vector<RuleFile>> files = load_rule_files(paths);
    if (files.ok()) return std::move(files).value();
    ADD_FAILURE() << files.error().message;
    return {};
  }

  // The rules of a file and of what it includes, as "A B".
  std::string rules_of(const std::string& name) {
    diagnostics_.clear();
    const RuleTexts texts = parse_rules(load({name}), diagnostics_);
    std::string out;
    for (const RuleText& rule : texts.rules) out += (out.empty() ? "" : " ") + rule.name;
    return out;
  }

  // Errors, without the folder.
  [[nodiscard]] std::string faults() const {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics_) {
      if (diagnostic.severity != Severity::kError) continue;
      std::string text = to_string(diagnostic);
      const std::string folder = dir_.path().string() + "/";
      for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
        text.erase(at, folder.size());
      }
      out += text + "\n";
    }
    return out;
  }

  test::TempDir dir_;
  Diagnostics diagnostics_;
};

TEST_F(RuleFiles, AFolderIsItsFilesByName) {
  write("d/b.cf", "b");
  write("d/a.cf", "a");
  write("d/c.txt", "c");
  write("d/inner/e.cf", "e");
  write("z.cf", "z");
  std::string texts;
  for (const RuleFile& file : load({"z.cf", "d"})) texts += file.text;
  EXPECT_EQ(texts, "zab");
}

TEST_F(RuleFiles, AFileThatIsMissingIsAnErrorWithItsName) {
  const std::vector<std::string> paths = {(dir_.path() / "none.cf").string()};
  const auto files = load_rule_files(paths);
  ASSERT_FALSE(files.ok());
  EXPECT_NE(files.error().message.find("none.cf"), std::string::npos);
}

TEST_F(RuleFiles, IncludedLinesCountWhereTheyAreIncluded) {
  write("a.cf", "body __A /a/\ninclude more/b.cf  # and c\nbody __D /d/\n");
  write("more/b.cf", "body __B /b/\nInclude c.cf\n");
  write("more/c.cf", "body __C /c/\n");
  EXPECT_EQ(rules_of("a.cf"), "__A __B __C __D");
  EXPECT_EQ(faults(), "");
}

TEST_F(RuleFiles, AFileMayBeIncludedTwice) {
  write("a.cf", "include b.cf\ninclude ./b.cf\n");
  write("b.cf", "body __B /b/\n");
  EXPECT_EQ(rules_of("a.cf"), "__B");
  EXPECT_EQ(faults(), "");
}

TEST_F(RuleFiles, AnIncludeThatIsPassedOverNeedsNoFile) {
  write("a.cf", "if 0\ninclude none.cf\nendif\nbody __A /a/\n");
  EXPECT_EQ(rules_of("a.cf"), "__A");
  EXPECT_EQ(faults(), "");
}

TEST_F(RuleFiles, AnIncludedFileThatCannotBeReadIsAnErrorAtItsLine) {
  write("a.cf", "\ninclude none.cf\ninclude\n");
  rules_of("a.cf");
  EXPECT_EQ(faults(),
            "a.cf:2:9: error: none.cf cannot be read\n"
            "a.cf:3:8: error: the file is missing\n");
}

TEST_F(RuleFiles, AFileThatIncludesItselfIsAnError) {
  write("a.cf", "body __A /a/\ninclude a.cf\nbody __B /b/\n");
  EXPECT_EQ(rules_of("a.cf"), "__A __B");
  EXPECT_EQ(faults(), "a.cf:2:9: error: a.cf includes itself\n");
}

TEST_F(RuleFiles, FilesThatIncludeEachOtherAreAnError) {
  write("a.cf", "include b.cf\n");
  write("b.cf", "include ./a.cf\nbody __B /b/\n");
  EXPECT_EQ(rules_of("a.cf"), "__B");
  EXPECT_EQ(faults(), "b.cf:1:9: error: a.cf includes itself\n");
}

// Each includes the next twice: 2^15 readings of the last one.
TEST_F(RuleFiles, IncludesThatMultiplyComeToAnEnd) {
  for (int i = 0; i < 15; ++i) {
    const std::string next = "include f" + std::to_string(i + 1) + ".cf\n";
    write("f" + std::to_string(i) + ".cf", next + next);
  }
  write("f15.cf", "body __A /a/\n");
  EXPECT_EQ(rules_of("f0.cf"), "__A");
  EXPECT_NE(faults().find("too many files are included"), std::string::npos);
}

TEST_F(RuleFiles, ConditionsAroundAnIncludeHoldInside) {
  write("a.cf", "if (version >= 4)\ninclude b.cf\nendif\nbody __C /c/\n");
  write("b.cf", "if 0\nbody __A /a/\nelse\nbody __B /b/\nendif\n");
  EXPECT_EQ(rules_of("a.cf"), "__B __C");
  EXPECT_EQ(faults(), "");
}

}  // namespace
}  // namespace sluice::rules
