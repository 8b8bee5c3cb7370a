// Writes text with its white space collapsed: blanks between words, '\n' between paragraphs.
//
//   sink.text("a  b\tc");  sink.end_paragraph();  sink.text(" d ");     "a b c\nd"
//
// Runs of plain bytes are copied sixteen at a time.
//
// Bounds:   the caller gives room for everything that is written; see room_for().
// Threads:  one at a time.
// Tests:    tests/ingest/mime/render_test.cc

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

class TextSink {
 public:
  // No reference is longer in UTF-8 than 6/5 of what is written for it ("&nGt;" is six bytes), and
  // blanks and paragraph ends stand for at least one byte each. The slack is for whole-block
  // copies.
  static constexpr std::size_t room_for(std::size_t input_bytes) {
    return input_bytes + input_bytes / 4 + 64;
  }

  TextSink(Arena& arena, std::size_t input_bytes, DefectSet& defects)
      : arena_(arena),
        room_(arena.take(room_for(input_bytes))),
        next_(room_.data()),
        defects_(defects) {}

  // UTF-8 text; any white space in it, line endings too, is a blank.
  void text(std::string_view utf8);

  // A blank, unless there is one already.
  void blank() { blank_ = true; }

  // The next text begins a new line, unless it does already.
  void end_paragraph() { paragraph_ = true; }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(next_ - room_.data()); }

  [[nodiscard]] std::string_view since(std::size_t begin) const {
    return {room_.data() + begin, size() - begin};
  }

  // Ends the writing; the text lives in the arena.
  std::string_view finish();

 private:
  void separate();
  std::size_t plain_run(std::string_view utf8);
  std::size_t short_run(std::string_view utf8);
  std::size_t special(std::string_view utf8);

  Arena& arena_;
  std::span<char> room_;
  char* next_;
  DefectSet& defects_;
  bool blank_ = false;
  bool paragraph_ = false;
};

}  // namespace sluice::mime
