// A line of a rule file that sets something: everything that is no statement about one rule.
//
//   "freemail_domains aol.com gmail.com"   {"freemail_domains", "aol.com gmail.com", place}
//
// Threads:  plain values.

#pragma once

#include <string>

#include "rules/lines/diagnostic.h"

namespace sluice::rules {

struct Setting {
  std::string name = {};   // the keyword: lower case, "_" for "-", welcomelist_* for whitelist_*
  std::string value = {};  // the rest of the line, without blanks around it
  Place place = {};
};

}  // namespace sluice::rules
