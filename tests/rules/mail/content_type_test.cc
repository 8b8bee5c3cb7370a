// Claim:   a Content-Type is read as SpamAssassin reads it.
// Oracle:  parse_content_type() of its Util 4.0.1 on the same values.

#include "rules/mail/content_type.h"

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

class ContentTypes : public testing::Test {
 protected:
  ContentType read(std::string_view value) { return read_content_type(value, arena_); }

  Arena arena_;
};

TEST_F(ContentTypes, ReadTypeAndParameters) {
  const ContentType type = read("Text/HTML; charset=\"UTF-8\"; name='a b.html'");
  EXPECT_EQ(type.type, "text/html");
  EXPECT_EQ(type.charset, "UTF-8");
  EXPECT_EQ(type.name, "a b.html");
  EXPECT_FALSE(type.boundary);
  EXPECT_FALSE(type.missing);
}

TEST_F(ContentTypes, AreTextPlainWithout) {
  const ContentType type = read("");
  EXPECT_EQ(type.type, "text/plain");
  EXPECT_EQ(type.charset, "us-ascii");
  EXPECT_TRUE(type.missing);
  EXPECT_TRUE(read("0").missing);
}

TEST_F(ContentTypes, AreTextPlainForMostText) {
  EXPECT_EQ(read("text").type, "text/plain");
  EXPECT_EQ(read("text/enriched").type, "text/plain");
  EXPECT_EQ(read("text/calendar").type, "text/calendar");
  EXPECT_EQ(read("textile/x").type, "textile/x");
  EXPECT_EQ(read("text/html (comment)").type, "text/html");
}

TEST_F(ContentTypes, LoseUnfitBytes) {
  EXPECT_EQ(read("multipart / mixed").type, "multipart/");
  EXPECT_EQ(read("\"Image/PNG\"").type, "image/png");
  EXPECT_EQ(read("???").type, "");
}

TEST_F(ContentTypes, ReadBoundaries) {
  EXPECT_EQ(read("multipart/mixed; boundary=abc").boundary, "abc");
  EXPECT_EQ(read("multipart/mixed; Boundary = \"a b;c\"; x").boundary, "a b;c");
  EXPECT_EQ(read("multipart/mixed; boundary=\"open").boundary, "open");
  EXPECT_EQ(read("multipart/mixed; xboundary=a").boundary, std::nullopt);
  EXPECT_EQ(read("multipart/mixed; boundary=\"\"; boundary=b").boundary, "b");
  EXPECT_EQ(read("multipart/mixed; boundary=a\"b").boundary, std::nullopt);
}

TEST_F(ContentTypes, JoinContinuedNames) {
  EXPECT_EQ(read("image/png; name*1=b.png; name*0=\"a\"").name, "ab.png");
  EXPECT_EQ(read("image/png; name*1=b.png").name, "");
  EXPECT_EQ(read("image/png; filename=x; name=y").name, "x");
}

TEST(DispositionName, EndsAtQuoteOrSemicolon) {
  EXPECT_EQ(disposition_name("attachment; filename=\"a b.pdf\"; size=1"), "a b.pdf");
  EXPECT_EQ(disposition_name("attachment; filename= x.pdf;"), "x.pdf");
  EXPECT_EQ(disposition_name("attachment; filename="), "");
  EXPECT_EQ(disposition_name("inline"), "");
}

}  // namespace
}  // namespace sluice::rules
