// Claim:   a Mail reads a whole message as SpamAssassin does: header, parts, texts, get().
// Oracle:  Mail::SpamAssassin 4.0.1 on the same messages; each case was put to it.

#include "rules/mail/mail.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/mail/html_facts.h"

namespace sluice::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MailTest : public testing::Test {
 protected:
  MailTest() { settings_.tlds = {"example", "com"}; }

  Mail& read(std::string raw, std::string_view mail_from = {}) {
    raw_ = std::move(raw);
    mail_ = std::make_unique<Mail>(settings_);
    mail_->read(raw_, mail_from);
    return *mail_;
  }

  static std::vector<std::string> texts(const TextUnits& units) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < units.units.size(); ++i) all.emplace_back(units.text(i));
    return all;
  }

  static std::vector<std::string> types(Mail& mail) {
    std::vector<std::string> all;
    for (const MailPart& part : mail.tree()) all.emplace_back(part.type);
    return all;
  }

  MailSettings settings_;
  std::string raw_;
  std::unique_ptr<Mail> mail_;
};

// ---- header

TEST_F(MailTest, TakesAnMboxSeparatorOff) {
  Mail& mail = read("From joe Mon\nTo: a@x.example\n\nHi\n");
  EXPECT_EQ(mail.mbox_separator(), "From joe Mon\n");
  EXPECT_EQ(mail.pristine(), "To: a@x.example\n\nHi\n");
  EXPECT_EQ(read("From : x\n\n").mbox_separator(), "");
  EXPECT_EQ(read("From  : x\n\n").mbox_separator(), "From  : x\n");
}

TEST_F(MailTest, ReadsCrlfAsLf) {
  Mail& mail = read("A: b\r\n c\r\n\r\nHi\r\nyou\r\n");
  EXPECT_EQ(mail.get("A", ":raw"), " b\n c\n");
  EXPECT_EQ(mail.pristine_header(), "A: b\r\n c\r\n\r\n");
  EXPECT_EQ(mail.tree().front().raw, "Hi\nyou\n");
}

TEST_F(MailTest, EndsTheHeaderAtTheFourthOddLine) {
  Mail& mail = read("A: b\nodd 1\nodd 2\nodd 3\nodd 4\nB: c\n\n");
  EXPECT_EQ(mail.get("ALL", ""), "A: b\n");
  EXPECT_EQ(mail.pristine_body(), "odd 4\nB: c\n\n");
  EXPECT_TRUE(mail.flags().missing_head_body_separator);
}

TEST_F(MailTest, EndsTheHeaderAtDashes) {
  Mail& mail = read("A: b\n--x\nText\n");
  EXPECT_EQ(mail.pristine_body(), "--x\nText\n");
  EXPECT_TRUE(mail.flags().missing_head_body_separator);
}

TEST_F(MailTest, CutsLongNamesAndValues) {
  Mail& mail = read(std::string(300, 'n') + ": " + std::string(9000, 'v') + "\n\n");
  const MailField& field = mail.tree().front().fields.front();
  EXPECT_EQ(field.name.size(), 256U);
  EXPECT_EQ(field.raw.size(), 8192U);
  EXPECT_TRUE(mail.flags().truncated_header);
}

TEST_F(MailTest, CutsAllAtSixtyFourKilobytes) {
  std::string raw;
  for (int i = 0; i < 20; ++i) raw += "A: " + std::string(4000, 'a') + "\n";
  Mail& mail = read(raw + "B: c\n\n");
  EXPECT_EQ(mail.get("ALL", "")->size(), 16U * 4004U);
  EXPECT_TRUE(mail.flags().truncated_header);
}

TEST_F(MailTest, GetsFieldsDecodedOrRaw) {
  Mail& mail = read("Subject: =?utf-8?q?a?=\nsubject: b\n c\n\n");
  EXPECT_EQ(mail.get("Subject", ""), "a\nb c\n");
  EXPECT_EQ(mail.get("Subject", ":raw"), " =?utf-8?q?a?=\n b\n c\n");
  EXPECT_EQ(mail.get("Subject", ":first"), "a\n");
  EXPECT_EQ(mail.get("Subject", ":last"), "b c\n");
  EXPECT_EQ(mail.last_field("SUBJECT"), "b c\n");
  EXPECT_EQ(mail.get("X-None", ""), std::nullopt);
  EXPECT_EQ(mail.get("ALL", ""), "Subject: a\nsubject: b c\n");
  EXPECT_EQ(mail.get("ALL", ":raw"), "Subject: =?utf-8?q?a?=\nsubject: b\n c\n");
}

