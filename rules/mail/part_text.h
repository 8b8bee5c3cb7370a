// The texts of the parts of one message, each made when it is first needed: transfer encoding
// undone, charset made UTF-8, HTML rendered.
//
//   PartTexts texts(parts, arena);
//   texts.decode(i);      parts[i].decoded
//   texts.render(i);      parts[i].rendered, .visible, .invisible, .html
//
// Source:   decode(), rendered() and effective_type() of Mail::SpamAssassin::Message::Node 4.0.1.
// Borrows:  the parts and the arena.
// Threads:  one at a time.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/charset_text.h"
#include "rules/mail/part.h"

namespace sluice::rules {

enum class Rendering : uint8_t { kAll, kVisible, kInvisible };

// A rendered text and how Perl holds it.
struct RenderedText {
  std::string_view text = {};  // UTF-8
  // A string of bytes that stand for Latin-1: ASCII, or HTML in ASCII of which an entity made "é".
  // Where no other part's text is of characters, the rules see these bytes.
  bool narrow = false;
};

class PartTexts {
 public:
  PartTexts(std::span<MailPart> parts, Arena& arena);

  void decode(std::size_t i);
  void render(std::size_t i);

  [[nodiscard]] std::span<MailPart> parts() const { return parts_; }

  // Of a rendered part.
  [[nodiscard]] RenderedText rendered(std::size_t i, Rendering rendering) const;

 private:
  void render_html(std::size_t i, const HeldText& held);

  struct State {
    bool decoded = false;
    bool rendered = false;
    bool narrow[3] = {};  // by Rendering
  };

  std::span<MailPart> parts_;
  std::pmr::vector<State> states_;
  Arena& arena_;
};

}  // namespace sluice::rules
