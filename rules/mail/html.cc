#include "rules/mail/html.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/text.h"
#include "rules/mail/html_attributes.h"
#include "rules/mail/html_font_face.h"
#include "rules/mail/html_links.h"
#include "rules/mail/html_open_tags.h"
#include "rules/mail/html_prepare.h"
#include "rules/mail/html_style.h"
#include "rules/mail/html_tags.h"
#include "rules/mail/html_target.h"
#include "rules/mail/html_text_out.h"
#include "rules/mail/html_tokens.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Pixels an image covers: a share of a screen of 800 by 600, and 200 where nothing is said.
double image_side(const HtmlText& length, double pixels_of_percent) {
  constexpr double kUsual = 200;
  std::string_view text = length.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return kUsual;
  double number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  if (percent) number *= pixels_of_percent;
  return number > 0 ? number : kUsual;
}

// "o:p", "st1:city": names of an office program's own.
bool is_office_name(std::string_view name, bool wide) {
  const std::size_t colon = name.find(':');
  if (colon == kNone) return false;
  const std::string_view space = name.substr(0, colon);
  const bool office =
      space == "o" || (space.size() == 3 && space.starts_with("st") && is_digit(space[2]));
  if (!office) return false;
  std::string_view local = name.substr(colon + 1);
  if (local.ends_with('/')) local.remove_suffix(1);
  for (std::size_t i = 0; i < local.size();) {
    const PerlChar c = char_at(local, i);
    if (c.code != '-' && !is_perl_word(c.code, wide)) return false;
    i += c.bytes;
  }
  return !local.empty();
}

// Without byte order marks.
std::string_view without_marks(std::string_view text, Arena& arena) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.find(kMark) == kNone) return text;
  const std::span<char> room = arena.take(text.size());
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kMark), text.size());
    std::copy_n(text.begin(), end, room.begin() + static_cast<std::ptrdiff_t>(used));
    used += end;
    text.remove_prefix(std::min(end + kMark.size(), text.size()));
  }
  arena.trim(room, used);
  return {room.data(), used};
}

class HtmlRenderer final : public HtmlTokenSink {
 public:
  HtmlRenderer(std::string_view text, bool wide, Arena& arena, HtmlFacts& facts)
      : arena_(arena),
        facts_(facts),
        wide_(wide),
        tags_(facts, arena),
        styles_(&arena),
        links_(facts, arena),
        out_(text.size() + text.size() / 4 + 16, arena),
        title_(arena),
        tokenizer_(text, *this, &arena) {}

  void run() {
    tokenizer_.parse();
    if (tags_.is_open(HtmlTag::kStyle) || tags_.is_open(HtmlTag::kScript)) {
      tokenizer_.close_literal();
    }
    tokenizer_.finish();
  }

  // What the end of the document tells; the original does not get there if it dies.
  void put_results() {
    end_title();
    links_.finish();
    if (!reached_end()) {
      forget_results();
      return;
    }
    if (facts_.uri_truncated) facts_.set(HtmlFact::kUriTruncated, 1);
    facts_.set(HtmlFact::kImageArea, image_area_);
    facts_.set(HtmlFact::kMinSize, styles_.size_min());
    facts_.set(HtmlFact::kMaxSize, styles_.size_max());
    tags_.put_ratios(out_.cut_words());
    if (out_.backhair() > 0) facts_.set(HtmlFact::kBackhairCount, out_.backhair());
  }

  void finish(RenderedHtml& rendered) { out_.finish(rendered); }

  [[nodiscard]] bool reached_end() const {
    return !tokenizer_.stopped() && !tokenizer_.ends_ignored();
  }

  bool on_start(std::string_view name, HtmlRawAttributes& raw) override {
    const HtmlTag tag = read_name(name);
    const bool office = tag == HtmlTag::kUnknown && is_office_name(name_, wide_);
    tags_.open(tag, name_, traits(tag).element || office);
    if (tag == HtmlTag::kUnknown) return true;
    HtmlAttributes attributes(raw, wide_, arena_);
    if (traits(tag).style && !styles_.open(tag, attributes)) return false;
    put_blank(tag);
    if (traits(tag).uri != 0) read_links(tag, attributes);
    test_tag(tag, attributes);
    return true;
  }

