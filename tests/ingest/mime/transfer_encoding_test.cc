// Claim:  base64 and quoted-printable come back as what was encoded, and what is odd is named.
// Oracle: examples of RFC 4648 section 10 and RFC 2045 section 6.7; slow encoders and decoders
//         below (random bytes, seed 4).

#include "ingest/mime/transfer_encoding.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace sluice::mime {
namespace {

struct Decoded {
  std::string text;
  DefectSet defects;
};

Decoded base64(std::string_view encoded) {
  Arena arena;
  Decoded out;
  out.text = decode_base64(encoded, arena, out.defects);
  return out;
}

Decoded printable_text(std::string_view encoded) {
  Arena arena;
  Decoded out;
  out.text = decode_quoted_printable(encoded, arena, out.defects);
  return out;
}

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Six bits at a time from a string of bits.
std::string slow_encode(const std::string& bytes) {
  std::string bits;
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit)
      bits += (static_cast<unsigned char>(c) >> bit & 1) != 0 ? '1' : '0';
  }
  std::string out;
  for (std::size_t i = 0; i < bits.size(); i += 6) {
    std::string six = bits.substr(i, 6);
    six.resize(6, '0');
    out += kAlphabet[std::stoul(six, nullptr, 2)];
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// Line by line, byte by byte, as RFC 2045 section 6.7 is worded.
std::string slow_unquote(std::string text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t lf = text.find('\n');
    std::string line = text.substr(0, lf);
    std::string ending = lf == std::string::npos ? "" : "\n";
    text = lf == std::string::npos ? "" : text.substr(lf + 1);
    if (!ending.empty() && line.ends_with('\r')) {
      line.pop_back();
      ending = "\r\n";
    }
    while (line.ends_with(' ') || line.ends_with('\t')) line.pop_back();
    if (line.ends_with('=')) {
      line.pop_back();
      ending.clear();
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool escape = line[i] == '=' && i + 2 < line.size() && hex_value(line[i + 1]) >= 0 &&
                          hex_value(line[i + 2]) >= 0;
      out += escape ? static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16)) : line[i];
      if (escape) i += 2;
    }
    out += ending;
  }
  return out;
}

TEST(Base64, DecodesTheRfcExamples) {
  for (const auto& [encoded, text] : {std::pair{"", ""},
                                      {"Zg==", "f"},
                                      {"Zm8=", "fo"},
                                      {"Zm9v", "foo"},
                                      {"Zm9vYg==", "foob"},
                                      {"Zm9vYmE=", "fooba"},
                                      {"Zm9vYmFy", "foobar"}}) {
    EXPECT_EQ(base64(encoded).text, text);
    EXPECT_TRUE(base64(encoded).defects.empty()) << encoded;
  }
}

TEST(Base64, AgreesWithTheSlowEncoderWhereverLinesBreak) {
  std::mt19937 random(4);
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string encoded = slow_encode(bytes);
    for (unsigned breaks = random() % 4; breaks > 0; --breaks) {
      encoded.insert(random() % (encoded.size() + 1), "\r\n");
    }
    const Decoded got = base64(encoded);
    EXPECT_EQ(got.text, bytes) << encoded;
    EXPECT_TRUE(got.defects.empty()) << encoded;
    if (HasFailure()) return;
  }
}

TEST(Base64, SkipsWhatIsNotItsAlphabet) {
  const Decoded got = base64("Zm!9v\x80Ym-Fy");
  EXPECT_EQ(got.text, "foobar");
  EXPECT_TRUE(got.defects.has(Defect::kBadBase64));
}

TEST(Base64, GoesOnAfterItsPadding) {
  const Decoded got = base64("Zg==Zm9v");
  EXPECT_EQ(got.text, "ffoo");
  EXPECT_TRUE(got.defects.has(Defect::kBase64AfterPadding));
}

TEST(Base64, NamesBadPadding) {
  for (const char* encoded : {"Zg", "Zg=", "Z===", "Zm9v=", "Zg===", "Z"}) {
    EXPECT_TRUE(base64(encoded).defects.has(Defect::kBadBase64)) << encoded;
  }
  EXPECT_EQ(base64("Zm9vYg").text, "foob");
}

TEST(QuotedPrintable, DecodesEscapesAndSoftBreaks) {
  EXPECT_EQ(printable_text("Now's the time =\r\nfor all folk").text, "Now's the time for all folk");
  EXPECT_EQ(printable_text("caf=C3=a9 = \t\n!").text, "caf\xc3\xa9 !");
  EXPECT_EQ(printable_text("a  \r\nb\t").text, "a\r\nb");
  EXPECT_EQ(printable_text("a=").text, "a");
  EXPECT_TRUE(printable_text("a=3D=\r\n").defects.empty());
}

TEST(QuotedPrintable, KeepsAnEqualsThatBeginsNoEscape) {
  for (const char* encoded : {"a=zz", "a=4", "a=b=c"}) {
    EXPECT_EQ(printable_text(encoded).text, encoded);
    EXPECT_TRUE(printable_text(encoded).defects.has(Defect::kBadQuotedPrintable)) << encoded;
  }
}

TEST(QuotedPrintable, WithoutEscapesIsNotCopied) {
  Arena arena;
  DefectSet defects;
  const std::string_view text = "plain text\r\nin two lines\r\n";
  EXPECT_EQ(decode_quoted_printable(text, arena, defects).data(), text.data());
  EXPECT_EQ(arena.used(), 0U);
}

TEST(QuotedPrintable, AgreesWithTheSlowDecoderOnRandomText) {
  constexpr std::string_view kBytes = "a=4F \t\r\n";
  std::mt19937 random(5);
  for (int round = 0; round < 100'000; ++round) {
    std::string text(random() % 16, '\0');
    for (char& c : text) c = kBytes[random() % kBytes.size()];
    EXPECT_EQ(printable_text(text).text, slow_unquote(text)) << testing::PrintToString(text);
    if (HasFailure()) return;
  }
}

TEST(TransferEncoding, StopsAtItsBound) {
  Arena arena;
  DefectSet defects;
  EXPECT_EQ(decode_base64("aGVsbG8=", arena, defects, 5), "hello");
  EXPECT_EQ(decode_quoted_printable("h=65llo", arena, defects, 5), "hello");
  EXPECT_TRUE(defects.empty());
  EXPECT_EQ(decode_base64("aGVsbG8=", arena, defects, 4), "hell");
  EXPECT_TRUE(defects.has(Defect::kLimitTextBytes));

  const std::string huge(1U << 20U, '=');
  arena.reset();
  EXPECT_EQ(decode_quoted_printable(huge, arena, defects, 4), "====");
  EXPECT_LE(arena.used(), 12U);
}

}  // namespace
}  // namespace sluice::mime
