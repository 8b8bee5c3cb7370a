// Claim:  encoded words are decoded as RFC 2047 says, and what is none stays as it is.
// Oracle: the examples of RFC 2047 section 8; cases written by hand.

#include "ingest/mime/encoded_word.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::mime {
namespace {

struct Decoded {
  std::string text;
  DefectSet defects;
};

Decoded decode(std::string_view text) {
  Arena arena;
  Decoded out;
  out.text = decode_words(text, arena, out.defects);
  return out;
}

struct Case {
  std::string_view encoded;
  std::string_view text;
};

constexpr Case kGood[] = {
    {"", ""},
    {"plain", "plain"},
    // RFC 2047 section 8
    {"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
    {"=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xc3\xa9 Pirard"},
    {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
     "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
     "If you can read this you understand the example."},
    {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
    {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
    {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
    // RFC 2231 section 5
    {"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"},
    // one character torn apart between two words
    {"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "caf\xc3\xa9"},
    {"=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "\xc3\xa9\xc3\xa9"},
    {"x=?utf-8?q?y?=z", "xyz"},
    {"a\r\n b", "a b"},
    {"1 =? 2", "1 =? 2"},
    {"=?utf-8?q?\?=", ""},
};

TEST(EncodedWord, DecodesWhatTheRfcAllows) {
  for (const Case& wanted : kGood) {
    const Decoded got = decode(wanted.encoded);
    EXPECT_EQ(got.text, wanted.text) << wanted.encoded;
    EXPECT_TRUE(got.defects.empty()) << wanted.encoded;
  }
}

constexpr Case kBad[] = {
    {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
    {"=?utf-8?q?never closed", "=?utf-8?q?never closed"},
    {"=?utf-8?q?with blank?=", "with blank"},
    {"=?utf-8?q?how?now?=", "how?now"},
    {"=?utf-8?b?Z!g=?=", "f"},
    {"=?utf-8?q?=zz?=", "=zz"},
};

TEST(EncodedWord, NamesWhatTheRfcDoesNotAllow) {
  for (const Case& wanted : kBad) {
    const Decoded got = decode(wanted.encoded);
    EXPECT_EQ(got.text, wanted.text) << wanted.encoded;
    EXPECT_TRUE(got.defects.has(Defect::kBadEncodedWord)) << wanted.encoded;
  }
}

TEST(EncodedWord, NamesAWordOfOver75Bytes) {
  const std::string text(75, 'a');
  const Decoded got = decode("=?utf-8?q?" + text + "?=");
  EXPECT_EQ(got.text, text);
  EXPECT_TRUE(got.defects.has(Defect::kBadEncodedWord));
}

TEST(EncodedWord, ReadsUnencodedBytesAsUtf8OrWindows1252) {
  EXPECT_EQ(decode("caf\xc3\xa9").text, "caf\xc3\xa9");
  EXPECT_EQ(decode("caf\xe9").text, "caf\xc3\xa9");
}

TEST(EncodedWord, StopsAtItsLimit) {
  std::string text;
  for (std::size_t i = 0; i <= limits::kEncodedWordsMax; ++i) text += "=?utf-8?q?a?= ";
  const Decoded got = decode(text);
  EXPECT_EQ(got.text, std::string(limits::kEncodedWordsMax, 'a') + " =?utf-8?q?a?= ");
  EXPECT_TRUE(got.defects.has(Defect::kLimitEncodedWords));
}

TEST(EncodedWord, DoesNotCopyPlainText) {
  Arena arena;
  DefectSet defects;
  const std::string_view text = "plain caf\xc3\xa9";
  EXPECT_EQ(decode_words(text, arena, defects).data(), text.data());
}

}  // namespace
}  // namespace sluice::mime
