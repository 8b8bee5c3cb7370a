// Claim:   the ASCII and UTF-8 helpers agree with the standards on every byte.
// Oracles: RFC 3629 section 4 (UTF-8 grammar) by hand; a decoder that adds up code points.

#include "base/text.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Text, TrimsAndCompares) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
  EXPECT_TRUE(iequals("SuBject", "subJECT"));
  EXPECT_FALSE(iequals("\xC0", "\xE0"));
  EXPECT_TRUE(istarts_with("Content-Type", "content-"));
  EXPECT_EQ(ifind("a HREF=x", "href"), 2U);
  EXPECT_EQ(ifind("hrhref", "HREF"), 2U);
  EXPECT_EQ(ifind("hre", "href"), std::string_view::npos);
  EXPECT_EQ(ifind("a", ""), 0U);
}

// Oracle: each place, letter by letter.
TEST(Text, FindsTextsInAnyCaseWhereverTheyStand) {
  for (const std::string_view needle :
       {"x", "rly-", "@Quagga[", "a needle longer than a register"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string front(before, needle.front() == 'a' ? 'A' : '.');
        const std::string text = front + to_lower(needle) + std::string(after, '[');
        ASSERT_EQ(ifind(text, needle), before) << needle;
        ASSERT_EQ(ifind(text.substr(0, text.size() - after - 1), needle), std::string_view::npos);
      }
    }
  }
}

std::string encode(uint32_t c) {
  std::string out;
  if (c < 0x80) return out + static_cast<char>(c);
  if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6U));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    out += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  }
  return out + static_cast<char>(0x80U | (c & 0x3FU));
}

TEST(Text, Utf8LengthOfEveryCodePoint) {
  for (uint32_t c = 1; c < 0x110000; ++c) {
    const std::string text = encode(c);
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(utf8_length(text), surrogate ? 0 : text.size()) << c;
  }
}

TEST(Text, Utf8RefusesWhatIsNone) {
  EXPECT_EQ(utf8_length("\xC0\x80"), 0U);          // overlong
  EXPECT_EQ(utf8_length("\xE0\x9F\xBF"), 0U);      // overlong
  EXPECT_EQ(utf8_length("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(utf8_length("\xE2\x82"), 0U);          // cut short
  EXPECT_EQ(utf8_length("\x80"), 0U);
  EXPECT_EQ(utf8_length(""), 0U);
}

TEST(Text, FindsWhereAsciiEnds) {
  for (std::size_t size = 0; size < 70; ++size) {
    EXPECT_TRUE(is_ascii(std::string(size, 'a')));
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\x80';
      text.back() = '\xff';
      EXPECT_EQ(ascii_length(text), at);
      EXPECT_FALSE(is_ascii(text));
    }
  }
}

TEST(Text, PrintableLeavesNoControlBytes) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const char c : printable(all, 4'096)) EXPECT_TRUE(c >= ' ' && c != 0x7F);
  EXPECT_EQ(printable("abc", 2), "ab...");
}

}  // namespace
}  // namespace sluice