  void on_end(std::string_view name) override {
    const HtmlTag tag = read_name(name);
    const bool office = tag == HtmlTag::kUnknown && is_office_name(name_, wide_);
    tags_.close(tag, name_, traits(tag).element || office);
    if (traits(tag).style) styles_.close(tag);
    put_blank(tag);
  }

  void on_text(std::string_view raw, bool cdata) override {
    if (tags_.is_open(HtmlTag::kScript)) {
      facts_.scripts.push_back(cdata ? raw : decoded(raw).text);
      return;
    }
    if (tags_.is_open(HtmlTag::kStyle)) return;
    const HtmlText text = cdata ? HtmlText{.text = raw, .wide = wide_} : decoded(raw);
    if (tags_.is_open(HtmlTag::kA)) links_.add_anchor_text(text.text);
    if (tags_.is_open(HtmlTag::kTitle)) title_.add(text.text);
    const bool hidden = is_hidden(text);
    out_.note_cut_words(text);
    out_.put_text(text, hidden);
  }

  void on_comment(std::string_view text) override { facts_.comments.push_back(text); }

  void on_declaration(std::string_view text) override {
    if (istarts_with(text, "<!doctype")) tags_.note_doctype();
  }

 private:
  [[nodiscard]] HtmlText decoded(std::string_view raw) const {
    return decode_references(raw, wide_, ReferencePlace::kText, arena_);
  }

  // The tag of a name; the name in lower case is name_.
  HtmlTag read_name(std::string_view name) {
    constexpr std::size_t kKnownMax = 16;
    std::array<char, kKnownMax> room;
    if (name.size() <= kKnownMax) {
      std::transform(name.begin(), name.end(), room.begin(), ascii_lower);
      const HtmlTag tag = html_tag({room.data(), name.size()});
      name_ = html_tag_name(tag);
      if (tag != HtmlTag::kUnknown) return tag;
    }
    name_ = name;
    if (std::any_of(name.begin(), name.end(), [](char c) { return ascii_lower(c) != c; })) {
      const std::span<char> lower = arena_.take(name.size());
      std::transform(name.begin(), name.end(), lower.begin(), ascii_lower);
      name_ = {lower.data(), lower.size()};
    }
    return HtmlTag::kUnknown;
  }

  void put_blank(HtmlTag tag) {
    const std::string_view blank = traits(tag).blank;
    if (!blank.empty()) out_.put_blank(blank);
  }

  bool is_hidden(const HtmlText& text) {
    const Sight sight = styles_.top().sight;
    if (sight == Sight::kSeen || !has_ink(text)) return false;
    if (sight == Sight::kLowContrast) facts_.set(HtmlFact::kFontLowContrast, 1);
    if (sight == Sight::kInvalidColor) facts_.set(HtmlFact::kFontInvalidColor, 1);
    return true;
  }

  // ---- links

  void add_link(HtmlTag tag, const std::optional<HtmlText>& uri) {
    if (uri.has_value()) links_.add(traits(tag).uri, *uri);
  }

  void read_links(HtmlTag tag, HtmlAttributes& attributes) {
    switch (tag) {
      case HtmlTag::kBody:
      case HtmlTag::kTable:
      case HtmlTag::kTr:
      case HtmlTag::kTd:
        add_link(tag, attributes.get(HtmlAttribute::kBackground));
        break;
      case HtmlTag::kA:
      case HtmlTag::kArea:
      case HtmlTag::kLink:
        attributes.use_odd(HtmlAttribute::kHref);
        add_link(tag, href_of(attributes));
        add_link(tag, attributes.get(HtmlAttribute::kDataSaferedirecturl));
        break;
      case HtmlTag::kForm:
        add_link(tag, attributes.get(HtmlAttribute::kAction));
        break;
      case HtmlTag::kBase:
        read_base(attributes);
        break;
      case HtmlTag::kMeta:
        read_refresh(attributes);
        break;
      default:
        attributes.use_odd(HtmlAttribute::kSrc);
        add_link(tag, attributes.get(HtmlAttribute::kSrc));
        break;
    }
  }

  [[nodiscard]] std::optional<HtmlText> href_of(const HtmlAttributes& attributes) const {
    auto href = attributes.get(HtmlAttribute::kHref);
    if (href.has_value()) href->text = without_marks(href->text, arena_);
    return href;
  }

  void read_base(const HtmlAttributes& attributes) {
    const auto href = attributes.get(HtmlAttribute::kHref);
    if (href.has_value() && !href->text.empty() && href->text != "0") links_.set_base(*href);
  }