TEST_F(MailTest, GetsAddressesAndNames) {
  Mail& mail = read("To: \"'Ann B'\" <ann@x.example>, bob@y.example (Bob)\nCc: c@z.example\n\n");
  EXPECT_THAT(mail.get_all("To", ":addr"), ElementsAre("ann@x.example", "bob@y.example"));
  EXPECT_EQ(mail.get("To", ":addr"), "ann@x.example\nbob@y.example");
  EXPECT_EQ(mail.get_first("To", ":addr"), "ann@x.example");
  EXPECT_THAT(mail.get_all("To", ":name"), ElementsAre("Ann B", "Bob"));
  EXPECT_THAT(mail.get_all("To", ":addr:host"), ElementsAre("x.example", "y.example"));
  EXPECT_THAT(mail.get_all("ToCc", ":addr"),
              ElementsAre("ann@x.example", "bob@y.example", "c@z.example"));
}

TEST_F(MailTest, GetsHostsAndIps) {
  Mail& mail = read(
      "X: see mail.a.example, or 192.0.2.7.\nY: [192.0.2.7]\nZ: u@v.w.example\n"
      "V: 2001:db8::1\n\n");
  EXPECT_EQ(mail.get("X", ":host"), "mail.a.example");
  EXPECT_EQ(mail.get("X", ":ip"), std::nullopt);
  EXPECT_EQ(mail.get("Y", ":ip"), "192.0.2.7");
  EXPECT_EQ(mail.get("Y", ":revip"), "7.2.0.192");
  EXPECT_EQ(mail.get("Z", ":host"), "v.w.example");
  EXPECT_EQ(mail.get("Z", ":domain"), "w.example");
  EXPECT_EQ(mail.get("V", ":revip"),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
}

TEST_F(MailTest, GetsMessageIdsInTheirOrder) {
  Mail& mail = read("Message-Id: <1>\nX-Message-Id: <2>\nResent-Message-ID: <3>\n\n");
  EXPECT_EQ(mail.get("MESSAGEID", ""), "<2>\n<3>\n<1>\n");
  EXPECT_EQ(mail.get("messageid", ""), std::nullopt);
}

TEST_F(MailTest, PutsTheEnvelopesSenderAboveFields) {
  EXPECT_EQ(read("Return-Path: <r@x.example>\n\n").get("EnvelopeFrom", ""), "r@x.example");
  EXPECT_EQ(read("Return-Path: <r@x.example>\n\n", "e@y.example").get("EnvelopeFrom", ""),
            "e@y.example");
  EXPECT_EQ(read("To: a\n\n").get("EnvelopeFrom", ""), std::nullopt);
}

// ---- parts

constexpr const char* kAlternative =
    "Content-Type: multipart/alternative; boundary=b\n\n"
    "preamble\n--b\nContent-Type: text/plain\n\nPlain\n\n--b\n"
    "Content-Type: text/x-vcard; name=a.vcf\n\nCard\n--b--\n";

TEST_F(MailTest, SplitsMultiparts) {
  Mail& mail = read(kAlternative);
  EXPECT_THAT(types(mail), ElementsAre("multipart/alternative", "text/plain", "text/x-vcard"));
  EXPECT_FALSE(mail.tree()[0].leaf);
  EXPECT_EQ(mail.tree()[1].raw, "Plain\n");
  EXPECT_EQ(mail.tree()[2].raw, "Card");
  EXPECT_EQ(mail.tree()[2].name, "a.vcf");
  EXPECT_EQ(mail.tree()[2].boundary, "b");
  EXPECT_FALSE(mail.flags().mime_epilogue_exists);
  EXPECT_TRUE(read(std::string(kAlternative) + "more\n").flags().mime_epilogue_exists);
}

TEST_F(MailTest, ReadsMessagesInMessages) {
  Mail& mail = read(
      "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\nText\n--b\n"
      "Content-Type: message/delivery-status\n\nStatus: 5\n--b--\n");
  EXPECT_THAT(types(mail), ElementsAre("multipart/digest", "message/rfc822", "text/plain",
                                       "message/delivery-status"));
  EXPECT_EQ(mail.tree()[2].parent, 1U);
  EXPECT_EQ(mail.tree()[3].parent, 0U);
  EXPECT_EQ(mail.tree()[2].fields.front().text, "inner\n");
}

TEST_F(MailTest, KeepsABoundarysLastLineWithoutAnEnd) {
  Mail& mail = read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nText\nlast");
  EXPECT_EQ(mail.tree()[1].raw, "Text\nlast");
}

TEST_F(MailTest, FlagsMissingPartHeaders) {
  Mail& mail = read("Content-Type: multipart/mixed; boundary=b\n\n--b\nno header\n--b--\n");
  EXPECT_TRUE(mail.flags().missing_mime_headers);
  EXPECT_TRUE(mail.flags().missing_mime_head_body_separator);
  EXPECT_EQ(mail.tree()[1].raw, "no header");
}

TEST_F(MailTest, CutsLongLinesOfParts) {
  Mail& mail = read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" +
                    std::string(3000, 'x') + "\n--b--\n");
  EXPECT_EQ(mail.tree()[1].raw, std::string(2048, 'x') + "\n" + std::string(952, 'x'));
}

