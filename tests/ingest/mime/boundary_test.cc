// Claim:  a line is a delimiter exactly if RFC 2046 section 5.1.1 says so.
// Oracle: cases written by hand.

#include "ingest/mime/boundary.h"

#include <string>

#include <gtest/gtest.h>

namespace sluice::mime {
namespace {

TEST(Boundaries, FindTheInnermostThatMatches) {
  Boundaries open;
  open.push("outer");
  open.push("inner");
  open.push("outer");
  EXPECT_EQ(open.match("--inner"), (Delimiter{.level = 1, .closing = false}));
  EXPECT_EQ(open.match("--inner--"), (Delimiter{.level = 1, .closing = true}));
  EXPECT_EQ(open.match("--outer \t"), (Delimiter{.level = 2, .closing = false}));
  open.keep(1);
  EXPECT_EQ(open.match("--outer-- "), (Delimiter{.level = 0, .closing = true}));
  EXPECT_EQ(open.match("--inner"), std::nullopt);
}

TEST(Boundaries, RefuseWhatOnlyLooksLikeOne) {
  Boundaries open;
  open.push("b");
  for (const char* line :
       {"", "-", "--", "b", "-b", " --b", "x--b", "--bb", "--b-", "--b--x", "--B", "---b"}) {
    EXPECT_EQ(open.match(line), std::nullopt) << line;
  }
  EXPECT_EQ(open.match("--" + std::string(1000, 'b')), std::nullopt);
}

TEST(Boundaries, MayEndWithDashesThemselves) {
  Boundaries open;
  open.push("b");
  open.push("b--");
  EXPECT_EQ(open.match("--b--"), (Delimiter{.level = 1, .closing = false}));
  EXPECT_EQ(open.match("--b----"), (Delimiter{.level = 1, .closing = true}));
}

}  // namespace
}  // namespace sluice::mime
