// How much of a text is written in capital letters.
//
//   Capitals capitals;
//   capitals.read("FREE money now");      {bytes 14, upper 4, lower 8}
//
// Source:   check_for_uppercase() of Mail::SpamAssassin::Plugin::MIMEEval 4.0.1.
// Bounds:   time linear in the text.
// Threads:  one at a time.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::rules {

struct Capitals {
  std::size_t bytes = 0;  // of all that was read
  std::size_t upper = 0;
  std::size_t lower = 0;  // small letters and digits

  // Leaves out texts of a single word, texts that look like base64, and what ISO-2022-JP switches
  // to Japanese.
  void read(std::string_view text);

 private:
  void count(std::string_view text);
};

}  // namespace sluice::rules
