// One line of a rule file as words, each with its column.
//
//   "body  URGENT /act now/i  # shout"    take_word() "body", take_word() "URGENT", rest() "/act
//   now/i"
//
// As in SpamAssassin: `#` begins a comment unless written `\#`; blanks at both ends do not count;
// there is no line continuation, each line is a statement of its own.
//
// Borrows:  the text of the line.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lines/diagnostic.h"

namespace sluice::rules {

class Statement {
 public:
  // `line` has no line ending. `number` counts from 1.
  Statement(std::string_view file, int number, std::string_view line);

  [[nodiscard]] bool empty() const { return text_.empty(); }

  [[nodiscard]] std::string_view file() const { return file_; }

  [[nodiscard]] int line() const { return number_; }

  // The next word, or an empty view at the end.
  std::string_view take_word();

  // What follows the words taken so far, without blanks around it.
  [[nodiscard]] std::string_view rest() const;

  // Where `part`, a view that this statement handed out, stands in the line as written.
  [[nodiscard]] int column(std::string_view part) const;

  [[nodiscard]] Diagnostic error(std::string_view at, std::string message,
                                 std::string hint = {}) const;
  [[nodiscard]] Diagnostic warning(std::string_view at, std::string message,
                                   std::string hint = {}) const;

 private:
  std::string_view file_;
  int number_;
  std::string text_;                    // without comment, `\#` written `#`
  std::vector<std::size_t> unescaped_;  // where in text_ a backslash was dropped, ascending
  std::size_t next_ = 0;
};

}  // namespace sluice::rules
