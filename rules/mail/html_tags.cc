#include "rules/mail/html_tags.h"

#include <array>

#include "base/text.h"

namespace sluice::rules {

namespace {

struct NamedTag {
  std::string_view name;
  HtmlTagTraits traits;
};

// In the order of HtmlTag.
// clang-format off
constexpr std::array<NamedTag, kHtmlTags> kTags = {{
    {"", {}},
    {"a", {.element = true, .style = true, .uri = kUriA}},
    {"abbr", {.element = true}},
    {"acronym", {.element = true}},
    {"address", {.element = true}},
    {"area", {.element = true, .uri = kUriArea}},
    {"b", {.element = true}},
    {"base", {.element = true, .uri = kUriBase}},
    {"bdo", {.element = true}},
    {"big", {.element = true, .style = true}},
    {"blockquote", {.element = true, .blank = "\n\n"}},
    {"body", {.element = true, .style = true, .uri = kUriBody}},
    {"br", {.element = true, .blank = "\n"}},
    {"button", {.element = true}},
    {"caption", {.element = true}},
    {"cite", {.element = true}},
    {"code", {.element = true}},
    {"col", {.element = true}},
    {"colgroup", {.element = true}},
    {"dd", {.element = true, .blank = " "}},
    {"del", {.element = true}},
    {"dfn", {.element = true}},
    {"div", {.element = true, .style = true, .blank = "\n"}},
    {"dl", {.element = true}},
    {"dt", {.element = true, .blank = " "}},
    {"em", {.element = true}},
    {"fieldset", {.element = true}},
    {"form", {.element = true, .uri = kUriForm}},
    {"h1", {.element = true, .blank = " "}},
    {"h2", {.element = true, .blank = " "}},
    {"h3", {.element = true, .blank = " "}},
    {"h4", {.element = true, .blank = " "}},
    {"h5", {.element = true, .blank = " "}},
    {"h6", {.element = true, .blank = " "}},
    {"head", {.element = true}},
    {"hr", {.element = true, .blank = "\n\n"}},
    {"html", {.element = true}},
    {"i", {.element = true}},
    {"img", {.element = true, .uri = kUriImg}},
    {"input", {.element = true}},
    {"ins", {.element = true}},
    {"kbd", {.element = true}},
    {"label", {.element = true}},
    {"legend", {.element = true}},
    {"li", {.element = true, .blank = " "}},
    {"link", {.element = true, .uri = kUriLink}},
    {"map", {.element = true}},
    {"meta", {.element = true, .uri = kUriMeta}},
    {"noscript", {.element = true}},
    {"object", {.element = true}},
    {"ol", {.element = true}},
    {"optgroup", {.element = true}},
    {"option", {.element = true}},
    {"p", {.element = true, .style = true, .blank = "\n\n"}},
    {"param", {.element = true}},
    {"pre", {.element = true, .blank = "\n\n"}},
    {"q", {.element = true}},
    {"samp", {.element = true}},
    {"script", {.element = true, .uri = kUriScript}},
    {"select", {.element = true}},
    {"small", {.element = true, .style = true}},
    {"span", {.element = true, .style = true}},
    {"strong", {.element = true}},
    {"style", {.element = true}},
    {"sub", {.element = true}},
    {"sup", {.element = true}},
    {"table", {.element = true, .style = true, .uri = kUriTable}},
    {"tbody", {.element = true}},
    {"td", {.element = true, .style = true, .blank = " ", .uri = kUriTd}},
    {"textarea", {.element = true}},
    {"tfoot", {.element = true}},
    {"th", {.element = true, .style = true, .blank = " "}},
    {"thead", {.element = true}},
    {"title", {.element = true, .blank = "\n\n"}},
    {"tr", {.element = true, .style = true, .uri = kUriTr}},
    {"tt", {.element = true}},
    {"ul", {.element = true}},
    {"var", {.element = true}},
    {"applet", {.element = true}},
    {"basefont", {.element = true, .style = true}},
    {"center", {.element = true}},
    {"dir", {.element = true}},
    {"font", {.element = true, .style = true}},
    {"frame", {.element = true, .uri = kUriFrame}},
    {"frameset", {.element = true}},
    {"iframe", {.element = true, .uri = kUriIframe}},
    {"isindex", {.element = true}},
    {"menu", {.element = true}},
    {"noframes", {.element = true}},
    {"s", {.element = true}},
    {"strike", {.element = true}},
    {"u", {.element = true}},
    {"nobr", {.element = true}},
    {"x-sigsep", {.element = true}},
    {"x-tab", {.element = true}},
    {"bgsound", {.uri = kUriBgsound}},
    {"embed", {.blank = " ", .uri = kUriEmbed}},
    {"listing", {.blank = "\n\n"}},
    {"plaintext", {.blank = "\n\n"}},
    {"xmp", {.blank = "\n\n"}},
}};

// In the order of HtmlAttribute.
constexpr std::array<std::string_view, kHtmlAttributes> kAttributes = {
    "action", "alink", "background", "bgcolor", "color", "content", "data-saferedirecturl", "face", "height", "href", "http-equiv", "link", "size", "src", "style", "text", "vlink", "width"};
// clang-format on

constexpr std::size_t kNameMax = 20;  // "data-saferedirecturl"

// The front of a name, in lower case, and its length as one number. Names may differ and have one
// number: what is found is compared.
constexpr uint64_t packed(std::string_view name) {
  uint64_t key = name.size();
  for (std::size_t i = 0; i < name.size() && i < 7; ++i) {
    key = key << 8U | static_cast<uint8_t>(ascii_lower(name[i]));
  }
  return key;
}

// Where a name stands in a list, by open addressing.
template <std::size_t kSlots>
class NameTable {
 public:
  static_assert((kSlots & (kSlots - 1)) == 0);

