// Claim:  Content-Type, Content-Disposition and Content-Transfer-Encoding are read as RFC 2045,
//         2183 and 2231 say, and what breaks them is named.
// Oracle: the examples of RFC 2231 sections 3 and 4; cases written by hand.

#include "ingest/mime/media_type.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::mime {
namespace {

struct Fixture {
  explicit Fixture(std::string fields) : raw(std::move(fields)), header(split_headers(raw, arena)) {
    media = read_media_type(header, false, arena, defects);
  }

  [[nodiscard]] std::string parameter(std::string_view name) const {
    for (const MediaParameter& parameter : media.parameters) {
      if (parameter.name == name) return std::string(parameter.value);
    }
    return "(none)";
  }

  std::string raw;
  Arena arena;
  HeaderList header;
  DefectSet defects;
  MediaType media;
};

Fixture typed(const std::string& value) {
  return Fixture("Content-Type: " + value + "\r\n\r\n");
}

TEST(MediaType, IsTextPlainByDefault) {
  const Fixture got("Subject: x\r\n\r\n");
  EXPECT_EQ(got.media.type, "text");
  EXPECT_EQ(got.media.subtype, "plain");
  EXPECT_TRUE(got.defects.empty());
}

TEST(MediaType, ReadsTypeAndParameters) {
  const Fixture got =
      typed("Text/HTML (a comment); Charset=\"utf-8\" (b); x = y; boundary=\"a;\\\"b\"");
  EXPECT_EQ(got.media.type, "text");
  EXPECT_EQ(got.media.subtype, "html");
  EXPECT_EQ(got.media.charset, "utf-8");
  EXPECT_EQ(got.parameter("x"), "y");
  EXPECT_EQ(got.media.boundary, "a;\"b");
}

TEST(MediaType, JoinsAndDecodesRfc2231) {
  EXPECT_EQ(typed("message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n"
                  " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"")
                .parameter("url"),
            "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar");
  EXPECT_EQ(typed("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A")
                .parameter("title"),
            "This is ***fun***");
  EXPECT_EQ(typed("application/x-stuff\r\n ;title*1*=us-ascii'en'a\r\n ;title*0*=utf-8''caf%C3%A9"
                  "%20\r\n ;title*2=\"isn't it!\"")
                .parameter("title"),
            "caf\xc3\xa9 us-ascii'en'aisn't it!");
}

TEST(MediaType, TakesTheNameFromTheDispositionFirst) {
  const Fixture got(
      "Content-Type: image/png; name=a.png\r\n"
      "Content-Disposition: ATTACHMENT; filename=\"=?utf-8?q?caf=C3=A9?=.png\"\r\n\r\n");
  EXPECT_TRUE(got.media.attachment);
  EXPECT_EQ(got.media.name, "caf\xc3\xa9.png");
  EXPECT_EQ(typed("image/png; name=a.png").media.name, "a.png");
}

TEST(MediaType, NamesWhatIsNoContentType) {
  for (const char* value :
       {"text", "", "/", "text/", "/html", "te xt/html", "text/html; charset", "text/html; \"a\"=b",
        "text/html junk", "text/html; a=\"open", "text/html; a=b c"}) {
    EXPECT_TRUE(typed(value).defects.has(Defect::kBadContentType)) << value;
  }
  EXPECT_EQ(typed("text").media.subtype, "plain");
}

TEST(MediaType, NamesRepetition) {
  const Fixture fields("Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\n");
  EXPECT_EQ(fields.media.subtype, "html");
  EXPECT_TRUE(fields.defects.has(Defect::kRepeatedContentType));

  const Fixture parameters = typed("text/html; charset=a; charset=b");
  EXPECT_EQ(parameters.media.charset, "a");
  EXPECT_TRUE(parameters.defects.has(Defect::kRepeatedParameter));
}

TEST(MediaType, NamesBoundariesThatAreNotAllowed) {
  EXPECT_FALSE(
      typed("multipart/mixed; boundary=\"a'()+_,-./:=? b\"").defects.has(Defect::kBadBoundary));
  EXPECT_TRUE(typed("multipart/mixed; boundary=\"a \"").defects.has(Defect::kBadBoundary));
  EXPECT_TRUE(typed("multipart/mixed; boundary=\"a<b\"").defects.has(Defect::kBadBoundary));
  const Fixture longest = typed("multipart/mixed; boundary=" + std::string(71, 'a'));
  EXPECT_TRUE(longest.defects.has(Defect::kBadBoundary));
  EXPECT_FALSE(longest.defects.has(Defect::kLimitBoundaryBytes));
  EXPECT_TRUE(typed("multipart/mixed; boundary=" + std::string(257, 'a'))
                  .defects.has(Defect::kLimitBoundaryBytes));
}

TEST(MediaType, StopsAtItsLimits) {
  std::string value = "text/plain";
  for (std::size_t i = 0; i <= limits::kMediaParametersMax; ++i)
    value += "; a" + std::to_string(i) + "=b";
  const Fixture many = typed(value);
  EXPECT_EQ(many.media.parameters.size(), limits::kMediaParametersMax);
  EXPECT_TRUE(many.defects.has(Defect::kLimitParameters));

  value = "text/plain";
  for (std::size_t i = 0; i <= limits::kParameterPiecesMax; ++i)
    value += "; a*" + std::to_string(i) + "=b";
  const Fixture pieces = typed(value);
  EXPECT_EQ(pieces.parameter("a"), std::string(limits::kParameterPiecesMax, 'b'));
  EXPECT_TRUE(pieces.defects.has(Defect::kLimitParameters));
}

TEST(TransferEncoding, IsOneOfThree) {
  const auto read = [](const std::string& fields) {
    const Fixture fixture(fields + "\r\n\r\n");
    DefectSet defects;
    const TransferEncoding encoding = read_transfer_encoding(fixture.header, defects);
    return std::pair(encoding, defects.has(Defect::kBadTransferEncoding));
  };
  EXPECT_EQ(read("A: b"), std::pair(TransferEncoding::kNone, false));
  EXPECT_EQ(read("Content-Transfer-Encoding: 7BIT"), std::pair(TransferEncoding::kNone, false));
  EXPECT_EQ(read("Content-Transfer-Encoding: Base64 (c)"),
            std::pair(TransferEncoding::kBase64, false));
  EXPECT_EQ(read("Content-Transfer-Encoding: quoted-printable"),
            std::pair(TransferEncoding::kQuotedPrintable, false));
  EXPECT_EQ(read("Content-Transfer-Encoding: x-uuencode"),
            std::pair(TransferEncoding::kUnknown, true));
  EXPECT_EQ(read("Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit"),
            std::pair(TransferEncoding::kBase64, true));
}

}  // namespace
}  // namespace sluice::mime
