// Where we read addresses differently from Stalwart's mail-parser, and mean to.
//
// Adding one: the number of the case in address.json, from 0, under the reason for it.

#pragma once

#include <cstddef>
#include <set>

namespace sluice::mime {

inline const std::set<std::size_t>& address_differences() {
  static const std::set<std::size_t> kCases = {
      // The peer shows comments as names; RFC 5322 section 3.2.2 says that they are no part of one.
      8,
      9,
      10,
      11,
      14,
      22,
      37,
      39,
      40,
      42,
      43,
      45,
      47,
      56,
      // The peer keeps the route of an obsolete address, and the blanks around a dot.
      13,
      // The peer reads one line; a value here has been split from its field already.
      30,
      31,
      // A name after its address: nobody sees it, so we read it as a broken address of its own.
      55,
  };
  return kCases;
}

}  // namespace sluice::mime
