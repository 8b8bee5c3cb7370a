#include "rules/mail/html_open_tags.h"

namespace sluice::rules {

HtmlOpenTags::HtmlOpenTags(HtmlFacts& facts, Arena& arena) : facts_(facts), unknown_(&arena) {}

int& HtmlOpenTags::count(HtmlTag tag, std::string_view name, bool element) {
  ++tags_;
  elements_ += static_cast<uint32_t>(element);
  const auto end = static_cast<uint32_t>(facts_.inside.size());
  uint32_t place = places_[static_cast<std::size_t>(tag)];
  if (tag == HtmlTag::kUnknown) {
    const auto [found, is_new] = unknown_.add(name, end);
    place = is_new ? 0 : found + 1;
  }
  if (place > 0) return facts_.inside[place - 1].second;
  ++kinds_;
  element_kinds_ += static_cast<uint32_t>(element);
  if (tag != HtmlTag::kUnknown) places_[static_cast<std::size_t>(tag)] = end + 1;
  facts_.inside.emplace_back(name, 0);
  return facts_.inside.back().second;
}

void HtmlOpenTags::open(HtmlTag tag, std::string_view name, bool element) {
  ++count(tag, name, element);
}

void HtmlOpenTags::close(HtmlTag tag, std::string_view name, bool element) {
  int& open = count(tag, name, element);
  if (open > 0) {
    --open;
  } else {
    ++closed_extra_;
  }
}

void HtmlOpenTags::note_doctype() {
  constexpr std::string_view kDoctype = "!doctype";
  ++tags_;
  ++elements_;
  const auto [found, is_new] = unknown_.add(kDoctype, static_cast<uint32_t>(facts_.inside.size()));
  if (is_new) facts_.inside.emplace_back(kDoctype, 0);
  if (!is_new) facts_.inside[found].second = 0;
}

void HtmlOpenTags::put_ratios(uint32_t cut_words) const {
  const auto share = [](uint32_t part, uint32_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  };
  if (tags_ == 0) return;
  facts_.set(HtmlFact::kClosedExtraRatio, share(closed_extra_, tags_));
  if (elements_ > 0) facts_.set(HtmlFact::kBadTagRatio, share(tags_ - elements_, tags_));
  if (element_kinds_ > 0) {
    facts_.set(HtmlFact::kNonElementRatio, share(kinds_ - element_kinds_, kinds_));
  }
  if (cut_words > 0) facts_.set(HtmlFact::kObfuscationRatio, share(cut_words, tags_));
}

}  // namespace sluice::rules
