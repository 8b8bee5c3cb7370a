// Claim:  the tree of parts is the one of RFC 2046, each body ends where its delimiter begins, and
//         what breaks the rules is named.
// Oracle: cases written by hand.

#include "ingest/mime/part_tree.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::mime {
namespace {

struct Tree {
  explicit Tree(std::string bytes)
      : raw(std::move(bytes)), parts(read_parts(raw, arena, defects)) {}

  // "multipart/mixed[text/plain text/html]", from the parts' parents.
  [[nodiscard]] std::string shape() const {
    std::string out;
    std::size_t depth = 0;
    for (const Part& part : parts) {
      for (; depth > part.depth; --depth) out += ']';
      if (part.depth > depth) out += '[';
      if (!out.empty() && out.back() != '[') out += ' ';
      depth = part.depth;
      out += std::string(part.media.type) + '/' + std::string(part.media.subtype);
    }
    out.append(depth, ']');
    return out;
  }

  std::string raw;
  Arena arena;
  DefectSet defects;
  std::pmr::vector<Part> parts;
};

TEST(PartTree, OfAPlainMessageIsOnePart) {
  const Tree tree("Subject: x\r\n\r\nbody\r\n--not a delimiter\r\n");
  EXPECT_EQ(tree.shape(), "text/plain");
  EXPECT_EQ(tree.parts[0].parent, Part::kNoParent);
  EXPECT_EQ(tree.parts[0].header.body, "body\r\n--not a delimiter\r\n");
  EXPECT_TRUE(tree.defects.empty());
}

TEST(PartTree, OfNothingIsOnePart) {
  EXPECT_EQ(Tree("").shape(), "text/plain");
}

TEST(PartTree, CutsMultipartsAndTheMessagesInThem) {
  const Tree tree(
      "Content-Type: multipart/mixed; boundary=out\r\n\r\npreamble\r\n"
      "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
      "--in\r\n\r\none\r\n--in\r\nContent-Type: text/html\r\n\r\ntwo\r\n--in--\r\nepilogue\r\n"
      "--out\r\nContent-Type: message/rfc822\r\n\r\n"
      "Subject: inside\r\nContent-Type: text/html\r\n\r\nthree\r\n"
      "--out--\r\nend\r\n");
  EXPECT_EQ(
      tree.shape(),
      "multipart/mixed[multipart/alternative[text/plain text/html] message/rfc822[text/html]]");
  EXPECT_EQ(tree.parts[2].header.body, "one");
  EXPECT_EQ(tree.parts[3].header.body, "two");
  EXPECT_EQ(tree.parts[3].parent, 1);
  EXPECT_EQ(tree.parts[4].parent, 0);
  EXPECT_EQ(tree.parts[5].parent, 4);
  EXPECT_EQ(tree.parts[5].header.fields[0].value, " inside");
  EXPECT_EQ(tree.parts[5].header.body, "three");
  EXPECT_TRUE(tree.defects.empty());
}

TEST(PartTree, ADigestHoldsMessages) {
  const Tree tree(
      "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: "
      "a\r\n\r\nx\r\n--b--\r\n");
  EXPECT_EQ(tree.shape(), "multipart/digest[message/rfc822[text/plain]]");
}

TEST(PartTree, AnOuterDelimiterEndsTheInnerParts) {
  const Tree tree(
      "Content-Type: multipart/mixed; boundary=out\n\n--out\n"
      "Content-Type: multipart/mixed; boundary=in\n\n--in\n\none\n--out\n\ntwo\n--out--\n");
  EXPECT_EQ(tree.shape(), "multipart/mixed[multipart/mixed[text/plain] text/plain]");
  EXPECT_EQ(tree.parts[2].header.body, "one");
  EXPECT_EQ(tree.parts[3].header.body, "two");
  EXPECT_TRUE(tree.defects.has(Defect::kUnclosedMultipart));
}

TEST(PartTree, ADelimiterEndsAHeaderSection) {
  const Tree tree(
      "Content-Type: multipart/mixed; boundary=\"b: c\"\n\n--b: c\nA: b\n--b: c\n\ntwo\n--b: "
      "c--\n");
  EXPECT_EQ(tree.shape(), "multipart/mixed[text/plain text/plain]");
  EXPECT_EQ(tree.parts[1].header.body, "");
  EXPECT_TRUE(tree.defects.has(Defect::kNoBlankLine));
}

TEST(PartTree, ADelimiterBeginsItsLine) {
  const Tree tree(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx --b\n --b\n--bb\n>--b\n--b--\n");
  EXPECT_EQ(tree.shape(), "multipart/mixed[text/plain]");
  EXPECT_EQ(tree.parts[1].header.body, "x --b\n --b\n--bb\n>--b");
}

struct Case {
  Defect defect;
  std::string raw;
};

TEST(PartTree, NamesWhatIsOdd) {
  const std::string multipart = "Content-Type: multipart/mixed; boundary=b\n";
  const Case cases[] = {
      {Defect::kMissingBoundary, "Content-Type: multipart/mixed\n\nx"},
      {Defect::kEmptyMultipart, multipart + "\nx"},
      {Defect::kEmptyMultipart, multipart + "\n--b--\n"},
      {Defect::kUnclosedMultipart, multipart + "\n--b\n\nx"},
      {Defect::kEncodedMultipart,
       multipart + "Content-Transfer-Encoding: base64\n\n--b\n\nx\n--b--\n"},
      {Defect::kEightBitHeader, "Subject: caf\xe9\n\nx"},
  };
  for (const Case& wanted : cases) {
    EXPECT_TRUE(Tree(wanted.raw).defects.has(wanted.defect)) << defect_name(wanted.defect);
  }
  EXPECT_FALSE(Tree("Subject: caf\xc3\xa9\n\n\xe9").defects.has(Defect::kEightBitHeader));
}

TEST(PartTree, StopsAtTheLargestDepth) {
  std::string raw;
  for (std::size_t i = 0; i <= limits::kMimeDepthMax; ++i) {
    raw += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
           std::to_string(i) + "\n";
  }
  const Tree tree(raw);
  EXPECT_EQ(tree.parts.size(), limits::kMimeDepthMax + 1);
  EXPECT_EQ(tree.parts.back().depth, limits::kMimeDepthMax);
  EXPECT_TRUE(tree.defects.has(Defect::kLimitMimeDepth));

  std::string chain;
  for (std::size_t i = 0; i < 100; ++i) chain += "Content-Type: message/rfc822\n\n";
  const Tree messages(chain);
  EXPECT_LE(messages.parts.back().depth, limits::kMimeDepthMax + 1);
  EXPECT_TRUE(messages.defects.has(Defect::kLimitMimeDepth));
}

TEST(PartTree, StopsAtTheLargestCount) {
  std::string raw = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (std::size_t i = 0; i <= limits::kMimePartsMax; ++i) raw += "--b\n\n";
  const Tree tree(raw);
  EXPECT_EQ(tree.parts.size(), limits::kMimePartsMax);
  EXPECT_TRUE(tree.defects.has(Defect::kLimitMimeParts));
}

}  // namespace
}  // namespace sluice::mime
