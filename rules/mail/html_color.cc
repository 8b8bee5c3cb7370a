#include "rules/mail/html_color.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

struct NamedColor {
  std::string_view name;
  uint32_t rgb;
};

// Sorted by name: those of HTML 4 and CSS 3.
// clang-format off
constexpr NamedColor kNamed[] = {
    {"aliceblue", 0xf0f8ff},
    {"antiquewhite", 0xfaebd7},
    {"aqua", 0x00ffff},
    {"aquamarine", 0x7fffd4},
    {"azure", 0xf0ffff},
    {"beige", 0xf5f5dc},
    {"bisque", 0xffe4c4},
    {"black", 0x000000},
    {"blanchedalmond", 0xffebcd},
    {"blue", 0x0000ff},
    {"blueviolet", 0x8a2be2},
    {"brown", 0xa52a2a},
    {"burlywood", 0xdeb887},
    {"cadetblue", 0x5f9ea0},
    {"chartreuse", 0x7fff00},
    {"chocolate", 0xd2691e},
    {"coral", 0xff7f50},
    {"cornflowerblue", 0x6495ed},
    {"cornsilk", 0xfff8dc},
    {"crimson", 0xdc143c},
    {"cyan", 0x00ffff},
    {"darkblue", 0x00008b},
    {"darkcyan", 0x008b8b},
    {"darkgoldenrod", 0xb8860b},
    {"darkgray", 0xa9a9a9},
    {"darkgreen", 0x006400},
    {"darkgrey", 0xa9a9a9},
    {"darkkhaki", 0xbdb76b},
    {"darkmagenta", 0x8b008b},
    {"darkolivegreen", 0x556b2f},
    {"darkorange", 0xff8c00},
    {"darkorchid", 0x9932cc},
    {"darkred", 0x8b0000},
    {"darksalmon", 0xe9967a},
    {"darkseagreen", 0x8fbc8f},
    {"darkslateblue", 0x483d8b},
    {"darkslategray", 0x2f4f4f},
    {"darkslategrey", 0x2f4f4f},
    {"darkturquoise", 0x00ced1},
    {"darkviolet", 0x9400d3},
    {"deeppink", 0xff1493},
    {"deepskyblue", 0x00bfff},
    {"dimgray", 0x696969},
    {"dimgrey", 0x696969},
    {"dodgerblue", 0x1e90ff},
    {"firebrick", 0xb22222},
    {"floralwhite", 0xfffaf0},
    {"forestgreen", 0x228b22},
    {"fuchsia", 0xff00ff},
    {"gainsboro", 0xdcdcdc},
    {"ghostwhite", 0xf8f8ff},
    {"gold", 0xffd700},
    {"goldenrod", 0xdaa520},
    {"gray", 0x808080},
    {"green", 0x008000},
    {"greenyellow", 0xadff2f},
    {"grey", 0x808080},
    {"honeydew", 0xf0fff0},
    {"hotpink", 0xff69b4},
    {"indianred", 0xcd5c5c},
    {"indigo", 0x4b0082},
    {"ivory", 0xfffff0},
    {"khaki", 0xf0e68c},
    {"lavender", 0xe6e6fa},
    {"lavenderblush", 0xfff0f5},
    {"lawngreen", 0x7cfc00},
    {"lemonchiffon", 0xfffacd},
    {"lightblue", 0xadd8e6},
    {"lightcoral", 0xf08080},
    {"lightcyan", 0xe0ffff},
    {"lightgoldenrodyellow", 0xfafad2},
    {"lightgray", 0xd3d3d3},
    {"lightgreen", 0x90ee90},
    {"lightgrey", 0xd3d3d3},
    {"lightpink", 0xffb6c1},
    {"lightsalmon", 0xffa07a},
    {"lightseagreen", 0x20b2aa},
    {"lightskyblue", 0x87cefa},
    {"lightslategray", 0x778899},
    {"lightslategrey", 0x778899},
    {"lightsteelblue", 0xb0c4de},
    {"lightyellow", 0xffffe0},
    {"lime", 0x00ff00},
    {"limegreen", 0x32cd32},
    {"linen", 0xfaf0e6},
    {"magenta", 0xff00ff},
    {"maroon", 0x800000},
    {"mediumaquamarine", 0x66cdaa},
    {"mediumblue", 0x0000cd},
    {"mediumorchid", 0xba55d3},
    {"mediumpurple", 0x9370db},
    {"mediumseagreen", 0x3cb371},
    {"mediumslateblue", 0x7b68ee},
    {"mediumspringgreen", 0x00fa9a},
    {"mediumturquoise", 0x48d1cc},
    {"mediumvioletred", 0xc71585},
    {"midnightblue", 0x191970},
    {"mintcream", 0xf5fffa},
    {"mistyrose", 0xffe4e1},
    {"moccasin", 0xffe4b5},
    {"navajowhite", 0xffdead},
    {"navy", 0x000080},
    {"oldlace", 0xfdf5e6},
    {"olive", 0x808000},
    {"olivedrab", 0x6b8e23},
    {"orange", 0xffa500},
    {"orangered", 0xff4500},
    {"orchid", 0xda70d6},
    {"palegoldenrod", 0xeee8aa},
    {"palegreen", 0x98fb98},
    {"paleturquoise", 0xafeeee},
    {"palevioletred", 0xdb7093},
    {"papayawhip", 0xffefd5},
    {"peachpuff", 0xffdab9},
    {"peru", 0xcd853f},
    {"pink", 0xffc0cb},
    {"plum", 0xdda0dd},
    {"powderblue", 0xb0e0e6},
    {"purple", 0x800080},
    {"red", 0xff0000},
    {"rosybrown", 0xbc8f8f},
    {"royalblue", 0x4169e1},
    {"saddlebrown", 0x8b4513},
    {"salmon", 0xfa8072},
    {"sandybrown", 0xf4a460},
    {"seagreen", 0x2e8b57},
    {"seashell", 0xfff5ee},
    {"sienna", 0xa0522d},
    {"silver", 0xc0c0c0},
    {"skyblue", 0x87ceeb},
    {"slateblue", 0x6a5acd},
    {"slategray", 0x708090},
    {"slategrey", 0x708090},
    {"snow", 0xfffafa},
    {"springgreen", 0x00ff7f},
    {"steelblue", 0x4682b4},
    {"tan", 0xd2b48c},
    {"teal", 0x008080},
    {"thistle", 0xd8bfd8},
    {"tomato", 0xff6347},
    {"turquoise", 0x40e0d0},
    {"violet", 0xee82ee},
    {"wheat", 0xf5deb3},
    {"white", 0xffffff},
    {"whitesmoke", 0xf5f5f5},
    {"yellow", 0xffff00},
    {"yellowgreen", 0x9acd32},
};
// clang-format on

