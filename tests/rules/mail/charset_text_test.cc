// Claim:   text becomes UTF-8 as SpamAssassin makes it: UTF-8 first, then the label, then
//          windows-1252; labels and tables are those of Perl's Encode.
// Oracle:  _normalize() of Message::Node 4.0.1 with Encode 3.17 on the same bytes.

#include "rules/mail/charset_text.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "rules/mail/charset_decoder.h"

namespace sluice::rules {
namespace {

using namespace std::string_view_literals;

class CharsetText : public testing::Test {
 protected:
  std::string_view part(std::string_view bytes, std::string_view charset) {
    return part_text(bytes, charset, arena_).text;
  }

  std::string_view word(std::string_view bytes, std::string_view charset) {
    return word_text(bytes, charset, arena_);
  }

  Arena arena_;
};

TEST_F(CharsetText, TakesUtf8ForUtf8WhateverItsLabel) {
  EXPECT_EQ(part("caf\xc3\xa9", "iso-8859-2"), "café");
  EXPECT_TRUE(part_text("caf\xc3\xa9", "", arena_).wide);
}

TEST_F(CharsetText, BelievesTheLabelNext) {
  EXPECT_EQ(part("\xe3\xee\xe4", "windows-1251"), "год");
  EXPECT_EQ(part("\xc7\xcf\xc4", "KOI8-R"), "год");
  EXPECT_EQ(part("\xc4\xe3\xba\xc3", "GB2312"), "你好");
  EXPECT_EQ(part("\xa7\x41\xa6\x6e", "Big5"), "你好");
  EXPECT_EQ(part("\xc7\xd1\xb1\xdb", "ks_c_5601-1987"), "한글");
  EXPECT_EQ(part("\x93\xfa\x96{", "Shift_JIS"), "日本");
  EXPECT_EQ(part("\xc6\xfc\xcb\xdc", "euc-jp"), "日本");
  EXPECT_EQ(part("\x1b$BF|K\\\x1b(B.", "iso-2022-jp"), "日本.");
  EXPECT_EQ(part("\x1b$BF|K\\\x1b(B.\x1b(x.", "iso-2022-jp"), "日本.");
  EXPECT_EQ(part("~{Dc:C~}.", "hz"), "你好.");
  EXPECT_EQ(part("caf+AOk-", "utf-7"), "café");
}

TEST_F(CharsetText, FallsBackToWindows1252) {
  EXPECT_EQ(part("caf\xe9 \x80", "utf-8"), "café €");
  EXPECT_EQ(part("caf\xe9", "x-unknown"), "café");
  EXPECT_EQ(part("\x81\x41\xff", "gb2312"), "\xef\xbf\xbd\x41\xc3\xbf");
}

TEST_F(CharsetText, GuessesTheOrderOfUtf16) {
  EXPECT_EQ(part("h\0i\0 \0"sv, "utf-16"), "hi ");
  EXPECT_EQ(part("\0h\0i\0 "sv, "UTF-16"), "hi ");
}

TEST_F(CharsetText, KeepsAsciiAsItIs) {
  const std::string_view text = "plain";
  for (const std::string_view label : {"us-ascii", "UTF-8", "iso-8859-5", "gb18030-2005", "x-y"}) {
    EXPECT_EQ(part(text, label).data(), text.data()) << label;
    EXPECT_FALSE(part_text(text, label, arena_).wide) << label;
  }
}

TEST_F(CharsetText, ReplacesBadBytesOfEncodedWords) {
  EXPECT_EQ(word("a\xff\xe2\x82"
                 "b\xc3",
                 "utf-8"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(word("caf\xc3\xa9", "iso-8859-1"), "cafÃ©");
  EXPECT_EQ(word("\xe9", "us-ascii"), "\xef\xbf\xbd");
}

TEST_F(CharsetText, RefusesNoncharactersAsPerlDoes) {
  EXPECT_TRUE(is_strict_utf8("\xef\xbf\xbd \xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_strict_utf8("\xef\xbf\xbe"));
  EXPECT_FALSE(is_strict_utf8("\xef\xb7\x90"));
  EXPECT_FALSE(is_strict_utf8("\xf0\x9f\xbf\xbf"));
  EXPECT_FALSE(is_strict_utf8("\xed\xa0\x80"));
}

TEST(Decoders, AreFoundByManyNames) {
  const Decoder* const cyrillic = find_decoder("cp1251");
  ASSERT_NE(cyrillic, nullptr);
  for (const std::string_view name : {"windows-1251", "x-windows-1251", "WIN CYRILLIC", "ms1251"}) {
    EXPECT_EQ(find_decoder(name), cyrillic) << name;
  }
  EXPECT_EQ(find_decoder("chinesebig5"), nullptr);
  EXPECT_EQ(find_decoder("default"), nullptr);
  EXPECT_EQ(find_decoder("gb2312_charset"), find_decoder("euc-cn"));
  EXPECT_EQ(find_decoder("latin2"), find_decoder("ISO_8859-2"));
}

}  // namespace
}  // namespace sluice::rules
