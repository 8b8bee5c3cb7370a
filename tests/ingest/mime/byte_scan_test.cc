// Claim:  what byte_scan finds many bytes at a time is what a look at each byte finds.
// Oracle: SlowScan below, and utf8_length byte by byte (random bytes, seed 2).

#include "ingest/mime/byte_scan.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace sluice::mime {
namespace {

ByteScan slow_scan(const std::string& text) {
  ByteScan out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool after_cr = i > 0 && text[i - 1] == '\r';
    const bool before_lf = i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\0') out.nul = true;
    if (text[i] == '\n' && !after_cr) out.bare_lf = true;
    if (text[i] == '\r' && !before_lf) out.bare_cr = true;
  }
  return out;
}

std::size_t slow_utf8_prefix(const std::string& text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = utf8_length(std::string_view(text).substr(i));
    if (length == 0) break;
    i += length;
  }
  return i;
}

TEST(ByteScan, AgreesWithTheSlowScanOnRandomBytes) {
  std::mt19937 random(2);
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    const std::size_t size = random() % 40;
    while (text.size() < size) {
      const auto dice = random() % 12;
      text += dice < 5 ? "\r\n" : dice == 5 ? "\r" : dice == 6 ? "\n" : "a";
      if (random() % 60 == 0) text += '\0';
    }
    EXPECT_EQ(scan_bytes(text), slow_scan(text)) << testing::PrintToString(text);
    if (HasFailure()) return;
  }
}

TEST(ByteScan, FindsLinesByTheirFirstByte) {
  std::mt19937 random(4);
  for (int round = 0; round < 50'000; ++round) {
    std::string text(random() % 80, 'a');
    for (char& c : text) {
      if (random() % 4 == 0) c = random() % 2 == 0 ? '\n' : '-';
    }
    for (std::size_t from = 0; from <= text.size(); ++from) {
      if (from > 0 && text[from - 1] != '\n') continue;
      std::size_t slow = from;
      while (slow < text.size() && (text[slow] != '-' || (slow > from && text[slow - 1] != '\n'))) {
        ++slow;
      }
      ASSERT_EQ(find_line_with(text, from, '-'), slow) << testing::PrintToString(text);
    }
  }
}

TEST(ByteScan, FindsWhereUtf8Ends) {
  std::mt19937 random(3);
  for (int round = 0; round < 50'000; ++round) {
    std::string text(random() % 40, 'a');
    for (int i = 0; i < 2 && !text.empty(); ++i) {
      const std::size_t at = random() % text.size();
      text.replace(at, 1,
                   random() % 3 == 0   ? "\xe9"
                   : random() % 2 == 0 ? "\xc3\xa9"
                                       : "\xf0\x9f\x98\x80");
    }
    EXPECT_EQ(utf8_prefix(text), slow_utf8_prefix(text)) << testing::PrintToString(text);
    if (HasFailure()) return;
  }
}

TEST(ByteScan, NothingIsOddAboutNothing) {
  EXPECT_EQ(scan_bytes(""), ByteScan{});
  EXPECT_TRUE(valid_utf8(""));
}

}  // namespace
}  // namespace sluice::mime