  constexpr void add(std::string_view name, uint8_t place) {
    std::size_t slot = slot_of(packed(name));
    while (keys_[slot] != 0) slot = (slot + 1) % kSlots;
    keys_[slot] = packed(name);
    places_[slot] = place;
  }

  // Whether `is(place)` holds for a place with the number of `name`; then `place` is it.
  template <typename Is>
  bool find(std::string_view name, uint8_t& place, Is&& is) const {
    const uint64_t key = packed(name);
    for (std::size_t slot = slot_of(key); keys_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (keys_[slot] != key || !is(places_[slot])) continue;
      place = places_[slot];
      return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t slot_of(uint64_t key) {
    return (key * 0x9e3779b97f4a7c15ULL) >> 32U & (kSlots - 1);
  }

  std::array<uint64_t, kSlots> keys_{};
  std::array<uint8_t, kSlots> places_{};
};

constexpr NameTable<512> kTagTable = [] {
  NameTable<512> table;
  for (std::size_t i = 1; i < kHtmlTags; ++i) table.add(kTags[i].name, static_cast<uint8_t>(i));
  return table;
}();

constexpr NameTable<64> kAttributeTable = [] {
  NameTable<64> table;
  for (std::size_t i = 0; i < kHtmlAttributes; ++i) {
    table.add(kAttributes[i], static_cast<uint8_t>(i));
  }
  return table;
}();

}  // namespace

HtmlTag html_tag(std::string_view name) {
  uint8_t place = 0;
  if (name.size() <= kNameMax) {
    kTagTable.find(name, place, [name](uint8_t i) { return kTags[i].name == name; });
  }
  return static_cast<HtmlTag>(place);
}

std::string_view html_tag_name(HtmlTag tag) {
  return kTags[static_cast<std::size_t>(tag)].name;
}

const HtmlTagTraits& traits(HtmlTag tag) {
  return kTags[static_cast<std::size_t>(tag)].traits;
}

bool find_html_attribute(std::string_view name, HtmlAttribute& attribute) {
  if (name.size() < 3 || name.size() > kNameMax) return false;
  uint8_t place = 0;
  const bool found = kAttributeTable.find(
      name, place, [name](uint8_t i) { return iequals(kAttributes[i], name); });
  if (found) attribute = static_cast<HtmlAttribute>(place);
  return found;
}

}  // namespace sluice::rules
