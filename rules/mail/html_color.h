// Colours as SpamAssassin reads them.
//
//   read_color("Red", true)           {kRgb, 0xff0000}
//   read_color("#f00", true)          {kRgb, 0xff0000}
//   read_color("rgb(1,2,3)", true)    {kRgb, 0x010203}
//   read_color("crimsonish", true)    {kInvalid}
//
// Source:   name_to_rgb() of Mail::SpamAssassin::HTML 4.0.1, quirks included: "#12" is "#112200".
// Failure:  kInvalid.
// Bounds:   time linear in the text.
// Threads:  pure functions.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::rules {

struct HtmlColor {
  enum class Kind : uint8_t {
    kRgb,
    kEmpty,  // "#" with no digit
    kInvalid,
    kTransparent,  // until what is behind it is known
  };

  Kind kind = Kind::kRgb;
  uint32_t rgb = 0;

  bool operator==(const HtmlColor&) const = default;
};

HtmlColor read_color(std::string_view text, bool wide);

// A colour of a style that holds "rgb": its first three numbers, whatever stands around them.
HtmlColor read_style_rgb(std::string_view text);

// Whether text of one colour cannot well be read upon the other.
bool is_low_contrast(const HtmlColor& front, const HtmlColor& back);

}  // namespace sluice::rules
