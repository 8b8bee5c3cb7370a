// Claim:   a file is read as its lines say, or refused with the place of each fault.
// Oracle:  by hand.

#include "rules/maps/map_file.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/rules/maps/map_folder.h"

namespace sluice::rules {
namespace {

class MapFile : public testing::Test {
 protected:
  std::shared_ptr<const MapTable> load(const std::string& text, MapKind kind = MapKind::kDomains) {
    folder_.write("map.txt", text);
    faults_.clear();
    return load_map(folder_.path("map.txt"), kind, faults_);
  }

  // "2:1 this is no host", a fault a line.
  [[nodiscard]] std::string faults() const {
    std::string out;
    for (const Diagnostic& fault : faults_) {
      EXPECT_EQ(fault.file, folder_.path("map.txt"));
      out += std::to_string(fault.line) + ":" + std::to_string(fault.column) + " " + fault.message +
             "\n";
    }
    return out;
  }

  test::MapFolder folder_;
  Diagnostics faults_;
};

TEST_F(MapFile, ReadsEntriesBetweenCommentsAndBlanks) {
  const auto table = load(
      "# a list\n; another\n\n  one.example  # why\ntwo.example ; why\n\t\n#\n"
      "three.example");
  ASSERT_NE(table, nullptr) << faults();
  EXPECT_EQ(table->entries(), 3U);
  for (const char* const host : {"one.example", "two.example", "three.example"}) {
    EXPECT_TRUE(table->has(LookupType::kHost, host)) << host;
  }
  EXPECT_FALSE(table->has(LookupType::kHost, "why"));
}

TEST_F(MapFile, LineEndingsMayBeCrlf) {
  const auto table = load("one.example\r\n\r\ntwo.example\r\n");
  ASSERT_NE(table, nullptr) << faults();
  EXPECT_EQ(table->entries(), 2U);
  EXPECT_TRUE(table->has(LookupType::kHost, "two.example"));
}

TEST_F(MapFile, AnEmptyFileIsAMap) {
  for (const char* const text : {"", "\n", "# nothing yet\n"}) {
    const auto table = load(text);
    ASSERT_NE(table, nullptr) << faults();
    EXPECT_EQ(table->entries(), 0U);
    EXPECT_FALSE(table->has(LookupType::kHost, "one.example"));
  }
}

TEST_F(MapFile, AHashInsideAnEntryIsNoComment) {
  const auto table = load("a#b@shop.example\n", MapKind::kAddresses);
  ASSERT_NE(table, nullptr) << faults();
  EXPECT_TRUE(table->has(LookupType::kAddress, "a#b@shop.example"));
}

TEST_F(MapFile, TellsThePlaceOfEachFaultAndReadsNothing) {
  EXPECT_EQ(load("good.example\n  bad..example\r\n# x\n0.0.0.0 evil.example\nhttp://a.example/\n"),
            nullptr);
  EXPECT_EQ(faults(),
            "2:7 a label is missing before this dot\n"
            "4:8 something stands behind the entry\n"
            "5:1 a link is no host\n");
}

TEST_F(MapFile, TellsOfTheFirstFaultsAndHowManyThereAre) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "-.-.\xff\n";
  EXPECT_EQ(load(text), nullptr);
  ASSERT_EQ(faults_.size(), limits::kMapFaultsMax + 1);
  EXPECT_EQ(faults_.back().message, "990 more lines are wrong");
  EXPECT_EQ(faults_.back().line, 0);
}

TEST_F(MapFile, ALineThatIsTooLongIsAFaultAlsoAcrossPieces) {
  const std::string comment = "#" + std::string(limits::kMapLineBytesMax - 1, 'x') + "\n";
  EXPECT_NE(load(comment), nullptr) << faults();
  EXPECT_EQ(load("#" + std::string(3U << 20U, 'x') + "\ngood.example\n" + comment + "#" + comment),
            nullptr);
  EXPECT_EQ(faults(), "1:1 the line is too long\n4:1 the line is too long\n");
}

TEST_F(MapFile, LinesThatPiecesCutAreWhole) {
  std::string text;
  std::size_t count = 0;
  for (; text.size() < 3U << 20U; ++count) text += "host-" + std::to_string(count) + ".example\n";
  const auto table = load(text, MapKind::kHosts);
  ASSERT_NE(table, nullptr) << faults();
  EXPECT_EQ(table->entries(), count);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(table->has(LookupType::kHost, "host-" + std::to_string(i) + ".example")) << i;
  }
  EXPECT_FALSE(table->has(LookupType::kHost, "host-" + std::to_string(count) + ".example"));
}

TEST_F(MapFile, RefusesWhatIsNoFile) {
  Diagnostics faults;
  EXPECT_EQ(load_map(folder_.path("gone.txt"), MapKind::kHosts, faults), nullptr);
  EXPECT_EQ(load_map(folder_.path("."), MapKind::kHosts, faults), nullptr);
  EXPECT_EQ(load_map("/dev/zero", MapKind::kHosts, faults), nullptr);
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0].message, "cannot be opened: No such file or directory");
  EXPECT_EQ(faults[2].message, "is no regular file");
}

TEST_F(MapFile, TheDigestIsThatOfTheBytes) {
  const std::string one = load("one.example\n")->digest();
  EXPECT_EQ(one.size(), 16U);
  EXPECT_EQ(load("one.example\n")->digest(), one);
  EXPECT_NE(load("two.example\n")->digest(), one);
  EXPECT_NE(load("one.example\n#\n")->digest(), one);
}

}  // namespace
}  // namespace sluice::rules
