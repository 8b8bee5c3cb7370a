// The parts of a message as SpamAssassin reads them.
//
// Rules are written against SpamAssassin's reading of mail, which is not always the standards':
// where the two differ this folder follows SpamAssassin 4.0.1 to the byte, and ingest/mime the
// standards.
//
// Borrows:  the message and the arena.

#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace sluice::rules {

struct HtmlFacts;

// One header field. Values end with a newline; line endings are "\n".
struct MailField {
  std::string_view name = {};  // as written; in the message's header without blanks at its end
  std::string_view raw = {};   // what follows the colon, folds kept
  std::string_view text = {};  // without leading blanks, unfolded, encoded words decoded to UTF-8
};

// A rendered text and how Perl holds it.
struct RenderedText {
  std::string_view text = {};  // UTF-8
  // A string of bytes that stand for Latin-1: ASCII, or HTML in ASCII of which an entity made "é".
  // Where no other part's text is of characters, the rules see these bytes.
  bool narrow = false;
};

// What a leaf says.
struct PartText {
  std::string_view decoded = {};        // the body, transfer encoding undone
  std::string_view rendered_type = {};  // what it was rendered as; empty: it is not text
  RenderedText rendered = {};
  RenderedText visible = {};        // what a reader sees of it
  RenderedText invisible = {};      // what he does not
  const HtmlFacts* html = nullptr;  // of a part that was rendered as HTML
};

struct MailPart {
  std::pmr::vector<MailField>
      fields;                      // in the order of the message; the first part's: the message's
  std::string_view type = {};      // lower case; "text/plain" for most that begins with "text"
  std::string_view boundary = {};  // of a multipart; of a leaf, the one it stands in
  std::string_view charset = {};   // as the Content-Type says
  std::string_view name = {};      // of an attachment: its file name
  std::string_view raw = {};       // the body's lines, transfer encoding kept
  PartText text = {};
  uint32_t parent = 0;  // index; the first part's is its own
  bool leaf = true;

  explicit MailPart(std::pmr::memory_resource* memory) : fields(memory) {}
};

// What was odd, in SpamAssassin's words.
struct ParseFlags {
  bool missing_head_body_separator = false;
  bool missing_mime_headers = false;
  bool missing_mime_head_body_separator = false;
  bool mime_epilogue_exists = false;
  bool truncated_header = false;
};

}  // namespace sluice::rules
