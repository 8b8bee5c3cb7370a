// The first address in the text of an address field, and the name that stands by it.
//
//   "\"Bank, Ltd\" <info@bank.example>, b@c.example"   {"info@bank.example", "Bank, Ltd"}
//   "info@bank.example (Bank)"                         {"info@bank.example", "Bank"}
//
// Source:   RFC 5322 section 3.4 and 3.2.2 (comments), read leniently: any text has an answer.
// Borrows:  the arena.
// Bounds:   time and memory linear in the text.
// Tests:    tests/rules/first_address_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

struct FirstAddress {
  std::string_view address = {};
  std::string_view name = {};
};

FirstAddress first_address(std::string_view text, Arena& arena);

}  // namespace sluice::rules
