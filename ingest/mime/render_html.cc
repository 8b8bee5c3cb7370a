#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/entities.h"
#include "ingest/mime/html_elements.h"
#include "ingest/mime/html_style.h"
#include "ingest/mime/html_tokenizer.h"
#include "ingest/mime/render.h"
#include "ingest/mime/text_sink.h"

namespace sluice::mime {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::size_t kLinkTextMax = 256;  // longer link texts are no host name

// An attribute's value with its references decoded: a view where there were none.
std::string_view decoded(std::string_view value, Arena& arena) {
  if (value.find('&') == kNone) return value;
  const auto room = arena.take(TextSink::room_for(value.size()));
  std::size_t size = 0;
  while (!value.empty()) {
    const Reference found = value.front() == '&' ? read_reference(value, true) : Reference{};
    const std::string_view text = found.length == 0 ? value.substr(0, 1) : found.text();
    std::copy(text.begin(), text.end(), room.begin() + static_cast<std::ptrdiff_t>(size));
    size += text.size();
    value.remove_prefix(std::max<std::size_t>(1, found.length));
  }
  arena.trim(room, size);
  return {room.data(), size};
}

bool has_scheme(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == kNone || colon == 0 || !is_alpha(url.front())) return false;
  return std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

class HtmlRenderer {
 public:
  HtmlRenderer(std::string_view html, RenderTarget target)
      : html_(html.substr(0, limits::kHtmlBytesMax)),
        beyond_(html.substr(html_.size())),
        target_(target),
        tokens_(html_, target.defects),
        sink_(target.arena, html.size(), target.defects) {}

  std::string_view run() {
    std::size_t count = 0;
    for (HtmlToken token = tokens_.next(); token.kind != HtmlTokenKind::kEnd;
         token = tokens_.next()) {
      handle(token);
      if (++count == limits::kHtmlTokensMax) {
        target_.defects.add(Defect::kLimitHtmlTokens);
        take_rest(tokens_.rest());
        break;
      }
    }
    if (!beyond_.empty()) {
      target_.defects.add(Defect::kLimitHtmlBytes);
      take_rest(beyond_);
    }
    return sink_.finish();
  }

 private:
  void handle(const HtmlToken& token) {
    switch (token.kind) {
      case HtmlTokenKind::kText:
        if (!token.raw) text(token.text);
        return;
      case HtmlTokenKind::kStartTag:
        return start_tag(token.text);
      case HtmlTokenKind::kEndTag:
        return end_tag(token.text);
      case HtmlTokenKind::kEnd:
        return;
    }
  }

  // What lies beyond a limit is kept as it stands.
  void take_rest(std::string_view rest) {
    find_urls(rest, UrlSource::kText, target_);
    sink_.end_paragraph();
    sink_.text(rest);
  }

  void text(std::string_view run) {
    if (!hidden_by_.empty()) {
      if (!trim(run).empty()) target_.defects.add(Defect::kHtmlHiddenText);
      return;
    }
    const std::size_t begin = sink_.size();
    while (!run.empty()) {
      const std::size_t ampersand = std::min(run.find('&'), run.size());
      sink_.text(run.substr(0, ampersand));
      run.remove_prefix(ampersand);
      if (run.empty()) break;
      const Reference found = read_reference(run, false);
      sink_.text(found.length == 0 ? run.substr(0, 1) : found.text());
      run.remove_prefix(std::max<std::size_t>(1, found.length));
    }
    find_urls(sink_.since(begin), UrlSource::kText, target_);
  }

  void start_tag(std::string_view name) {
    const HtmlElement* const element = html_element(name);
    const unsigned bits = element == nullptr ? 0U : element->bits;
    if ((bits & (kBlock | kBreak)) != 0) sink_.end_paragraph();
    if ((bits & kVoid) == 0) deepen();
    if (hidden_by_.empty()) {
      if ((bits & kVoid) == 0 && is_hidden()) hide(name);
    } else if ((bits & kCell) != 0 && iequals(name, hidden_by_)) {
      hidden_by_ = {};  // one paragraph or cell ends the one before it
      if (is_hidden()) hide(name);
    } else if (iequals(name, hidden_by_)) {
      ++hidden_nested_;
    }
    note(bits);
    attributes(bits);
  }

  void end_tag(std::string_view name) {
    const HtmlElement* const element = html_element(name);
    const unsigned bits = element == nullptr ? 0U : element->bits;
    if ((bits & kBlock) != 0) sink_.end_paragraph();
    if (depth_ > 0) --depth_;
    if ((bits & kLinkElement) != 0) end_link();
    if (hidden_by_.empty()) return;
    if (iequals(name, hidden_by_)) {
      if (hidden_nested_ == 0) hidden_by_ = {};
      if (hidden_nested_ > 0) --hidden_nested_;
    } else if (hidden_cell_ && (bits & kBlock) != 0 && (bits & kCell) == 0) {
      hidden_by_ = {};  // the table or list that holds the cell has ended
    }
  }

  void deepen() {
    if (++depth_ > limits::kHtmlDepthMax) target_.defects.add(Defect::kLimitHtmlDepth);
  }

  [[nodiscard]] bool is_hidden() const {
    for (const HtmlAttribute& attribute : tokens_.attributes()) {
      if (attribute.name.size() == 5 && iequals(attribute.name, "style") &&
          hides_text(attribute.value)) {
        return true;
      }
      if (attribute.name.size() == 6 && iequals(attribute.name, "hidden")) return true;
    }
    return false;
  }

  void hide(std::string_view name) {
    const HtmlElement* const element = html_element(name);
    hidden_by_ = name;
    hidden_nested_ = 0;
    hidden_cell_ = element != nullptr && (element->bits & kCell) != 0;
  }

