#include "rules/mail/part_text.h"

#include <new>

#include "base/text.h"
#include "rules/mail/charset_text.h"
#include "rules/mail/html.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/mime_tree.h"

namespace sluice::rules {

std::string_view effective_type(const MailPart& part) {
  // A name that ends with .htm, .html, .shtm or .shtml.
  std::string_view name = part.name;
  if (name.ends_with('\n')) name.remove_suffix(1);
  if (!name.empty() && ascii_lower(name.back()) == 'l') name.remove_suffix(1);
  if (name.size() < 4 || !iequals(name.substr(name.size() - 3), "htm")) return part.type;
  name.remove_suffix(3);
  if (name.size() > 1 && ascii_lower(name.back()) == 's') name.remove_suffix(1);
  return name.ends_with('.') ? "text/html" : part.type;
}

PartTexts::PartTexts(std::span<MailPart> parts, Arena& arena)
    : parts_(parts), states_(parts.size(), &arena), arena_(arena) {}

void PartTexts::decode(std::size_t i) {
  if (states_[i].decoded) return;
  states_[i].decoded = true;
  if (parts_[i].leaf) parts_[i].decoded = decoded_body(parts_[i], arena_);
}

void PartTexts::render(std::size_t i) {
  if (states_[i].rendered) return;
  states_[i].rendered = true;
  MailPart& part = parts_[i];
  const std::string_view type = effective_type(part);
  if (!part.leaf || (type != "text/plain" && type != "text/html")) return;
  decode(i);
  part.rendered_type = type;
  const HeldText held = part_text(part.decoded, part.charset, arena_);
  if (type == "text/html" && !part.decoded.empty()) {
    render_html(i, held);
    return;
  }
  part.rendered = held.text;
  part.visible = held.text;
  bool(&narrow)[3] = states_[i].narrow;
  narrow[static_cast<std::size_t>(Rendering::kAll)] = !held.wide;
  narrow[static_cast<std::size_t>(Rendering::kVisible)] = !held.wide;
  narrow[static_cast<std::size_t>(Rendering::kInvisible)] = true;  // there is none
}

void PartTexts::render_html(std::size_t i, const HeldText& held) {
  MailPart& part = parts_[i];
  auto* const facts = new (arena_.allocate(sizeof(HtmlFacts), alignof(HtmlFacts)))
      HtmlFacts(&arena_);  // never destroyed: all it owns stands in the arena
  RenderedHtml html;
  render_html_part({.text = held.text, .wide = held.wide, .part_bytes = part.decoded.size()},
                   arena_, *facts, html);
  part.html = facts;
  part.rendered = html.rendered;
  part.visible = html.visible;
  part.invisible = html.invisible;
  bool(&narrow)[3] = states_[i].narrow;
  narrow[static_cast<std::size_t>(Rendering::kAll)] = !html.rendered_wide;
  narrow[static_cast<std::size_t>(Rendering::kVisible)] = !html.visible_wide;
  narrow[static_cast<std::size_t>(Rendering::kInvisible)] = !html.invisible_wide;
}

RenderedText PartTexts::rendered(std::size_t i, Rendering rendering) const {
  const MailPart& part = parts_[i];
  const bool narrow = states_[i].narrow[static_cast<std::size_t>(rendering)];
  switch (rendering) {
    case Rendering::kAll:
      return {.text = part.rendered, .narrow = narrow};
    case Rendering::kVisible:
      return {.text = part.visible, .narrow = narrow};
    case Rendering::kInvisible:
      return {.text = part.invisible, .narrow = narrow};
  }
  return {};
}

}  // namespace sluice::rules
