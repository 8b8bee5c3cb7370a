#include "rules/mail/html_facts.h"

#include <algorithm>
#include <new>

namespace sluice::rules {

namespace {

constexpr std::array<std::string_view, kHtmlFacts> kNames = {"html",
                                                             "font_low_contrast",
                                                             "font_invalid_color",
                                                             "font_face_bad",
                                                             "form_action_mailto",
                                                             "embeds",
                                                             "uri_truncated",
                                                             "image_area",
                                                             "length",
                                                             "html_length",
                                                             "non_space_len",
                                                             "ratio",
                                                             "min_size",
                                                             "max_size",
                                                             "closed_extra_ratio",
                                                             "backhair_count",
                                                             "bad_tag_ratio",
                                                             "non_element_ratio",
                                                             "obfuscation_ratio"};

void copy_texts(const std::pmr::vector<std::string_view>& texts, Arena& arena,
                std::pmr::vector<std::string_view>& to) {
  to.reserve(texts.size());
  for (const std::string_view text : texts) to.push_back(arena.copy(text));
}

}  // namespace

std::optional<HtmlFact> html_fact_named(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<HtmlFact>(found - kNames.begin());
}

std::string_view html_fact_name(HtmlFact fact) {
  return kNames[static_cast<std::size_t>(fact)];
}

std::optional<double> HtmlFacts::value(std::string_view name) const {
  const auto fact = html_fact_named(name);
  if (!fact.has_value()) return std::nullopt;
  return value(*fact);
}

int HtmlFacts::open_tags(std::string_view tag) const {
  const auto found =
      std::find_if(inside.begin(), inside.end(), [tag](const auto& t) { return t.first == tag; });
  return found == inside.end() ? 0 : found->second;
}

HtmlFacts* HtmlFacts::copy_to(Arena& arena) const {
  auto* const to = new (arena.allocate(sizeof(HtmlFacts), alignof(HtmlFacts)))
      HtmlFacts(&arena);  // never destroyed: all it owns stands in the arena
  to->texts.reserve(texts.size());
  for (const auto& [name, text] : texts) {
    to->texts.emplace_back(arena.copy(name), arena.copy(text));
  }
  to->inside.reserve(inside.size());
  for (const auto& [tag, count] : inside) to->inside.emplace_back(arena.copy(tag), count);
  copy_texts(titles, arena, to->titles);
  copy_texts(comments, arena, to->comments);
  copy_texts(scripts, arena, to->scripts);
  copy_texts(anchors, arena, to->anchors);
  to->uris.reserve(uris.size());
  for (const HtmlUri& uri : uris) {
    HtmlUri& copy = to->uris.emplace_back(&arena);
    copy.uri = arena.copy(uri.uri);
    copy.types = uri.types;
    copy.narrow = uri.narrow;
    copy_texts(uri.anchor_texts, arena, copy.anchor_texts);
  }
  to->uris_cut = uris_cut;
  to->uri_truncated = uri_truncated;
  to->values_ = values_;
  to->known_ = known_;
  return to;
}

}  // namespace sluice::rules