TEST_F(MailTest, SqueezesRowsOfBlankLines) {
  Mail& mail = read("A: b\n\nText\n" + std::string(50, '\n') + "End\n");
  EXPECT_EQ(mail.tree().front().raw, "Text\n" + std::string(20, '\n') + "End\n");
}

TEST_F(MailTest, StopsAtTwentyLevels) {
  std::string raw;
  for (int i = 0; i < 30; ++i) {
    const std::string boundary = "b" + std::to_string(i) + "x";
    raw += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n";
    raw += "--" + boundary + "\n";
  }
  Mail& mail = read(raw + "\nText\n");
  EXPECT_EQ(mail.tree().size(), 21U);
  EXPECT_EQ(mail.tree().back().type, "multipart/mixed");
  EXPECT_TRUE(mail.tree().back().leaf);
}

// ---- texts

TEST_F(MailTest, GivesTheBodyAsParagraphs) {
  Mail& mail = read("Subject: Hello\n\nOne\ntwo  three\n \t\nFour\n\n\n");
  EXPECT_THAT(texts(mail.body()), ElementsAre("Hello\n", "One two three\n", "Four\n"));
  EXPECT_THAT(texts(mail.body_without_subject()), ElementsAre("One two three\n", "Four\n"));
  EXPECT_THAT(texts(mail.visible()), ElementsAre("Hello\n", "One two three\n", "Four\n"));
  EXPECT_THAT(texts(mail.invisible()), IsEmpty());
}

TEST_F(MailTest, TakesUnicodeBlanksForBlanks) {
  Mail& mail = read(
      "Content-Type: text/plain; charset=utf-8\n\na\xc2\xa0\xe3\x80\x80"
      "b\xc3\xa9\n");
  EXPECT_THAT(texts(mail.body()), ElementsAre("\n", "a b\xc3\xa9 "));
}

TEST_F(MailTest, EndsUnitsWithoutANewlineByOneOfNone) {
  Mail& mail = read("\nText");
  EXPECT_EQ(mail.body().block, "\nText\n");
  EXPECT_THAT(texts(mail.body()), ElementsAre("\n", "Text"));
}

TEST_F(MailTest, CutsLongParagraphsAtBlanks) {
  const std::string word(1500, 'w');
  Mail& mail = read("\n" + word + " " + word + "\n" + std::string(2100, 'x'));
  EXPECT_THAT(texts(mail.body()), ElementsAre("\n", word + " ", word + " ", std::string(2048, 'x'),
                                              std::string(52, 'x')));
  EXPECT_EQ(mail.body().block.size(), 1U + 3 * 1U + 2 * 1501U + 2100U + 1U);
}

