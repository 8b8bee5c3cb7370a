// Gathers the text that HTML renders to, as pieces: text and the blanks between.
//
//   HtmlTextOut out(room_bytes, arena);
//   out.put_blank("\n\n");
//   out.put_text({.text = " Hello\r\n world ", .wide = true}, false);
//   out.put_blank(" ");
//   out.finish(rendered)         "\n\nHello world "
//
// Source:   display_text() and html_text() of Mail::SpamAssassin::HTML 4.0.1.
// Bounds:   the caller's: all that is put fits into the room. Time linear in it.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "rules/mail/html.h"
#include "rules/mail/html_entities.h"

namespace sluice::rules {

class HtmlTextOut {
 public:
  HtmlTextOut(std::size_t room_bytes, Arena& arena);

  // What a tag puts between: a blank before it is trimmed.
  void put_blank(std::string_view blank);

  void put_text(const HtmlText& text, bool hidden);

  // Counts words that a tag cuts in two, before `text` is put.
  void note_cut_words(const HtmlText& text);

  [[nodiscard]] uint32_t cut_words() const { return cut_words_; }

  // How many kinds of short cut words there are.
  [[nodiscard]] unsigned backhair() const {
    return static_cast<unsigned>(__builtin_popcountll(backhair_));
  }

  void finish(RenderedHtml& out);

 private:
  enum class Last : uint8_t { kNothing, kBlank, kText, kHiddenText };

  void begin_piece(Last kind);
  void hide_last();
  std::string_view without_hidden();
  std::string_view only_hidden();
  [[nodiscard]] std::string_view last_piece() const;

  Arena& arena_;
  std::span<char> room_;
  std::size_t used_ = 0;
  std::size_t last_begin_ = 0;
  Last last_ = Last::kNothing;
  bool last_wide_ = false;
  bool seen_wide_ = false;
  bool hidden_wide_ = false;
  uint32_t cut_words_ = 0;
  uint64_t backhair_ = 0;  // bit 8 * (letters before) + letters after
  std::pmr::vector<std::pair<std::size_t, std::size_t>> hidden_;  // ranges of the room
};

// Whether anything but blanks is in a text.
bool has_ink(const HtmlText& text);

}  // namespace sluice::rules