constexpr std::size_t kNameMax = 20;  // "lightgoldenrodyellow"
constexpr std::string_view kRgbFront = "rgb(";

const NamedColor* find_named(std::string_view text) {
  if (text.size() < 3 || text.size() > kNameMax) return nullptr;
  std::array<char, kNameMax> room{};
  std::transform(text.begin(), text.end(), room.begin(), ascii_lower);
  const std::string_view name(room.data(), text.size());
  const auto* const found =
      std::lower_bound(std::begin(kNamed), std::end(kNamed), name,
                       [](const NamedColor& color, std::string_view n) { return color.name < n; });
  return found != std::end(kNamed) && found->name == name ? found : nullptr;
}

bool is_hex_or_hash(char c) {
  return c == '#' || hex_value(c) >= 0;
}

// The first hexadecimal digits of a colour, at most seven: whether there are more than six counts.
struct HexDigits {
  std::array<uint8_t, 7> digits{};
  std::size_t count = 0;

  void add(int digit) {
    if (count < digits.size()) digits[count++] = static_cast<uint8_t>(digit);
  }
};

HtmlColor color_of(HexDigits hex) {
  if (hex.count == 0) return {.kind = HtmlColor::Kind::kEmpty};
  const std::size_t length = hex.count >= 6 ? 6 : 3;
  std::fill(hex.digits.begin() + static_cast<std::ptrdiff_t>(std::min(hex.count, length)),
            hex.digits.end(), uint8_t{0});
  uint32_t rgb = 0;
  for (std::size_t i = 0; i < length; ++i) {
    rgb = rgb << 4U | hex.digits[i];
    if (length == 3) rgb = rgb << 4U | hex.digits[i];
  }
  return {.kind = HtmlColor::Kind::kRgb, .rgb = rgb};
}

// The digits of a number in hexadecimal, two at least.
void add_number(HexDigits& hex, uint64_t number) {
  unsigned shift = 4;
  while (shift < 60 && number >> (shift + 4) != 0) shift += 4;
  for (unsigned at = shift + 4; at > 0; at -= 4) {
    hex.add(static_cast<int>(number >> (at - 4) & 0xfU));
  }
}

