#include "rules/mail/html_style.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

// ---- declarations of a style: "color: red"

// What stands between the blanks after a colon. Where nothing does, a blank is the value if there
// is one that is no newline.
std::optional<std::string_view> value_of(std::string_view rest, bool wide) {
  const std::string_view value = trim_perl(rest, wide);
  if (!value.empty()) {
    if (value.find('\n') != kNone) return std::nullopt;
    return value;
  }
  std::size_t end = rest.size();
  while (end > 0 && rest[end - 1] == '\n') --end;
  if (end == 0) return std::nullopt;
  const std::size_t bytes = char_before(rest, end).bytes;
  return rest.substr(end - bytes, bytes);
}

// Without "!important" at its end.
std::string_view without_important(std::string_view value, bool wide) {
  constexpr std::string_view kWord = "important";
  if (value.size() <= kWord.size()) return value;
  std::string_view front = value.substr(0, value.size() - kWord.size());
  if (!iequals(value.substr(front.size()), kWord)) return value;
  front = front.substr(0, space_begin(front, front.size(), wide));
  if (!front.ends_with('!')) return value;
  front.remove_suffix(1);
  return front.substr(0, space_begin(front, front.size(), wide));
}

void set_color(std::string_view value, bool wide, HtmlColor& color) {
  value = without_important(value, wide);
  if (ifind(value, "rgb") != kNone) {
    color = read_style_rgb(value);
  } else if (iequals(value, "transparent")) {
    color = {.kind = HtmlColor::Kind::kTransparent};
  } else if (!iequals(value, "inherit")) {
    color = read_color(value, wide);
  }
}

// ---- layers of "background:"

// Reads words of a background: of its last layer, the first that is a colour.
class BackgroundReader {
 public:
  BackgroundReader(std::string_view text, bool wide) : text_(text), wide_(wide) {}

  void read() {
    for (std::size_t i = 0; i < text_.size(); ++i) step(i);
    if (begin_ < text_.size()) end_word(text_.size());
    if (words_) end_layer();
  }

  [[nodiscard]] bool any_layers() const { return layers_; }

  [[nodiscard]] const std::optional<HtmlColor>& color() const { return layer_color_; }

 private:
  void step(std::size_t i) {
    const char c = text_[i];
    if (quote_ != '\0') {
      if (c == quote_) quote_ = '\0';
    } else if (c == '"' || c == '\'') {
      quote_ = c;
    } else if (in_brackets_) {
      if (c == ')') {
        in_brackets_ = false;
        end_word(i + 1);
        begin_ = i + 1;
      }
    } else if (c == '(') {
      in_brackets_ = true;
    } else if (c == ' ' || c == ',') {
      end_word(i);
      begin_ = i + 1;
      if (c == ',') end_layer();
    }
  }

  void end_word(std::size_t end) {
    if (end <= begin_) return;
    words_ = true;
    if (color_.has_value()) return;
    const HtmlColor color = read_color(text_.substr(begin_, end - begin_), wide_);
    if (color.kind != HtmlColor::Kind::kInvalid) color_ = color;
  }

  void end_layer() {
    layers_ = true;
    layer_color_ = color_;
    color_.reset();
    words_ = false;
  }

  std::string_view text_;
  std::size_t begin_ = 0;  // of the word
  std::optional<HtmlColor> color_;
  std::optional<HtmlColor> layer_color_;
  char quote_ = '\0';
  bool in_brackets_ = false;
  bool words_ = false;  // in this layer
  bool layers_ = false;
  bool wide_;
};

// One declaration, without blanks before it, and where its colon is.
class Declaration {
 public:
  Declaration(std::string_view text, bool wide) : text_(text), wide_(wide) {}

  // false: the original dies of it.
  bool apply(HtmlLook& look) const {
    if (const auto value = value_after_icase("color:")) {
      set_color(*value, wide_, look.front);
      return true;
    }
    if (const auto value = value_after_icase("background-color:")) {
      set_color(*value, wide_, look.back);
      return true;
    }
    if (text_.starts_with(kBackground)) {
      if (const auto value = value_of(text_.substr(kBackground.size()), wide_)) {
        return set_background(*value, look);
      }
    }
    if (text_.starts_with("display")) set_flag(7, "none", look.no_display);
    if (text_.starts_with("visibility")) set_flag(10, "hidden", look.hidden);
    return true;
  }

