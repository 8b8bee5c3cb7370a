// How the text of an HTML part looks as tags open and close: colours, size, what hides it.
//
//   HtmlStyles styles(arena);
//   styles.open(HtmlTag::kFont, attributes);       <font color="#fefefe">
//   styles.top().sight                             Sight::kLowContrast
//   styles.close(HtmlTag::kFont);
//
// Source:   text_style() and html_font_invisible() of Mail::SpamAssassin::HTML 4.0.1. Of several
//           attributes that bear on the size, the original takes whichever its hash gives first;
//           here size comes before style and the rest.
// Failure:  open() gives false where a style makes the original die.
// Bounds:   time linear in the attributes; memory by how deeply tags are open.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "rules/mail/html_attributes.h"
#include "rules/mail/html_color.h"
#include "rules/mail/html_tags.h"

namespace sluice::rules {

// Whether a reader sees text, and why not.
enum class Sight : uint8_t { kSeen, kLowContrast, kInvalidColor, kTooSmall, kNotDisplayed };

struct HtmlLook {
  HtmlColor front = {.rgb = 0x000000};
  HtmlColor back = {.rgb = 0xffffff};
  double size = 3;
  bool no_display = false;  // display: none
  bool hidden = false;      // visibility: hidden
  Sight sight = Sight::kSeen;

  bool operator==(const HtmlLook&) const = default;
};

// What `style` says is set in `look`. false: the original dies of it.
bool apply_style(const HtmlText& style, const HtmlLook& outside, HtmlLook& look);

class HtmlStyles {
 public:
  explicit HtmlStyles(std::pmr::memory_resource* memory);

  // false: the original dies of a style.
  bool open(HtmlTag tag, const HtmlAttributes& attributes);
  void close(HtmlTag tag);

  [[nodiscard]] const HtmlLook& top() const { return looks_[open_.back().look]; }

  [[nodiscard]] double size_min() const { return size_min_; }

  [[nodiscard]] double size_max() const { return size_max_; }

 private:
  struct Open {
    HtmlTag tag = HtmlTag::kUnknown;
    uint32_t look = 0;  // index; those further out have no greater one
  };

  bool read_attributes(HtmlTag tag, const HtmlAttributes& attributes, HtmlLook& look);
  bool set_base_size(const HtmlAttributes& attributes);
  void read_size(const HtmlText& size, HtmlLook& look) const;
  void note_size(const HtmlLook& look);
  void close_cells(HtmlTag tag);
  void push(HtmlTag tag, HtmlLook look);
  void push_same(HtmlTag tag);
  void pop();

  [[nodiscard]] bool is_open(HtmlTag tag) const {
    return counts_[static_cast<std::size_t>(tag)] > 0;
  }

  std::pmr::vector<Open> open_;
  std::pmr::vector<HtmlLook> looks_;
  std::array<uint32_t, kHtmlTags> counts_{};  // of open_
  double base_size_ = 3;
  double size_min_ = 3;
  double size_max_ = 3;
};

}  // namespace sluice::rules
