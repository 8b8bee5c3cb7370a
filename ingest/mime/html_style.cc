#include "ingest/mime/html_style.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace sluice::mime {
namespace {

// The number at the front of a CSS value, its unit ignored.
std::optional<double> number_of(std::string_view value) {
  double number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc()) return std::nullopt;
  return number;
}

// A colour as 0xRRGGBB from #rgb, #rrggbb, white or black.
std::optional<uint32_t> colour_of(std::string_view value) {
  if (iequals(value, "white")) return 0xFFFFFF;
  if (iequals(value, "black")) return 0;
  if (value.size() != 4 && value.size() != 7) return std::nullopt;
  if (value.front() != '#') return std::nullopt;
  uint32_t colour = 0;
  for (const char c : value.substr(1)) {
    if (hex_value(c) < 0) return std::nullopt;
    const auto digit = static_cast<uint32_t>(hex_value(c));
    colour = value.size() == 4 ? (colour << 8U) | (digit * 17) : (colour << 4U) | digit;
  }
  return colour;
}

// Gathers what several declarations say together.
struct Look {
  std::optional<uint32_t> colour = std::nullopt;
  std::optional<uint32_t> background = std::nullopt;
  bool hidden = false;
  bool clipped = false;  // overflow: hidden
  bool no_width = false;
  bool no_height = false;
};

void read_length(std::string_view name, std::string_view value, Look& look) {
  const auto number = number_of(value);
  if (!number) return;
  const bool tiny = *number >= 0 && *number < 1.5 && value.find('%') == std::string_view::npos &&
                    ifind(value, "em") == std::string_view::npos;
  const bool zero = *number >= 0 && *number < 0.05;
  if (iequals(name, "font-size")) look.hidden |= tiny;
  if (iequals(name, "width") || iequals(name, "max-width")) look.no_width |= zero;
  if (iequals(name, "height") || iequals(name, "max-height")) look.no_height |= zero;
  if (iequals(name, "opacity")) look.hidden |= *number < 0.1;
  if (iequals(name, "text-indent")) look.hidden |= *number <= -999;
}

void read_declaration(std::string_view declaration, Look& look) {
  const std::size_t colon = declaration.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = trim(declaration.substr(0, colon));
  std::string_view value = trim(declaration.substr(colon + 1));
  if (const std::size_t bang = value.find('!'); bang != std::string_view::npos) {
    value = trim(value.substr(0, bang));
  }
  if (iequals(name, "display")) look.hidden |= iequals(value, "none");
  if (iequals(name, "visibility"))
    look.hidden |= iequals(value, "hidden") || iequals(value, "collapse");
  if (iequals(name, "overflow")) look.clipped |= iequals(value, "hidden");
  if (iequals(name, "color")) look.colour = colour_of(value);
  if (iequals(name, "background") || iequals(name, "background-color")) {
    look.background = colour_of(value);
  }
  read_length(name, value, look);
}

}  // namespace

bool hides_text(std::string_view style) {
  Look look;
  while (!style.empty()) {
    const std::size_t end = std::min(style.find(';'), style.size());
    read_declaration(style.substr(0, end), look);
    style.remove_prefix(std::min(end + 1, style.size()));
  }
  const bool same_colour = look.colour && look.colour == look.background;
  const bool no_room = (look.no_width || look.no_height) && look.clipped;
  return look.hidden || same_colour || no_room;
}

}  // namespace sluice::mime