 private:
  static constexpr std::string_view kBackground = "background:";

  [[nodiscard]] std::optional<std::string_view> value_after_icase(std::string_view front) const {
    if (!istarts_with(text_, front)) return std::nullopt;
    return value_of(text_.substr(front.size()), wide_);
  }

  [[nodiscard]] bool set_background(std::string_view value, HtmlLook& look) const {
    BackgroundReader reader(value, wide_);
    reader.read();
    if (reader.any_layers() && reader.color().has_value()) look.back = *reader.color();
    return reader.any_layers();
  }

  void set_flag(std::size_t name_bytes, std::string_view word, bool& flag) const {
    const std::size_t colon = space_end(text_, name_bytes, wide_);
    if (colon == text_.size() || text_[colon] != ':') return;
    const std::string_view value = trim_perl(text_.substr(colon + 1), wide_);
    if (!value.empty() && value.find('\n') == kNone) flag = iequals(value, word);
  }

  std::string_view text_;
  bool wide_;
};

bool may_bear_on_look(char first) {
  static constexpr ByteSet kFirst("cCbBdv");
  return kFirst.has(first);
}

// ---- sizes

// What digits at `from` say; nullopt: there are none. Digits that are not ASCII count nothing.
std::optional<double> number_at(const HtmlText& text, std::size_t from) {
  const PerlChar first = char_at(text.text, from);
  if (first.code >= 0x80) {
    return text.wide && is_wide_digit(first.code) ? std::optional(0.0) : std::nullopt;
  }
  std::size_t end = from;
  double number = 0;
  for (; end < text.text.size() && is_digit(text.text[end]); ++end) {
    number = number * 10 + (text.text[end] - '0');
  }
  return end > from ? std::optional(number) : std::nullopt;
}

Sight sight_of(const HtmlLook& look) {
  if (is_low_contrast(look.front, look.back)) return Sight::kLowContrast;
  if (look.front.kind == HtmlColor::Kind::kInvalid || look.back.kind == HtmlColor::Kind::kInvalid) {
    return Sight::kInvalidColor;
  }
  if (look.size <= 1) return Sight::kTooSmall;
  return look.no_display || look.hidden ? Sight::kNotDisplayed : Sight::kSeen;
}

// ---- which attributes count

bool takes_style(HtmlTag tag) {
  return tag == HtmlTag::kTable || tag == HtmlTag::kTd || tag == HtmlTag::kTr ||
         tag == HtmlTag::kSpan || tag == HtmlTag::kP || tag == HtmlTag::kDiv || tag == HtmlTag::kA;
}

bool takes_font(HtmlTag tag) {
  return tag == HtmlTag::kFont || tag == HtmlTag::kBasefont;
}

// An attribute that sets nothing, but counts as one.
bool has_idle_attribute(HtmlTag tag, const HtmlAttributes& attributes) {
  using enum HtmlAttribute;
  const auto any = [&attributes](std::initializer_list<HtmlAttribute> list) {
    return std::any_of(list.begin(), list.end(),
                       [&attributes](HtmlAttribute a) { return attributes.has(a); });
  };
  if (tag == HtmlTag::kBody) return any({kBgcolor, kLink, kAlink, kVlink, kBackground});
  if (takes_font(tag)) return any({kFace});
  const bool cell = tag == HtmlTag::kTable || tag == HtmlTag::kTd || tag == HtmlTag::kTr;
  return cell && any({kBgcolor});
}

}  // namespace

bool apply_style(const HtmlText& style, const HtmlLook& outside, HtmlLook& look) {
  const std::string_view text = style.text;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(';', from), text.size());
    const std::size_t begin = space_end(text, from, style.wide);
    if (begin < end && may_bear_on_look(text[begin])) {
      if (!Declaration(text.substr(begin, end - begin), style.wide).apply(look)) return false;
    }
    from = end + 1;
  }
  if (look.back.kind == HtmlColor::Kind::kTransparent) look.back = outside.back;
  if (look.front.kind == HtmlColor::Kind::kTransparent) look.front = look.back;
  return true;
}

HtmlStyles::HtmlStyles(std::pmr::memory_resource* memory) : open_(memory), looks_(memory) {
  push(HtmlTag::kUnknown, HtmlLook{});
}

