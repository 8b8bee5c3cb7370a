#include "rules/evals/picture_size.h"

#include <algorithm>

namespace sluice::rules {

namespace {

// Bytes of `file` as a number, the first one the highest; 0 where the file ends before it.
uint32_t big_endian(std::string_view file, std::size_t at, std::size_t bytes) {
  if (at + bytes > file.size()) return 0;
  uint32_t out = 0;
  for (std::size_t i = 0; i < bytes; ++i) out = out << 8U | static_cast<uint8_t>(file[at + i]);
  return out;
}

uint32_t little_endian_16(std::string_view file, std::size_t at) {
  if (at + 2 > file.size()) return 0;
  return static_cast<uint8_t>(file[at]) | static_cast<uint32_t>(static_cast<uint8_t>(file[at + 1]))
                                              << 8U;
}

PictureSize gif_size(std::string_view file) {
  PictureSize out{.format = PictureFormat::kGif};
  if (!file.starts_with("GIF87a") && !file.starts_with("GIF89a")) return out;
  out.width = little_endian_16(file, 6);
  out.height = little_endian_16(file, 8);
  return out;
}

// Looks for the header chunk at every eighth byte: chunks are not skipped by their length.
PictureSize png_size(std::string_view file) {
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
  constexpr std::size_t kStep = 8;
  constexpr uint32_t kHeaderBytes = 13;
  PictureSize out{.format = PictureFormat::kPng};
  if (!file.starts_with(kSignature)) return out;
  for (std::size_t at = kStep; at < file.size(); at += kStep) {
    const std::string_view type = file.substr(std::min(at + 4, file.size()), 4);
    if (type == "IEND") break;
    if (type != "IHDR" || big_endian(file, at, 4) != kHeaderBytes) continue;
    out.width = big_endian(file, at + kStep, 4);
    out.height = big_endian(file, at + kStep + 4, 4);
    break;
  }
  return out;
}

// Whether the marker begins a frame, whose header has the size.
constexpr bool begins_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

PictureSize jpeg_size(std::string_view file) {
  constexpr uint8_t kStartOfScan = 0xDA;
  constexpr uint8_t kEndOfImage = 0xD9;
  PictureSize out{.format = PictureFormat::kJpeg};
  if (!file.starts_with("\xFF\xD8")) return out;
  for (std::size_t at = 2; at + 4 <= file.size();) {
    const auto marker = static_cast<uint8_t>(file[at + 1]);
    const uint32_t bytes = big_endian(file, at + 2, 2);
    if (file[at] != '\xFF' || marker == kStartOfScan || marker == kEndOfImage || bytes < 2) break;
    if (begins_frame(marker)) {
      constexpr uint32_t kSizeEnds = 7;
      if (bytes < kSizeEnds) break;
      out.height = big_endian(file, at + 5, 2);
      out.width = big_endian(file, at + 7, 2);
      break;
    }
    at += 2 + bytes;
  }
  return out;
}

}  // namespace

PictureSize picture_size(PictureFormat format, std::string_view file) {
  switch (format) {
    case PictureFormat::kGif:
      return gif_size(file);
    case PictureFormat::kPng:
      return png_size(file);
    case PictureFormat::kJpeg:
      break;
  }
  return jpeg_size(file);
}

}  // namespace sluice::rules
