// Claim:   mimeheader rules see one text of each part.
// Oracle:  Mail::SpamAssassin::Plugin::MIMEHeader 4.0.1, each answer checked with it.

#include "rules/mail/mime_header.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using testing::ElementsAre;

constexpr std::string_view kMessage =
    "Subject: x\n"
    "Content-Type: multipart/mixed; boundary=b\n"
    "\n"
    "--b\n"
    "Content-Type: text/plain;\n"
    "\tname=\"=?utf-8?Q?caf=C3=A9?=\"\n"
    "X: 1\n"
    "X: 2\n"
    "\n"
    "hello\n"
    "--b\n"
    "X: 3\n"
    "\n"
    "there\n"
    "--b--\n";

class MimeHeader : public testing::Test {
 protected:
  MimeHeader() { mail_.read(kMessage, ""); }

  std::vector<std::string> texts(std::string_view field, std::string_view tflags = "") {
    return texts(mime_header_request(field, tflags));
  }

  std::vector<std::string> texts(const MimeHeaderRequest& request) {
    const TextUnits units = mime_header(mail_, request);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < units.units.size(); ++i) out.emplace_back(units.text(i));
    return out;
  }

  MailSettings settings_;
  Mail mail_{settings_};
};

TEST_F(MimeHeader, IsTheLastFieldOfEachPart) {
  EXPECT_THAT(texts("Content-type"),
              ElementsAre("multipart/mixed; boundary=b\n", "text/plain; name=\"caf\u00e9\"\n", ""));
  EXPECT_THAT(texts("X"), ElementsAre("", "2\n", "3\n"));
}

TEST_F(MimeHeader, RawKeepsFoldsAndEncodedWords) {
  EXPECT_THAT(texts("Content-Type:raw"),
              ElementsAre(" multipart/mixed; boundary=b\n",
                          "text/plain;\n\tname=\"=?utf-8?Q?caf=C3=A9?=\"\n", ""));
}

TEST_F(MimeHeader, RangeChoosesParts) {
  EXPECT_THAT(texts("X", "range=2"), ElementsAre("2\n"));
  EXPECT_THAT(texts("X", "nice range=2-"), ElementsAre("2\n", "3\n"));
  EXPECT_THAT(texts("X", "range=-2 multiple"), ElementsAre("", "2\n"));
  EXPECT_THAT(texts("X", "range=1-2"), ElementsAre("", "2\n"));
  EXPECT_THAT(texts("X", "range=4"), ElementsAre());
}

TEST_F(MimeHeader, ConcatMakesOneText) {
  EXPECT_THAT(texts("X", "concat"), ElementsAre("\n2\n3\n"));
  EXPECT_THAT(texts("X", "concat range=4"), ElementsAre(""));
}

TEST_F(MimeHeader, AllIsAllFields) {
  EXPECT_THAT(texts("ALL", "range=2"),
              ElementsAre("Content-Type: text/plain; name=\"caf\u00e9\"\nX: 1\nX: 2\n"));
  EXPECT_THAT(
      texts("ALL:raw", "range=2"),
      ElementsAre("Content-Type: text/plain; name=\"=?utf-8?Q?caf=C3=A9?=\"\nX: 1\nX: 2\n"));
}

TEST_F(MimeHeader, UnsetIsWhatTheRuleSays) {
  EXPECT_THAT(texts({.name = "X", .if_unset = "none"}), ElementsAre("none", "2\n", "3\n"));
  EXPECT_THAT(texts({.name = "X", .raw = true, .if_unset = "none"}), ElementsAre("", "2\n", "3\n"));
}

TEST_F(MimeHeader, BlockHasANewlineAfterEachUnit) {
  const TextUnits units = mime_header(mail_, {.name = "X"});
  EXPECT_EQ(units.block, "\n2\n3\n");
}

}  // namespace
}  // namespace sluice::rules
