// Claim:   each view shows the text it is named for, in units that matches may not leave; texts
//          given for a test stand in for those of the body; offsets find their unit.
// Oracle:  by hand.

#include "rules/text_view.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using testing::ElementsAre;

constexpr std::string_view kRaw =
    "From: Ann <a@b.example>\n"
    "Subject: first\n"
    "Subject: last\n"
    "\n"
    "One\n"
    "paragraph\n"
    "\n"
    "http://www.example.com/x\n";

class TextViewTest : public testing::Test {
 protected:
  TextViewTest() { mail_.read(kRaw, "c@d.example"); }

  std::vector<std::string> units(const ViewKey& key, const GivenTexts* given = nullptr) {
    read_view(key, mail_, given, text_);
    std::vector<std::string> out;
    for (const Unit& unit : text_.units) out.emplace_back(text_.text(unit));
    return out;
  }

  // Between two units, or behind the last, there is a newline in the block.
  void expect_separated() const {
    for (const Unit& unit : text_.units) {
      const bool inside = text_.text(unit).ends_with('\n');
      EXPECT_TRUE(inside || (unit.to < text_.block.size() && text_.block[unit.to] == '\n'));
    }
  }

  MailSettings settings_;
  Mail mail_{settings_};
  ViewText text_;
};

TEST_F(TextViewTest, HeadersAreOneUnit) {
  EXPECT_THAT(units({.kind = RuleKind::kHeader, .selector = {"from", ":addr"}}),
              ElementsAre("a@b.example"));
  EXPECT_THAT(units({.kind = RuleKind::kHeader, .selector = {"subject", ""}}),
              ElementsAre("first\nlast\n"));
  EXPECT_THAT(units({.kind = RuleKind::kHeader, .selector = {"x-none", ""}}), ElementsAre());
}

TEST_F(TextViewTest, TheBodyBeginsWithTheLastSubject) {
  EXPECT_THAT(units({.kind = RuleKind::kBody}),
              ElementsAre("last\n", "One paragraph\n", "http://www.example.com/x "));
  expect_separated();
}

TEST_F(TextViewTest, RawbodyAndFullAreAsTheyCame) {
  EXPECT_THAT(units({.kind = RuleKind::kRawBody}),
              ElementsAre("One\nparagraph\n\nhttp://www.example.com/x\n"));
  EXPECT_THAT(units({.kind = RuleKind::kFull}), ElementsAre(std::string(kRaw)));
}

TEST_F(TextViewTest, EachLinkIsAUnit) {
  EXPECT_THAT(units({.kind = RuleKind::kUri}), ElementsAre("http://www.example.com/x"));
  expect_separated();
}

TEST_F(TextViewTest, AMimeheaderViewHasAUnitForEachPart) {
  EXPECT_THAT(
      units({.kind = RuleKind::kMimeHeader, .selector = {"content-type", ""}, .if_unset = "none"}),
      ElementsAre("none"));
}

TEST_F(TextViewTest, GivenTextsStandInForTheBodyAndNotForTheHeader) {
  const GivenTexts given{
      .body = {"a\n", "b"}, .rawbody = {"<p>\nx"}, .uris = {"u:1", "u:2"}, .full = "all"};
  EXPECT_THAT(units({.kind = RuleKind::kBody}, &given), ElementsAre("last\n", "a\n", "b"));
  expect_separated();
  EXPECT_THAT(units({.kind = RuleKind::kRawBody}, &given), ElementsAre("<p>\nx"));
  EXPECT_THAT(units({.kind = RuleKind::kUri}, &given), ElementsAre("u:1", "u:2"));
  expect_separated();
  EXPECT_THAT(units({.kind = RuleKind::kFull}, &given), ElementsAre("all"));
  EXPECT_THAT(units({.kind = RuleKind::kHeader, .selector = {"from", ":name"}}, &given),
              ElementsAre("Ann"));
}

TEST_F(TextViewTest, ViewsAreNamedAsRulesNameThem) {
  EXPECT_EQ(view_name({.kind = RuleKind::kHeader, .selector = {"from", ":addr"}}),
            "header from:addr");
  EXPECT_EQ(view_name({.kind = RuleKind::kUri}), "uri");
  EXPECT_EQ(
      view_name(
          {.kind = RuleKind::kMimeHeader, .selector = {"content-type", ""}, .parts = " range=1-2"}),
      "mimeheader content-type range=1-2");
}

TEST_F(TextViewTest, RulesOfOneTextShareAView) {
  RuleText one{.name = "A", .kind = RuleKind::kHeader, .selector = {"from", ""}};
  RuleText other{.name = "B", .kind = RuleKind::kHeader, .selector = {"from", ""}, .if_unset = "x"};
  EXPECT_EQ(view_of(one), view_of(other));
  one.kind = other.kind = RuleKind::kMimeHeader;
  EXPECT_NE(view_of(one), view_of(other));
}

TEST(UnitFinder, FindsTheUnitOfAnOffsetInAnyOrder) {
  const ViewText text{.block = "ab\ncd\n\nef", .units = {{0, 2}, {3, 5}, {6, 6}, {7, 9}}};
  UnitFinder finder(text);
  std::vector<std::size_t> found;
  for (const std::size_t offset : {0U, 1U, 2U, 3U, 5U, 8U, 4U, 0U, 7U}) {
    found.push_back(finder.holding(offset));
  }
  EXPECT_THAT(found, ElementsAre(0, 0, 0, 1, 1, 3, 1, 0, 3));
}

}  // namespace
}  // namespace sluice::rules