bool HtmlStyles::open(HtmlTag tag, const HtmlAttributes& attributes) {
  if (tag == HtmlTag::kTh) tag = HtmlTag::kTd;
  if (tag == HtmlTag::kBasefont && set_base_size(attributes)) return true;
  if (tag == HtmlTag::kTd || tag == HtmlTag::kTr) close_cells(tag);
  HtmlLook look = top();
  if (tag == HtmlTag::kBig || tag == HtmlTag::kSmall) {
    look.size += tag == HtmlTag::kBig ? 1 : -1;
    push(tag, look);
    return true;
  }
  const bool styled = takes_style(tag) && attributes.has(HtmlAttribute::kStyle);
  if (!styled && !takes_font(tag) && tag != HtmlTag::kBody) {
    if (has_idle_attribute(tag, attributes)) note_size(look);
    push_same(tag);
    return true;
  }
  if (!read_attributes(tag, attributes, look)) return false;
  push(tag, look);
  return true;
}

bool HtmlStyles::read_attributes(HtmlTag tag, const HtmlAttributes& attributes, HtmlLook& look) {
  const auto color =
      takes_font(tag) || tag == HtmlTag::kBody
          ? attributes.get(takes_font(tag) ? HtmlAttribute::kColor : HtmlAttribute::kText)
          : std::nullopt;
  if (color.has_value()) look.front = read_color(color->text, color->wide);
  const auto size = takes_font(tag) ? attributes.get(HtmlAttribute::kSize) : std::nullopt;
  if (size.has_value()) read_size(*size, look);
  const auto style = takes_style(tag) ? attributes.get(HtmlAttribute::kStyle) : std::nullopt;
  if (style.has_value() && !apply_style(*style, top(), look)) return false;
  if (color.has_value() || size.has_value() || style.has_value() ||
      has_idle_attribute(tag, attributes)) {
    note_size(look);
  }
  return true;
}

// <basefont size=4>: it opens nothing then.
bool HtmlStyles::set_base_size(const HtmlAttributes& attributes) {
  const auto size = attributes.get(HtmlAttribute::kSize);
  if (!size.has_value()) return false;
  const auto number = number_at(*size, space_end(size->text, 0, size->wide));
  if (number.has_value()) base_size_ = *number;
  return number.has_value();
}

void HtmlStyles::read_size(const HtmlText& size, HtmlLook& look) const {
  const std::size_t from = space_end(size.text, 0, size.wide);
  if (from == size.text.size()) return;
  const char sign = size.text[from];
  const bool relative = sign == '+' || sign == '-';
  const auto number = number_at(size, relative ? from + 1 : from);
  if (!number.has_value()) return;
  look.size = !relative ? *number : sign == '+' ? base_size_ + *number : base_size_ - *number;
}

void HtmlStyles::note_size(const HtmlLook& look) {
  if (look.size > size_max_) {
    size_max_ = look.size;
  } else if (look.size < size_min_) {
    size_min_ = look.size;
  }
}

// A cell ends those before it, a row the cells and rows before it.
void HtmlStyles::close_cells(HtmlTag tag) {
  if (!is_open(tag)) return;
  while (open_.size() > 1) {
    const HtmlTag last = open_.back().tag;
    const bool ends = last == HtmlTag::kFont || last == HtmlTag::kTd ||
                      (last == HtmlTag::kTr && tag == HtmlTag::kTr);
    if (!ends) return;
    pop();
  }
}

void HtmlStyles::close(HtmlTag tag) {
  if (tag == HtmlTag::kTh) tag = HtmlTag::kTd;
  if (tag == HtmlTag::kBody || !is_open(tag)) return;
  while (open_.back().tag != tag) pop();
  pop();
}

void HtmlStyles::push(HtmlTag tag, HtmlLook look) {
  if (looks_.empty() || !(look == looks_.back())) {
    look.sight = sight_of(look);
    looks_.push_back(look);
  }
  push_same(tag);
}

void HtmlStyles::push_same(HtmlTag tag) {
  open_.push_back({.tag = tag, .look = static_cast<uint32_t>(looks_.size() - 1)});
  ++counts_[static_cast<std::size_t>(tag)];
}

void HtmlStyles::pop() {
  --counts_[static_cast<std::size_t>(open_.back().tag)];
  open_.pop_back();
  looks_.resize(open_.back().look + 1);
}

}  // namespace sluice::rules
