// Walks over a structured field's value: blanks, comments and quoted strings (RFC 5322
// section 3.2).
//
//   ValueScanner in(" (a (nested) comment) \"quoted \\\" text\" rest");
//   in.skip_blanks();            past the blank, the comment and the blank after it
//   in.quoted(arena)             "quoted \" text"
//
// Failure:  what is left open at the end of the value is closed by it, and unclosed() says so.
// Borrows:  the value; a quoted string with escapes or folds in it is copied into the arena.
// Bounds:   each byte is looked at a constant number of times; comments nest by a counter.
// Threads:  one at a time.
// Tests:    tests/ingest/mime/media_type_test.cc, tests/ingest/mime/address_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"

namespace sluice::mime {

class ValueScanner {
 public:
  explicit ValueScanner(std::string_view value) : rest_(value) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  // The byte that comes next; NUL at the end.
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  [[nodiscard]] std::string_view rest() const { return rest_; }

  // Whether a comment or quoted string was not closed.
  [[nodiscard]] bool unclosed() const { return unclosed_; }

  void skip(std::size_t bytes) { rest_.remove_prefix(bytes); }

  // Skips `c` if it comes next.
  bool accept(char c);

  // Skips white space and comments.
  void skip_blanks();

  // The quoted string that comes next, without quotes and escapes. Only if peek() is a quote.
  std::string_view quoted(Arena& arena);

  // What comes before the first of `ends`, or before white space; may be empty.
  std::string_view token(std::string_view ends);

  // Skips to the next `c` outside of comments and quoted strings. True if nothing but white space
  // and comments was skipped.
  bool skip_to(char c);

 private:
  std::string_view quoted_raw();  // with escapes
  void skip_comment();

  std::string_view rest_;
  bool unclosed_ = false;
};

// `text` in lower case: itself if it is so already.
std::string_view lower_case(std::string_view text, Arena& arena);

}  // namespace sluice::mime
