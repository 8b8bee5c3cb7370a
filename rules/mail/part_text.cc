#include "rules/mail/part_text.h"

#include <new>

#include "base/text.h"
#include "rules/mail/charset_text.h"
#include "rules/mail/header_block.h"
#include "rules/mail/html.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/transfer_text.h"

namespace sluice::rules {
namespace {

void render_html(const HeldText& held, Arena& arena, PartText& text) {
  auto* const facts = new (arena.allocate(sizeof(HtmlFacts), alignof(HtmlFacts)))
      HtmlFacts(&arena);  // never destroyed: all it owns stands in the arena
  RenderedHtml html;
  render_html_part({.text = held.text, .wide = held.wide, .part_bytes = text.decoded.size()}, arena,
                   *facts, html);
  text.html = facts;
  text.rendered = {.text = html.rendered, .narrow = !html.rendered_wide};
  text.visible = {.text = html.visible, .narrow = !html.visible_wide};
  text.invisible = {.text = html.invisible, .narrow = !html.invisible_wide};
}

}  // namespace

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

PartSource source_of(const MailPart& part) {
  const std::string_view type = effective_type(part);
  const bool text = type == "text/plain" || type == "text/html";
  return {.raw = part.raw,
          .encoding = last_field_value(part.fields, "content-transfer-encoding"),
          .type = part.type,
          .charset = part.charset,
          .rendered_type = text ? type : std::string_view()};
}

std::string_view decoded_text(const PartSource& source, Arena& arena) {
  if (iequals(source.encoding, "quoted-printable")) {
    return lf_lines(transfer_quoted_printable(source.raw, arena), arena);
  }
  if (!iequals(source.encoding, "base64")) return source.raw;
  const std::string_view decoded = transfer_base64(source.raw, arena);
  const bool text = source.type.starts_with("text/") || source.type.starts_with("message/");
  return text ? lf_lines(decoded, arena) : decoded;
}

void render_text(const PartSource& source, Arena& arena, PartText& text) {
  text.rendered_type = source.rendered_type;
  if (source.rendered_type.empty()) return;
  const HeldText held = part_text(text.decoded, source.charset, arena);
  if (source.rendered_type == "text/html" && !text.decoded.empty()) {
    render_html(held, arena, text);
    return;
  }
  text.rendered = {.text = held.text, .narrow = !held.wide};
  text.visible = text.rendered;
  text.invisible = {.text = {}, .narrow = true};
}

}  // namespace sluice::rules
