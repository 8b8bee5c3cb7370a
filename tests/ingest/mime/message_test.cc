// Claim:  read_message gives parts, texts and body as the formats say; text that was not encoded is
//         not copied; any mail is read, and every view lies in the message or in the arena. Its
//         structure can be read without them.
// Oracle: cases written by hand; for real mail, the invariants in message_views.h.
// Not covered: what HTML looks like to a reader (render_test.cc) and URLs (url_test.cc).

#include "ingest/mime/message.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "ingest/mime/byte_scan.h"
#include "tests/support/message_views.h"
#include "tests/support/shared_data.h"

namespace sluice::mime {
namespace {

const std::string kHead = "From: a@b.test\r\nDate: Tue, 1 Jan 2030 00:00:00 +0000\r\n";

struct Reading {
  explicit Reading(std::string bytes) : raw(std::move(bytes)), message(read_message(raw, arena)) {}

  std::string raw;
  Arena arena;
  Message message;
};

TEST(Message, ReadsSubjectAndTexts) {
  const Reading got(kHead +
                    "Subject: =?utf-8?q?caf=C3=A9?=\r\n  for two\r\n"
                    "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
                    "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\nna=EFve   text\r\n"
                    "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                    "PHA+aGVsbG88L3A+\r\n--b--\r\n");
  ASSERT_EQ(got.message.parts.size(), 3U);
  EXPECT_EQ(got.message.parts[1].text_kind, TextKind::kPlain);
  EXPECT_EQ(got.message.parts[1].text, "na\xc3\xafve   text");
  EXPECT_EQ(got.message.parts[2].text_kind, TextKind::kHtml);
  EXPECT_EQ(got.message.parts[2].text, "<p>hello</p>");
  EXPECT_EQ(got.message.body, "caf\xc3\xa9 for two\nna\xc3\xafve text\nhello\n");
  EXPECT_TRUE(got.message.defects.empty());
}

TEST(Message, DoesNotCopyTextThatWasNotEncoded) {
  const Reading got(kHead +
                    "Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xc3\xa9, plain\r\n");
  const Part& part = got.message.parts[0];
  EXPECT_EQ(part.text.data(), part.header.body.data());
  EXPECT_EQ(part.text, "caf\xc3\xa9, plain\r\n");
  EXPECT_EQ(got.arena.copied(), 0U);

  Arena second;
  EXPECT_EQ(decode_part(part, second).data(), part.header.body.data());
  EXPECT_EQ(field_text(part.header.fields[0], second), "a@b.test");
  EXPECT_EQ(second.used(), 0U);
}

TEST(Message, DecodesPartsOnDemand) {
  const Reading got(
      kHead + "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n");
  EXPECT_EQ(got.message.parts[0].text_kind, TextKind::kNone);
  Arena arena;
  EXPECT_EQ(decode_part(got.message.parts[0], arena), std::string_view("\0\1\2", 3));
}

TEST(Message, ReadsHtmlAttachmentsButNotIntoTheBody) {
  for (const char* name : {"a.html", "a.HTM", "a.xhtml", "a.svg"}) {
    const Reading got(kHead + "Content-Type: application/octet-stream\r\n" +
                      "Content-Disposition: attachment; filename=" + name +
                      "\r\n\r\n<p><a href=http://x.example/>hello</a>");
    const Part& part = got.message.parts[0];
    EXPECT_EQ(part.text_kind, TextKind::kHtml) << name;
    EXPECT_EQ(part.rendered.substr(0, 5), "hello") << name;
    EXPECT_EQ(got.message.urls.size(), 1U) << name;
    EXPECT_EQ(got.message.body, "") << name;
  }
}

TEST(Message, ReadsAttachedTextsIntoTheBody) {
  const Reading got(kHead +
                    "Content-Type: multipart/report; boundary=b\r\n\r\n"
                    "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\none\r\n"
                    "--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.0.0\r\n"
                    "--b--\r\n");
  EXPECT_EQ(got.message.body, "one\nStatus: 5.0.0\n");
}

TEST(Message, BelievesAByteOrderMarkBeforeTheLabel) {
  const Reading utf8(kHead + "Content-Type: text/plain\r\n\r\n\xef\xbb\xbf" + "a");
  EXPECT_EQ(utf8.message.parts[0].text, "a");
  const Reading utf16(kHead + "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
                      std::string("\xff\xfe\xe9\0", 4));
  EXPECT_EQ(utf16.message.parts[0].text, "\xc3\xa9");
}

TEST(Message, BelievesAMetaElementWithoutALabel) {
  const std::string html =
      "<!-- <meta charset=koi8-r> --><META http-equiv=x content=\"text/html; charset=Shift_JIS\">"
      "\x83\x65";
  const std::string type = kHead + "Content-Type: text/html";
  EXPECT_EQ(Reading(type + "\r\n\r\n" + html).message.body, "\xe3\x83\x86\n");
  EXPECT_NE(Reading(type + "; charset=koi8-r\r\n\r\n" + html).message.body, "\xe3\x83\x86\n");
  const Reading late(type + "\r\n\r\n" + std::string(1024, ' ') + html);
  EXPECT_NE(late.message.body, "\xe3\x83\x86\n");
}

TEST(Message, ReadsAMultipartWithoutBoundaryAsText) {
  const Reading got(kHead + "Content-Type: multipart/mixed\r\n\r\nhello\r\n");
  EXPECT_EQ(got.message.body, "hello\n");
}

TEST(Message, FindsUrlsInFieldsAndTexts) {
  const Reading got(kHead +
                    "List-Unsubscribe: <https://a.example/x>\r\n\r\nsee https://b.example/y\r\n");
  ASSERT_EQ(got.message.urls.size(), 2U);
  EXPECT_EQ(got.message.urls_found, 2U);
  EXPECT_EQ(got.message.urls[0].source, UrlSource::kHeader);
  EXPECT_EQ(got.message.urls[0].host, "a.example");
  EXPECT_EQ(got.message.urls[1].source, UrlSource::kText);
}

TEST(Message, NamesOddBytes) {
  EXPECT_TRUE(Reading(kHead + "\r\na\r\n").message.defects.empty());
  EXPECT_TRUE(Reading(kHead + "\r\na\n").message.defects.has(Defect::kBareLf));
  EXPECT_TRUE(Reading(kHead + "\r\na\rb").message.defects.has(Defect::kBareCr));
  EXPECT_TRUE(Reading(kHead + "\r\n" + '\0').message.defects.has(Defect::kNulByte));
}

TEST(Message, ReadsItsStructureAlone) {
  const std::string raw = kHead +
                          "Subject: http://a.test/\r\nContent-Type: multipart/mixed; boundary=b\r\n"
                          "\r\n--b\r\nContent-Type: text/html\r\n\r\n<form>hi</form>\r\n"
                          "--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n";
  Arena arena;
  const Message all = read_message(raw, arena);
  const Message got = read_message(raw, arena, Extent::kStructure);
  ASSERT_EQ(got.parts.size(), all.parts.size());
  for (std::size_t i = 0; i < got.parts.size(); ++i) {
    EXPECT_EQ(got.parts[i].text_kind, all.parts[i].text_kind);
    EXPECT_EQ(got.parts[i].header.body, all.parts[i].header.body);
    EXPECT_TRUE(got.parts[i].text.empty());
  }
  EXPECT_TRUE(got.body.empty());
  EXPECT_TRUE(got.urls.empty());
  EXPECT_TRUE(all.defects.has(Defect::kHtmlForm));
  EXPECT_FALSE(got.defects.has(Defect::kHtmlForm));
}

TEST(Message, StopsAtItsLimits) {
  const std::string plain = kHead + "Content-Type: text/plain\r\n\r\n";
  const Reading text(plain + std::string(limits::kDecodedTextBytesMax + 1, 'a'));
  EXPECT_TRUE(text.message.defects.has(Defect::kLimitTextBytes));
  EXPECT_EQ(text.message.parts[0].text.size(), limits::kDecodedTextBytesMax);

  const Reading bytes(kHead + "Content-Type: a/b\r\n\r\n" +
                      std::string(limits::kMessageBytesMax, 'a'));
  EXPECT_TRUE(bytes.message.defects.has(Defect::kLimitMessageBytes));
  EXPECT_EQ(bytes.message.raw.size(), limits::kMessageBytesMax);
}

TEST(Message, ReadsAllMailThatWeHave) {
  for (const char* folder : {"mail", "suites/mime"}) {
    const auto found = test::shared_data(folder);
    if (!found) GTEST_SKIP() << test::kNoSharedData;
    Arena arena;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*found)) {
      if (!entry.is_regular_file()) continue;
      const std::string raw = test::read_file(entry.path());
      arena.reset();
      const Message message = read_message(raw, arena);
      EXPECT_EQ(test::stray_view(message), "") << entry.path();
      ++files;
    }
    EXPECT_GT(files, 100U) << folder;
  }
}

}  // namespace
}  // namespace sluice::mime
