// Claim:   transfer encodings are undone as SpamAssassin does, odd ones too.
// Oracle:  base64_decode() and qp_decode() of its Util 4.0.1 on the same bytes.

#include "rules/mail/transfer_text.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using namespace std::string_view_literals;

TEST(TransferBase64, DecodesWithinBlanks) {
  Arena arena;
  EXPECT_EQ(transfer_base64("aGVs\nbG8=\n", arena), "hello");
  EXPECT_EQ(transfer_base64("aGVsbG8h", arena), "hello!");
  EXPECT_EQ(transfer_base64("", arena), "");
}

TEST(TransferBase64, ReadsAnEqualsSignInsideAsZeroBitsWhereAllIsWellFormed) {
  Arena arena;
  EXPECT_EQ(transfer_base64("QQ==QUJD", arena), "A\0\0ABC"sv);
}

TEST(TransferBase64, ReadsAnEqualsSignInsideAsOneBitsElsewhere) {
  Arena arena;
  EXPECT_EQ(transfer_base64("QQ=\x01QUJD", arena), transfer_base64("QQ/QUJD", arena));
}

TEST(TransferBase64, DropsALoneDigitAtTheEnd) {
  Arena arena;
  EXPECT_EQ(transfer_base64("QUJDR", arena), "ABC");
  EXPECT_EQ(transfer_base64("QUJDRA", arena), "ABCD");
  EXPECT_EQ(transfer_base64("!!!!", arena), "");
}

TEST(TransferQuotedPrintable, DecodesEscapesInBothCases) {
  Arena arena;
  EXPECT_EQ(transfer_quoted_printable("caf=C3=a9", arena), "caf\xc3\xa9");
  EXPECT_EQ(transfer_quoted_printable("1=ZZ=4", arena), "1=ZZ=4");
  EXPECT_EQ(transfer_quoted_printable("1=3D4", arena), "1=4");
}

TEST(TransferQuotedPrintable, TakesBlanksOffLineEnds) {
  Arena arena;
  EXPECT_EQ(transfer_quoted_printable("a \t\nb \r\nc ", arena), "a\nb\r\nc ");
}

TEST(TransferQuotedPrintable, JoinsLinesAtSoftBreaks) {
  Arena arena;
  EXPECT_EQ(transfer_quoted_printable("a=\nb=  \nc=\r\nd", arena), "abcd");
  EXPECT_EQ(transfer_quoted_printable("a==\n41", arena), "aA");
  EXPECT_EQ(transfer_quoted_printable("a==\n\nb", arena), "a=\nb");
  EXPECT_EQ(transfer_quoted_printable("a=\r \nb", arena), "ab");
}

TEST(TransferQuotedPrintable, GivesBackWhatHasNothingToUndo) {
  Arena arena;
  const std::string_view text = "plain\ntext\n";
  EXPECT_EQ(transfer_quoted_printable(text, arena).data(), text.data());
}

TEST(LfLines, MakesEachCrlfAnLf) {
  Arena arena;
  EXPECT_EQ(lf_lines("a\r\nb\rc\n\r\r\n", arena), "a\nb\rc\n\r\n");
}

}  // namespace
}  // namespace sluice::rules