  void read_refresh(const HtmlAttributes& attributes) {
    const auto kind = attributes.get(HtmlAttribute::kHttpEquiv);
    if (!kind.has_value() || ifind(kind->text, "refresh") == kNone) return;
    const auto content = attributes.get(HtmlAttribute::kContent);
    if (!content.has_value() || !has_refresh_uri(content->text, content->wide)) return;
    const std::string_view uri = refresh_uri(content->text, content->wide, arena_);
    links_.add(traits(HtmlTag::kMeta).uri, {.text = uri, .wide = content->wide});
  }

  // ---- tests of start tags

  void test_tag(HtmlTag tag, const HtmlAttributes& attributes) {
    switch (tag) {
      case HtmlTag::kFont:
        test_font(attributes);
        break;
      case HtmlTag::kImg:
        test_image(attributes);
        break;
      case HtmlTag::kForm:
        test_form(attributes);
        break;
      case HtmlTag::kObject:
      case HtmlTag::kEmbed:
        facts_.set(HtmlFact::kEmbeds, 1);
        break;
      case HtmlTag::kA:
        links_.open_anchor(href_of(attributes).value_or(HtmlText{}));
        break;
      case HtmlTag::kTitle:
        end_title();
        facts_.titles.emplace_back();
        break;
      default:
        break;
    }
  }

  void test_font(const HtmlAttributes& attributes) {
    const auto face = attributes.get(HtmlAttribute::kFace);
    if (face.has_value() && !is_good_font_face(face->text, face->wide)) {
      facts_.set(HtmlFact::kFontFaceBad, 1);
    }
  }

  void test_image(const HtmlAttributes& attributes) {
    if (tags_.is_open(HtmlTag::kA)) links_.add_anchor_text("<img>\n");
    const auto width = attributes.get(HtmlAttribute::kWidth);
    const auto height = attributes.get(HtmlAttribute::kHeight);
    if (!width.has_value() || !height.has_value()) return;
    image_area_ += image_side(*width, 8) * image_side(*height, 6);
  }

  void test_form(const HtmlAttributes& attributes) {
    const auto action = attributes.get(HtmlAttribute::kAction);
    if (action.has_value() && ifind(action->text, "mailto:") != kNone) {
      facts_.set(HtmlFact::kFormActionMailto, 1);
    }
  }

  // ---- results

  void end_title() {
    if (!facts_.titles.empty()) facts_.titles.back() = title_.text();
    title_.clear();
  }

  // Of a document whose end the original does not reach.
  void forget_results() {
    facts_.inside.clear();
    facts_.titles.clear();
    facts_.comments.clear();
    facts_.scripts.clear();
    facts_.anchors.clear();
    facts_.uris.clear();
    facts_.uri_truncated = false;
  }

  Arena& arena_;
  HtmlFacts& facts_;
  bool wide_;
  std::string_view name_;
  HtmlOpenTags tags_;
  HtmlStyles styles_;
  HtmlLinks links_;
  HtmlTextOut out_;
  GrowingText title_;
  double image_area_ = 0;
  HtmlTokenizer tokenizer_;
};

void put_text_facts(const HtmlPartText& part, const RenderedHtml& rendered, HtmlFacts& facts) {
  const auto characters = static_cast<double>(count_chars(rendered.rendered));
  const auto spaces = static_cast<double>(count_spaces(rendered.rendered, rendered.rendered_wide));
  facts.set(HtmlFact::kHtmlLength, characters);
  facts.set(HtmlFact::kNonSpaceLen, characters - spaces);
  const auto bytes = static_cast<double>(part.part_bytes);
  if (part.part_bytes > 0) facts.set(HtmlFact::kRatio, (bytes - characters) / bytes);
}

}  // namespace

void render_html_part(const HtmlPartText& part, Arena& arena, HtmlFacts& facts, RenderedHtml& out) {
  facts.set(HtmlFact::kHtml, 1);
  HtmlRenderer renderer(prepare_html(part.text, part.wide, arena), part.wide, arena, facts);
  renderer.run();
  renderer.put_results();
  renderer.finish(out);
  if (renderer.reached_end()) {
    facts.set(HtmlFact::kLength, static_cast<double>(count_chars(part.text)));
  }
  put_text_facts(part, out, facts);
}

}  // namespace sluice::rules
