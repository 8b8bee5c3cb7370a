// Finds mail addresses in running text as FreeMail does.
//
//   Write to <ann@free.example> or bob@free.example.   ->  bob@free.example
//
// Addresses in links, in angle brackets, and those with a word and a colon behind them, as
// "ann@free.example wrote:", are quoted ones: they do not count.
//
// Source:   Mail::SpamAssassin::Plugin::FreeMail 4.0.1.
// Bounds:   local parts of 64 bytes, 5 labels of 61; time linear in the text.
// Tests:    tests/rules/evals/text_addresses_test.cc

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rules/mail/registry.h"

namespace sluice::rules {

// `text` without links and quoted addresses, a space for each; `out` gets it, `scratch` is memory
// to work with.
void drop_quoted_addresses(std::string_view text, const Registry& registry, std::string& scratch,
                           std::string& out);

// Walks over the addresses of a text.
class TextAddresses {
 public:
  TextAddresses(std::string_view text, const Registry& registry)
      : text_(text), registry_(registry) {}

  // The next address; "" behind the last.
  std::string_view next();

 private:
  std::string_view text_;
  const Registry& registry_;
  std::size_t at_ = 0;     // where to look for the next "@"
  std::size_t floor_ = 0;  // where the last address ended
};

// The address that `text` begins with, or "".
std::string_view address_at_front(std::string_view text, const Registry& registry);

}  // namespace sluice::rules
