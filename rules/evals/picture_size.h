// How large a picture is, from its file's first bytes.
//
//   picture_size(PictureFormat::kGif, "GIF89a\x20\x03\x58\x02...")     {width 800, height 600}
//
// Source:   Mail::SpamAssassin::Plugin::ImageInfo 4.0.1, which reads a bit less than the formats
// say. Failure:  {0, 0}: not known. Bounds:   time linear in the file. Threads:  any. Tests:
// tests/rules/evals/

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::rules {

enum class PictureFormat : uint8_t { kGif, kPng, kJpeg };

inline constexpr std::size_t kPictureFormats = 3;

struct PictureSize {
  PictureFormat format = PictureFormat::kGif;
  uint32_t width = 0;
  uint32_t height = 0;

  [[nodiscard]] bool known() const { return width != 0 && height != 0; }

  [[nodiscard]] double pixels() const { return static_cast<double>(width) * height; }
};

PictureSize picture_size(PictureFormat format, std::string_view file);

}  // namespace sluice::rules