uint64_t whole(double number) {
  if (number >= 18446744073709551615.0) return std::numeric_limits<uint64_t>::max();
  return static_cast<uint64_t>(number);
}

// Digits, commas and percent signs in the brackets of "rgb(...)".
class RgbReader {
 public:
  explicit RgbReader(std::string_view text, bool wide) : text_(text), wide_(wide) {}

  // "12%, 34%,5% )", or the same without percent signs.
  std::optional<HexDigits> read(bool percent) {
    at_ = 0;
    HexDigits out;
    for (int i = 0; i < 3; ++i) {
      if (i > 0) skip_blanks();
      double number = 0;
      uint64_t exact = 0;
      if (!take_number(number, exact)) return std::nullopt;
      if (percent && !take('%')) return std::nullopt;
      if (i < 2 && !take(',')) return std::nullopt;
      add_number(out, percent ? whole(number / 100 * 255) : exact);
    }
    skip_blanks();
    if (!take(')')) return std::nullopt;
    return out;
  }

  // "[0-9%, ]*)"
  [[nodiscard]] bool has_form() const {
    std::size_t at = 0;
    while (at < text_.size() &&
           (is_digit(text_[at]) || text_[at] == '%' || text_[at] == ',' || text_[at] == ' ')) {
      ++at;
    }
    return at < text_.size() && text_[at] == ')';
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_blanks() { at_ = space_end(text_, at_, wide_); }

  bool take_number(double& number, uint64_t& exact) {
    constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
    const std::size_t begin = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      const auto digit = static_cast<uint64_t>(text_[at_] - '0');
      number = number * 10 + static_cast<double>(digit);
      exact = exact > (kMax - digit) / 10 ? kMax : exact * 10 + digit;
    }
    return at_ > begin;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool wide_;
};

// The first "rgb(...)" of a text that reads so; whether there is any that may be read, in `formed`.
std::optional<HexDigits> find_rgb(std::string_view text, bool wide, bool& formed) {
  std::optional<HexDigits> percents;
  std::optional<HexDigits> numbers;
  for (std::size_t at = ifind(text, kRgbFront); at != std::string_view::npos;
       at = ifind(text, kRgbFront)) {
    text.remove_prefix(at + kRgbFront.size());
    RgbReader reader(text, wide);
    formed = formed || reader.has_form();
    if (!percents.has_value()) percents = reader.read(true);
    if (!numbers.has_value()) numbers = reader.read(false);
  }
  return percents.has_value() ? percents : numbers;
}

double contrast(const HtmlColor& front, const HtmlColor& back) {
  const auto part = [&](unsigned shift, double weight) {
    const auto a = static_cast<double>(front.rgb >> shift & 0xffU);
    const auto b = static_cast<double>(back.rgb >> shift & 0xffU);
    return std::pow(weight * (a - b), 2);
  };
  return std::pow(part(16, 0.2126) + part(8, 0.7152) + part(0, 0.0722), 0.5);
}

}  // namespace

HtmlColor read_color(std::string_view text, bool wide) {
  text = trim_perl(text, wide);
  if (const NamedColor* named = find_named(text)) return {.rgb = named->rgb};
  const bool hex_only = std::all_of(text.begin(), text.end(), is_hex_or_hash);
  if (!hex_only) {
    bool formed = false;
    const auto rgb = find_rgb(text, wide, formed);
    if (!formed) return {.kind = HtmlColor::Kind::kInvalid};
    if (rgb.has_value()) return color_of(*rgb);
  }
  if (!text.starts_with('#')) return {.kind = HtmlColor::Kind::kInvalid};
  HexDigits hex;
  for (const char c : text) {
    if (hex_value(c) >= 0) hex.add(hex_value(c));
  }
  return color_of(hex);
}

HtmlColor read_style_rgb(std::string_view text) {
  std::array<uint32_t, 3> parts{};
  std::size_t part = 0;
  for (const char c : text) {
    if (c == ',' && ++part == parts.size()) break;
    if (!is_digit(c)) continue;
    parts[part] = std::min(255U, parts[part] * 10 + static_cast<uint32_t>(c - '0'));
  }
  return {.rgb = parts[0] << 16U | parts[1] << 8U | parts[2]};
}

bool is_low_contrast(const HtmlColor& front, const HtmlColor& back) {
  constexpr double kReadable = 12;
  if (front == back) return true;
  const bool both = front.kind == HtmlColor::Kind::kRgb && back.kind == HtmlColor::Kind::kRgb;
  return both && contrast(front, back) < kReadable;
}

}  // namespace sluice::rules
