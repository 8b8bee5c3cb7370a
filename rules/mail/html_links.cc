#include "rules/mail/html_links.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/mail/html_target.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kRoomMin = 128;

// Links that are never relative to a base.
bool is_never_relative(std::string_view uri) {
  constexpr std::array<std::string_view, 5> kSchemes = {
      "data:", "mailto:", "file:", "cid:", "tel:"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [uri](std::string_view scheme) { return istarts_with(uri, scheme); });
}

}  // namespace

void GrowingText::clear() {
  text_ = {};
  room_ = {};
}

void GrowingText::add(std::string_view piece) {
  if (piece.empty()) return;
  if (text_.empty()) {
    text_ = piece;
    return;
  }
  const std::size_t used = text_.size();
  if (room_.size() < used + piece.size()) {
    room_ = arena_.take(std::max(kRoomMin, 2 * (used + piece.size())));
    std::ranges::copy(text_, room_.begin());
  }
  std::ranges::copy(piece, room_.subspan(used).begin());
  text_ = {room_.data(), used + piece.size()};
}

HtmlLinks::HtmlLinks(HtmlFacts& facts, Arena& arena)
    : facts_(facts), arena_(arena), index_(&arena), anchor_text_(arena) {}

void HtmlLinks::add(uint32_t type, const HtmlText& uri) {
  const std::string_view trimmed = trim_uri(uri.text, uri.wide, facts_.uri_truncated);
  if (trimmed.empty()) return;
  if (is_never_relative(trimmed)) {
    entry(trimmed, !uri.wide).types |= type;
    return;
  }
  if (base_.size() > base_bytes_left_) {
    facts_.uris_cut = true;
    return;
  }
  base_bytes_left_ -= base_.size();
  const std::string_view target = target_uri(base_, trimmed, arena_);
  if (!target.empty()) entry(target, !uri.wide && !base_wide_).types |= type;
}

void HtmlLinks::set_base(const HtmlText& uri) {
  const std::string_view trimmed = trim_uri(uri.text, uri.wide, facts_.uri_truncated);
  add(kUriBase, {.text = trimmed, .wide = uri.wide});
  const std::string_view base = base_of_uri(trimmed, arena_);
  if (base.empty()) return;
  base_ = base;
  base_wide_ = uri.wide;
}

HtmlUri& HtmlLinks::entry(std::string_view uri, bool narrow) {
  const auto number = static_cast<uint32_t>(facts_.uris.size());
  const auto [found, is_new] = index_.add(uri, number);
  if (!is_new) return facts_.uris[found];
  facts_.uris.emplace_back(&arena_);
  facts_.uris.back().uri = uri;
  facts_.uris.back().narrow = narrow;
  return facts_.uris.back();
}

void HtmlLinks::open_anchor(const HtmlText& href) {
  end_anchor();
  const std::string_view uri = trim_uri(href.text, href.wide, facts_.uri_truncated);
  HtmlUri& to = entry(uri, !href.wide);
  anchor_uri_ = static_cast<std::size_t>(&to - facts_.uris.data());
  to.anchor_texts.emplace_back();
  facts_.anchors.emplace_back();
  anchor_text_.clear();
}

void HtmlLinks::add_anchor_text(std::string_view text) {
  anchor_text_.add(text);
}

void HtmlLinks::end_anchor() {
  if (facts_.anchors.empty()) return;
  facts_.anchors.back() = anchor_text_.text();
  facts_.uris[anchor_uri_].anchor_texts.back() = anchor_text_.text();
}

void HtmlLinks::finish() {
  end_anchor();
}

}  // namespace sluice::rules