TEST_F(MailTest, CutsPartsAtTheScannedSize) {
  settings_.body_part_scan_size = 100;
  settings_.rawbody_part_scan_size = 10;
  const std::string text = std::string(120, 'a') + " " + std::string(50, 'b') + "\n";
  Mail& mail = read("\n" + text);
  EXPECT_THAT(texts(mail.body()), ElementsAre("\n", text.substr(0, 171) + " "));
  Mail& spaced = read("\n" + std::string(120, 'a') + " " + std::string(2000, 'b'));
  EXPECT_THAT(texts(spaced.body()), ElementsAre("\n", std::string(120, 'a') + " "));
}

TEST_F(MailTest, GivesRawBodyInPieces) {
  const std::string line(1023, 'l');
  std::string text;
  for (int i = 0; i < 10; ++i) text += line + "\n";
  Mail& mail = read("\n" + text);
  const std::vector<std::string> pieces = texts(mail.rawbody());
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].size(), 3072U);
  EXPECT_EQ(pieces[0] + pieces[1] + pieces[2], text);
}

TEST_F(MailTest, GivesRawBodyOfTextPartsOnly) {
  Mail& mail = read(kAlternative);
  EXPECT_THAT(texts(mail.rawbody()), ElementsAre("Plain\n", "Card"));
}

TEST_F(MailTest, UndoesTransferEncodingAndCharset) {
  Mail& mail =
      read("Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: BASE64\n\nx8/E\n");
  EXPECT_EQ(mail.decoded(0), "\xc7\xcf\xc4");
  mail.body();
  EXPECT_EQ(mail.tree().front().text.rendered.text, "год");
  EXPECT_EQ(mail.tree().front().text.rendered_type, "text/plain");
}

TEST_F(MailTest, RendersHtmlParts) {
  Mail& mail = read(
      "Subject: Hi\nContent-Type: multipart/mixed; boundary=b\n\n"
      "--b\nContent-Type: text/plain\n\nPlain\n"
      "--b\nContent-Type: text/html; charset=us-ascii\n\n"
      "<p>One <a href='http://a.example/'>two</a><font size=1>caf&eacute;</font></p>\n"
      "--b--\n");
  EXPECT_THAT(texts(mail.body()), ElementsAre("Hi\n", "Plain\n", "One twocaf\xe9\n"));
  EXPECT_THAT(texts(mail.visible()), ElementsAre("Hi\n", "Plain\n", "One two\n"));
  EXPECT_THAT(texts(mail.invisible()), ElementsAre("caf\xe9"));
  ASSERT_NE(mail.html(), nullptr);
  EXPECT_EQ(mail.html()->open_tags("p"), 0);
  ASSERT_EQ(mail.uris().size(), 1U);
  EXPECT_THAT(mail.uris().front().anchor_texts, ElementsAre("two"));
}

TEST_F(MailTest, KnowsNothingOfAnEmptyHtmlPart) {
  EXPECT_EQ(read("Content-Type: text/html\n\n").html(), nullptr);
  EXPECT_EQ(read("Content-Type: text/plain\n\n<p>").html(), nullptr);
}

TEST_F(MailTest, ReadsWhateverBytes) {
  EXPECT_EQ(read("").pristine(), "\n");
  EXPECT_THAT(texts(read("").body()), ElementsAre("\n"));
  EXPECT_EQ(read("From x\n").pristine(), "");
  EXPECT_EQ(read(":\n:\n\n").get("ALL", ""), ": \n: \n");
  Mail& mail = read(std::string(3, '\0') + "\xff\n\n\r");
  EXPECT_EQ(mail.tree().size(), 1U);
}

TEST_F(MailTest, TakesNoMoreMemoryOnceWarm) {
  Mail& mail = read(kAlternative);
  const auto use = [&] {
    mail.read(raw_, {});
    (void)mail.get("ALL", "");
    (void)mail.body();
    (void)mail.rawbody();
    return mail.arena().used();
  };
  const std::size_t first = use();
  EXPECT_EQ(use(), first);
}

}  // namespace
}  // namespace sluice::rules
