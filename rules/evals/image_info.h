// Functions on the pictures that are attached: ImageInfo.
//
//   body __GIF_ATTACH_1 eval:image_count('gif','1','1')
//
// Source:   Mail::SpamAssassin::Plugin::ImageInfo 4.0.1.
// Bounds:   kPicturesMax pictures of a message are measured, all are counted.
// Tests:    tests/rules/evals/

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rules/evals/family.h"
#include "rules/evals/picture_size.h"

namespace sluice::rules {

struct ImageInfoState {
  static constexpr std::size_t kPicturesMax = 64;

  struct Picture {
    PictureSize size = {};
    std::string_view name = {};
  };

  // Of one format, or all together.
  struct Total {
    uint32_t count = 0;  // also of those whose size is not known
    double pixels = 0;
  };

  bool read = false;
  std::array<Picture, kPicturesMax> pictures = {};  // whose size is known
  std::size_t picture_count = 0;
  std::array<Total, kPictureFormats> totals = {};

  void begin_message() {
    read = false;
    picture_count = 0;
    totals = {};
  }
};

std::span<const EvalEntry> image_info_evals();

}  // namespace sluice::rules
