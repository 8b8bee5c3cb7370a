#include "ingest/mime/html_elements.h"

#include <array>
#include <cstddef>

#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr std::array kElements = std::to_array<HtmlElement>({
    {"a", kLinkElement},
    {"address", kBlock},
    {"area", kVoid | kLinkElement},
    {"article", kBlock},
    {"aside", kBlock},
    {"base", kVoid | kBaseElement},
    {"blockquote", kBlock},
    {"body", kBlock},
    {"br", kVoid | kBreak},
    {"button", kFormElement},
    {"caption", kBlock},
    {"center", kBlock},
    {"col", kVoid},
    {"dd", kBlock | kCell},
    {"div", kBlock},
    {"dl", kBlock},
    {"dt", kBlock | kCell},
    {"embed", kVoid | kImageElement},
    {"fieldset", kBlock},
    {"footer", kBlock},
    {"form", kBlock | kFormElement},
    {"h1", kBlock},
    {"h2", kBlock},
    {"h3", kBlock},
    {"h4", kBlock},
    {"h5", kBlock},
    {"h6", kBlock},
    {"head", kBlock},
    {"header", kBlock},
    {"hr", kVoid | kBreak},
    {"html", kBlock},
    {"iframe", kBlock | kImageElement},
    {"img", kVoid | kImageElement},
    {"input", kVoid | kFormElement},
    {"li", kBlock | kCell},
    {"link", kVoid},
    {"main", kBlock},
    {"meta", kVoid | kMetaElement},
    {"nav", kBlock},
    {"ol", kBlock},
    {"option", kBlock | kCell},
    {"p", kBlock | kCell},
    {"pre", kBlock},
    {"script", kScriptElement},
    {"section", kBlock},
    {"select", kBlock},
    {"source", kVoid | kImageElement},
    {"table", kBlock},
    {"tbody", kBlock},
    {"td", kBlock | kCell},
    {"textarea", kBlock},
    {"tfoot", kBlock},
    {"th", kBlock | kCell},
    {"thead", kBlock},
    {"title", kBlock},
    {"tr", kBlock | kCell},
    {"ul", kBlock},
    {"wbr", kVoid},
});

constexpr std::size_t kNameBytesMax = 10;

// Where the names that begin with a letter stand in the table.
struct Span {
  uint8_t begin = 0;
  uint8_t end = 0;
};

constexpr std::array<Span, 26> kByLetter = [] {
  std::array<Span, 26> spans{};
  for (std::size_t i = 0; i < kElements.size(); ++i) {
    Span& span = spans[static_cast<std::size_t>(kElements[i].name.front() - 'a')];
    if (span.end == 0) span.begin = static_cast<uint8_t>(i);
    span.end = static_cast<uint8_t>(i + 1);
  }
  return spans;
}();

}  // namespace

const HtmlElement* html_element(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || !is_alpha(name.front())) return nullptr;
  const Span span = kByLetter[static_cast<std::size_t>(ascii_lower(name.front()) - 'a')];
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (iequals(kElements[i].name, name)) return &kElements[i];
  }
  return nullptr;
}

}  // namespace sluice::mime
