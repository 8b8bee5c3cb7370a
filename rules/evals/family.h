// What the families of eval functions share.
//
// A family is a file pair: a table of its functions, what it keeps of the rule files' settings, and
// what it keeps of one message. evals.cc lists the families, families.h their settings and states.
//
//   struct FreeMailSettings {
//     bool take(const Setting& setting, Diagnostics& diagnostics);   true: the line is this
//     family's void finish();                                                 all lines are read
//   };
//   struct FreeMailState {
//     void begin_message();                                          forget, keep the memory
//   };
//   std::span<const EvalEntry> free_mail_evals();
//
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <string_view>

#include "rules/evals/evals.h"

namespace sluice::rules {

// Runs `visit` on each word of `text`: what stands between blanks.
template <typename Visit>
void for_each_word(std::string_view text, Visit&& visit) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  std::size_t at = text.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    std::size_t end = text.find_first_of(kBlanks, at);
    if (end == std::string_view::npos) end = text.size();
    visit(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
}

// Runs `visit` on each line of `text`, without its newline, until it returns false.
template <typename Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!visit(line)) return;
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
  }
}

// What get() gives, or "".
inline std::string_view text_of(Mail& mail, std::string_view name, std::string_view forms = {}) {
  return mail.get(name, forms).value_or(std::string_view());
}

// The first address of a field, or "".
inline std::string_view first_address(Mail& mail, std::string_view name) {
  const std::string_view addresses = text_of(mail, name, ":addr");
  return addresses.substr(0, addresses.find('\n'));
}

// All addresses of all fields of this name, one a line.
inline std::string_view addresses_of(Mail& mail, std::string_view name) {
  return text_of(mail, name, ":addr");
}

}  // namespace sluice::rules
