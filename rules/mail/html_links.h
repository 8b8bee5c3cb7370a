// Gathers the links of an HTML part and the texts of its anchors.
//
//   HtmlLinks links(facts, arena);
//   links.add(kUriA, {.text = "http://a.example/", .wide = true});
//   links.open_anchor({.text = "http://a.example/"});       links.add_anchor_text("here");
//   links.finish();
//
// Source:   push_uri() of Mail::SpamAssassin::HTML 4.0.1, and what it does with <a>.
// Borrows:  what is added, and the arena.
// Bounds:   4 MiB of bases in front of relative links; time linear in the links beyond that.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/limits.h"
#include "rules/mail/html_entities.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/uris.h"

namespace sluice::rules {

// A text that grows at its end. While it has one piece it is that piece, not a copy.
class GrowingText {
 public:
  explicit GrowingText(Arena& arena) : arena_(arena) {}

  void clear();
  void add(std::string_view piece);

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  Arena& arena_;
  std::string_view text_;
  std::span<char> room_;  // of text_, unless it is a piece
};

class HtmlLinks {
 public:
  HtmlLinks(HtmlFacts& facts, Arena& arena);

  void add(uint32_t type, const HtmlText& uri);
  void set_base(const HtmlText& uri);

  // An <a> with this href; empty if it has none.
  void open_anchor(const HtmlText& href);
  void add_anchor_text(std::string_view text);

  void finish();

 private:
  HtmlUri& entry(std::string_view uri, bool narrow);
  void end_anchor();

  HtmlFacts& facts_;
  Arena& arena_;
  TextIndex index_;

  std::string_view base_;
  bool base_wide_ = false;
  std::size_t base_bytes_left_ = limits::kLinkBaseBytesMax;
  GrowingText anchor_text_;
  std::size_t anchor_uri_ = 0;  // index into facts_.uris, if facts_.anchors is not empty
};

}  // namespace sluice::rules
