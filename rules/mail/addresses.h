// Reads the addresses of a From, To, Cc and the like as SpamAssassin does.
//
//   "Doe, John" <john@x.example>, ann@y.example (Ann)
//   ->  {john@x.example, Doe, John}  {ann@y.example, Ann}
//
// It is relaxed: blanks in local parts, doubled brackets, addresses that stand as a phrase.
// Comments do not nest, encoded words stay as they are: it is given a field's raw text.
//
// Source:   parse_header_addresses() of Mail::SpamAssassin::Util 4.0.1, without Email::Address::XS.
// Failure:  none. Where reading stops at odd text, addresses in brackets are still picked from it.
// Borrows:  `text` and `arena`.
// Bounds:   limits::kAddressesMax addresses; time linear in `text`.
// Tests:    tests/rules/mail/addresses_test.cc

#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace sluice::rules {

struct MailAddress {
  std::optional<std::string_view> address =
      {};  // "john@x.example"; none: only a phrase stands there
  std::optional<std::string_view> phrase = {};  // the name, or else the comment behind the address
};

std::pmr::vector<MailAddress> parse_header_addresses(std::string_view text, Arena& arena);

}  // namespace sluice::rules
