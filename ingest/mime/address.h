// Reads the addresses in a From, To, Cc and the like.
//
//   "John Doe" <jdoe@machine.example>, Team: a@x.example, b@y.example;
//   ->  {John Doe, jdoe, machine.example}  {"", a, x.example}  {"", b, y.example}
//
// Source:   RFC 5322 section 3.4 and 4.4 (groups, routes, comments, quoted strings), RFC 6532.
// Failure:  none. What does not follow the grammar sets kBadAddress; an address without @ is kept
//           with an empty domain.
// Borrows:  `value` and `arena`.
// Bounds:   limits::kAddressesMax addresses (kLimitAddresses); time linear in `value`.
// Threads:  any.
// Tests:    tests/ingest/mime/address_test.cc

#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

struct Mailbox {
  std::string_view name = {};    // as people read it, UTF-8; often empty
  std::string_view local = {};   // before the last @, unquoted
  std::string_view domain = {};  // after it, as written
};

std::pmr::vector<Mailbox> read_addresses(std::string_view value, Arena& arena, DefectSet& defects);

}  // namespace sluice::mime
