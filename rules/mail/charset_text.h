// Turns text in any charset into UTF-8 as SpamAssassin does: what is valid UTF-8 is UTF-8, whatever
// its label; then the label is believed if all of the text agrees with it; else it is
// windows-1252.
//
//   part_text("caf\xe9", "utf-8", arena)      {"café", wide}
//   word_text("\xc4\xe3", "gb2312", arena)    "你"
//
// Source:   _normalize() of Mail::SpamAssassin::Message::Node 4.0.1 with normalize_charset 1 and
//           without Encode::Detect; Encode 3.17 for labels and tables.
// Failure:  none. Of an encoded word, bytes that its charset does not have become U+FFFD.
// Borrows:  the result is a view of the text where it already is UTF-8, else it stands in `arena`.
// Bounds:   at most three bytes out for one in (six of iso-2022-jp); time linear in the text.
// Threads:  any. Large tables are made when they are first needed.
// Tests:    tests/rules/mail/charset_text_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

// A text and how Perl holds it.
struct HeldText {
  std::string_view text = {};  // UTF-8
  bool wide = false;           // as characters, not as bytes that stand for Latin-1
};

// The text of a part. What is not wide is ASCII but for odd UTF-7.
HeldText part_text(std::string_view bytes, std::string_view charset, Arena& arena);

// The text of an encoded word, or of words of one charset that follow each other. Without a
// language after the charset. Text in UTF-16 stays as it is.
std::string_view word_text(std::string_view bytes, std::string_view charset, Arena& arena);

// Header text that is not ASCII and has no label.
std::string_view header_bytes_text(std::string_view bytes, Arena& arena);

// Whether `text` is UTF-8 as Perl's strict decoder has it: without surrogates and noncharacters.
bool is_strict_utf8(std::string_view text);

}  // namespace sluice::rules
