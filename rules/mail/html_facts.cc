#include "rules/mail/html_facts.h"

#include <algorithm>

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

}  // namespace sluice::rules
