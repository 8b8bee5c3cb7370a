// Claim:   the text of a field is SpamAssassin's.
// Oracle:  header() and _decode_header() of Message::Node 4.0.1 on the same fields.

#include "rules/mail/header_text.h"

#include <string>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

class HeaderText : public testing::Test {
 protected:
  std::string_view text(std::string_view raw, std::string_view name = "subject") {
    return field_text(raw, name, arena_);
  }

  Arena arena_;
};

TEST_F(HeaderText, IsUnfoldedAndTrimmed) {
  EXPECT_EQ(text(" a\n \tb\n"), "a b\n");
  EXPECT_EQ(text("\n"), "\n");
  EXPECT_EQ(text(""), "\n");
  EXPECT_EQ(text(" a"), "a\n");
  const std::string_view plain = " plain\n";
  EXPECT_EQ(text(plain).data(), plain.data() + 1);
}

TEST_F(HeaderText, DecodesWords) {
  EXPECT_EQ(text(" =?utf-8?Q?caf=C3=A9_a?= b\n"), "café a b\n");
  EXPECT_EQ(text(" =?UTF-8*en?b?aGk=?=\n"), "hi\n");
  EXPECT_EQ(text(" =?utf-8?x?a?= =?utf-8?q?a\n"), "=?utf-8?x?a?= =?utf-8?q?a\n");
}

TEST_F(HeaderText, DropsBlanksBetweenWordsOnly) {
  EXPECT_EQ(text(" =?utf-8?q?a?=\n =?utf-8?q?b?= c =?utf-8?q?d?=\n"), "ab c d\n");
  EXPECT_EQ(text(" =?utf-8?q?a?= =?utf-8?x?b?=\n"), "a =?utf-8?x?b?=\n");
}

TEST_F(HeaderText, JoinsCharactersSplitAcrossWords) {
  EXPECT_EQ(text(" =?utf-8?q?=C3?= =?UTF-8?b?qQ==?=\n"), "é\n");
}

TEST_F(HeaderText, GuessesTheCharsetOfBareBytes) {
  EXPECT_EQ(text(" caf\xc3\xa9\n"), "café\n");
  EXPECT_EQ(text(" caf\xe9 \x93\n"), "café “\n");
}

TEST_F(HeaderText, KeepsWordsOfSomeFields) {
  const std::string raw = " =?utf-8?q?a?=\n";
  for (const std::string_view name : {"Received", "list-id", "Resent-Date", "message-id"}) {
    EXPECT_EQ(text(raw, name), raw.substr(1)) << name;
  }
  EXPECT_EQ(text(raw, "x-received"), "a\n");
}

TEST_F(HeaderText, UnfoldsRawText) {
  EXPECT_EQ(unfolded(" a\r\n\t b\n", arena_), " a b\n");
  EXPECT_EQ(unfolded(" a\n \n", arena_), " a ");
}

}  // namespace
}  // namespace sluice::rules