  // Elements that are worth a rule by being there.
  void note(unsigned bits) {
    if ((bits & kScriptElement) != 0) target_.defects.add(Defect::kHtmlScript);
    if ((bits & kFormElement) != 0) target_.defects.add(Defect::kHtmlForm);
  }

  void attributes(unsigned bits) {
    bool refresh = false;
    std::string_view content;
    for (const HtmlAttribute& attribute : tokens_.attributes()) {
      const std::string_view name = attribute.name;
      if (iequals(name, "href")) {
        href(bits, attribute.value);
      } else if (iequals(name, "src") || iequals(name, "background") || iequals(name, "poster")) {
        add_url(attribute.value, UrlSource::kImage);
      } else if (iequals(name, "action") || iequals(name, "formaction")) {
        add_url(attribute.value, UrlSource::kForm);
      } else if (iequals(name, "data") || iequals(name, "cite") || iequals(name, "ping")) {
        add_url(attribute.value, UrlSource::kOther);
      } else if ((bits & kMetaElement) != 0 && iequals(name, "http-equiv")) {
        refresh = iequals(trim(attribute.value), "refresh");
      } else if (iequals(name, "content")) {
        content = attribute.value;
      }
    }
    if (refresh) meta_refresh(content);
  }

  void href(unsigned bits, std::string_view value) {
    if ((bits & kBaseElement) != 0) {
      target_.defects.add(Defect::kHtmlBaseHref);
      if (base_.empty()) base_ = decoded(value, target_.arena);
      return;
    }
    const bool link = (bits & kLinkElement) != 0;
    const std::string_view url = add_url(value, link ? UrlSource::kLink : UrlSource::kOther);
    if (!link) return;
    link_ = url;
    link_text_begin_ = sink_.size();
  }

  void meta_refresh(std::string_view content) {
    target_.defects.add(Defect::kHtmlMetaRefresh);
    const std::size_t at = ifind(content.substr(0, 64), "url=");
    if (at == kNone) return;
    std::string_view url = trim(content.substr(at + 4));
    if (!url.empty() && (url.front() == '\'' || url.front() == '"')) url.remove_prefix(1);
    if (!url.empty() && (url.back() == '\'' || url.back() == '"')) url.remove_suffix(1);
    add_url(url, UrlSource::kOther);
  }

  // Adds the URL in an attribute, made absolute where a base allows it. Returns it.
  std::string_view add_url(std::string_view value, UrlSource source) {
    std::string_view url = trim(decoded(value, target_.arena));
    if (url.size() > 5 && istarts_with(url, "data:")) target_.defects.add(Defect::kHtmlDataUrl);
    if (url.empty() || url.front() == '#') return {};
    if (!has_scheme(url) && !target_.urls.full()) url = absolute(url);
    if (!url.empty()) target_.urls.add(url, source, target_.part, target_.defects);
    return url;
  }

  // Joins a relative reference to the base, as far as mail does: "//host", "/path" and "name".
  std::string_view absolute(std::string_view url) {
    constexpr std::string_view kScheme = "https:";
    if (url.starts_with("//")) return joined(kScheme, url);
    if (base_.empty() || !has_scheme(base_)) return {};
    const std::size_t authority = base_.find("//");
    if (authority == kNone) return {};
    const std::size_t path = std::min(base_.find('/', authority + 2), base_.size());
    if (url.front() == '/') return joined(base_.substr(0, path), url);
    const std::size_t last = base_.rfind('/');
    return joined(base_.substr(0, last < path ? path : last + 1), url);
  }

  std::string_view joined(std::string_view a, std::string_view b) {
    if (a.size() + b.size() > limits::kUrlBytesMax) {
      target_.defects.add(Defect::kLimitUrlBytes);
      return {};
    }
    const auto room = target_.arena.take(a.size() + b.size());
    std::copy(a.begin(), a.end(), room.begin());
    std::copy(b.begin(), b.end(), room.begin() + static_cast<std::ptrdiff_t>(a.size()));
    return {room.data(), room.size()};
  }

  // A link whose text names one host and that leads to another is the oldest trick of phishing.
  void end_link() {
    const std::string_view link = std::exchange(link_, {});
    const std::string_view shown = trim(sink_.since(std::min(link_text_begin_, sink_.size())));
    if (link.empty() || target_.urls.full() || shown.size() > kLinkTextMax ||
        shown.find('.') == kNone || shown.find_first_of(" \n@") != kNone) {
      return;
    }
    DefectSet ignored;
    const CanonicalUrl target = canonical_url(link, target_.arena, ignored);
    const std::string_view text_url = has_scheme(shown) ? shown : joined("http://", shown);
    const CanonicalUrl seen = canonical_url(text_url, target_.arena, ignored);
    if (target.host.empty() || seen.host.empty() || !has_known_tld(seen.host)) return;
    if (!same_registrable_domain(target.host, seen.host)) {
      target_.defects.add(Defect::kLinkTextMismatch);
    }
  }

  std::string_view html_;
  std::string_view beyond_;  // what the limit cuts off
  RenderTarget target_;
  HtmlTokenizer tokens_;
  TextSink sink_;
  std::size_t depth_ = 0;

  std::string_view hidden_by_ = {};  // the element that hides what is inside it
  std::size_t hidden_nested_ = 0;    // open elements of the same name inside it
  bool hidden_cell_ = false;

  std::string_view base_ = {};
  std::string_view link_ = {};  // of the open link
  std::size_t link_text_begin_ = 0;
};

}  // namespace

std::string_view render_html(std::string_view html_utf8, RenderTarget target) {
  return HtmlRenderer(html_utf8, target).run();
}

}  // namespace sluice::mime
