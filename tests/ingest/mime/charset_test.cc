// Claim:  text in any charset becomes the UTF-8 that its label means, valid and within bounds.
// Oracle: bytes written down from the charsets' tables; for any label and bytes, valid UTF-8.

#include "ingest/mime/charset.h"

#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "ingest/mime/byte_scan.h"

namespace sluice::mime {
namespace {

using namespace std::string_view_literals;

struct Converted {
  std::string text;
  DefectSet defects;
};

Converted convert(std::string_view bytes, std::string_view charset, std::size_t bytes_max = 1000) {
  Arena arena;
  Converted out;
  out.text = to_utf8(bytes, charset, arena, out.defects, bytes_max);
  return out;
}

struct Case {
  std::string_view charset;
  std::string_view bytes;
  std::string_view utf8;
};

constexpr Case kGood[] = {
    {"", "plain", "plain"},
    {"us-ascii", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"UTF-8", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"iso-8859-1", "caf\xe9 \x93hi\x94", "caf\xc3\xa9 \xe2\x80\x9chi\xe2\x80\x9d"},
    {"Windows-1252", "\x80", "\xe2\x82\xac"},
    {"iso-8859-15", "\xa4\xbd", "\xe2\x82\xac\xc5\x93"},
    {"iso-8859-2", "\xb1", "\xc4\x85"},
    {"koi8-r", "\xc1", "\xd0\xb0"},
    {"windows-1251", "\xe0", "\xd0\xb0"},
    {"gb2312", "\xc4\xe3", "\xe4\xbd\xa0"},
    {"gb18030", "\x94\x39\xda\x33", "\xf0\x9f\x92\xa9"},
    {"big5", "\xa7\x41", "\xe4\xbd\xa0"},
    {"euc-kr", "\xb0\xa1", "\xea\xb0\x80"},
    {"shift_jis", "\x82\xa0", "\xe3\x81\x82"},
    {"iso-2022-jp", "\x1b$B$\"\x1b(B", "\xe3\x81\x82"},
    {"utf-16le", "a\0=\xd8\xa9\xdc"sv, "a\xf0\x9f\x92\xa9"},
};

TEST(Charset, ReadsWhatTheLabelMeans) {
  for (const Case& wanted : kGood) {
    const Converted got = convert(wanted.bytes, wanted.charset);
    EXPECT_EQ(got.text, wanted.utf8) << wanted.charset;
    EXPECT_TRUE(got.defects.empty()) << wanted.charset;
  }
}

TEST(Charset, ReadsUtf7AndSaysSo) {
  const Converted got = convert("+AGEAYg- c", "utf-7");
  EXPECT_EQ(got.text, "ab c");
  EXPECT_TRUE(got.defects.has(Defect::kUtf7));
}

TEST(Charset, ReadsUnknownLabelsAsWindows1252) {
  for (const char* label : {"x-nobody-knows", "utf-8,swaplfnl", "a b", "\xff\xff"}) {
    const Converted got = convert("caf\xe9", label);
    EXPECT_EQ(got.text, "caf\xc3\xa9") << label;
    EXPECT_TRUE(got.defects.has(Defect::kUnknownCharset)) << label;
  }
}

TEST(Charset, ReplacesBytesTheCharsetDoesNotHave) {
  for (const auto& [bytes, label] :
       {std::pair{"a\xff", "utf-8"}, {"a\xff", "gb18030"}, {"a\xff", "euc-jp"}}) {
    const Converted got = convert(bytes, label);
    EXPECT_EQ(got.text, "a\xef\xbf\xbd") << label;
    EXPECT_TRUE(got.defects.has(Defect::kBadCharset)) << label;
  }
}

TEST(Charset, TakesEightBitAsciiForWindows1252) {
  const Converted got = convert("caf\xe9", "us-ascii");
  EXPECT_EQ(got.text, "caf\xc3\xa9");
  EXPECT_TRUE(got.defects.has(Defect::kBadCharset));
}

TEST(Charset, CutsBetweenCharacters) {
  for (const char* label : {"utf-8", "iso-8859-1", "koi8-r", "gb18030"}) {
    const std::string_view bytes = label == "utf-8"sv ? "aa\xc3\xa9\xc3\xa9" : "aa\xe9\xe9\xe9\xe9";
    for (std::size_t bytes_max = 0; bytes_max < 4; ++bytes_max) {
      const Converted got = convert(bytes, label, bytes_max);
      EXPECT_LE(got.text.size(), bytes_max) << label;
      EXPECT_TRUE(valid_utf8(got.text)) << label;
      EXPECT_TRUE(got.defects.has(Defect::kLimitTextBytes)) << label;
    }
  }
}

TEST(Charset, DoesNotCopyWhatIsUtf8Already) {
  for (const char* label : {"", "us-ascii", "utf-8", "iso-8859-1", "iso-8859-15", "gb2312"}) {
    Arena arena;
    DefectSet defects;
    const std::string_view text = "plain";
    EXPECT_EQ(to_utf8(text, label, arena, defects).data(), text.data()) << label;
    EXPECT_EQ(arena.used(), 0U) << label;
  }
}

TEST(Charset, AnyBytesInAnyCharsetBecomeValidUtf8) {
  constexpr std::array kLabels = {
      "",          "utf-8",       "iso-8859-1",  "iso-8859-15", "utf-7",
      "gb18030",   "big5",        "iso-2022-jp", "euc-jp",      "utf-16",
      "shift_jis", "iso-2022-kr", "hz-gb-2312",  "utf-32",      "none",
      "koi8-u",    "iso-2022-cn", "windows-874", "macintosh"};
  std::mt19937 random(6);
  for (int round = 0; round < 30'000; ++round) {
    std::string bytes(random() % 5000 / (1 + random() % 200), '\0');
    for (char& c : bytes)
      c = static_cast<char>(random() % 3 == 0 ? random() : 0x1b + random() % 70);
    const char* label = kLabels[random() % kLabels.size()];
    const Converted got = convert(bytes, label, 1U << 20U);
    EXPECT_TRUE(valid_utf8(got.text)) << label;
    EXPECT_LE(got.text.size(), bytes.size() * 3 + 3) << label;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sluice::mime
