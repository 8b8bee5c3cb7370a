// Claim:   the size of a picture is read from its file's first bytes.
// Oracle:  the formats: GIF89a, PNG (RFC 2083), JPEG (ITU T.81).

#include "rules/evals/picture_size.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using namespace std::string_view_literals;

TEST(PictureSizes, AreRead) {
  const PictureSize gif = picture_size(PictureFormat::kGif, "GIF89a\x20\x03\x58\x02\0\0\0"sv);
  EXPECT_EQ(gif.width, 800U);
  EXPECT_EQ(gif.height, 600U);
  const PictureSize png = picture_size(
      PictureFormat::kPng, "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\3\x20\0\0\2\x58\x08\2\0\0\0"sv);
  EXPECT_EQ(png.width, 800U);
  EXPECT_EQ(png.height, 600U);
  const PictureSize jpeg =
      picture_size(PictureFormat::kJpeg,
                   "\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\2\x58\3\x20\3\1\x22\0\2\x11\1\3"sv);
  EXPECT_EQ(jpeg.width, 800U);
  EXPECT_EQ(jpeg.height, 600U);
  EXPECT_EQ(jpeg.pixels(), 480'000);
}

TEST(PictureSizes, OfBrokenFilesAreNotKnown) {
  for (const PictureFormat format :
       {PictureFormat::kGif, PictureFormat::kPng, PictureFormat::kJpeg}) {
    for (const std::string_view front :
         {""sv, "GIF89a"sv, "GIF89a\1"sv, "\x89PNG\r\n\x1a\n"sv,
          "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"sv, "\xff\xd8"sv, "\xff\xd8\xff"sv,
          "\xff\xd8\xff\xc0\0\x11"sv, "\xff\xd8\xff\xc0\0\1"sv,
          "\xff\xd8\xff\xda\0\2\xff\xc0\0\x11\x08\2\x58\3\x20"sv}) {
      EXPECT_FALSE(picture_size(format, front).known());
    }
  }
}

}  // namespace
}  // namespace sluice::rules
