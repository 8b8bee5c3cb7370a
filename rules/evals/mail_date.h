// Dates of header fields as SpamAssassin reads them.
//
//   parse_mail_date("Thu, 5 May 2005 20:30:37 -0700", words)   1115350237
//
// It takes what looks like a date from wherever it stands, and mends what is out of range.
//
// Source:   parse_rfc822_date() of Mail::SpamAssassin::Util 4.0.1.
// Failure:  nullopt: there is no date.
// Bounds:   time linear in the text.
// Tests:    tests/rules/evals/mail_date_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice::rules {

// Seconds since 1970. `words` is memory to work with.
std::optional<int64_t> parse_mail_date(std::string_view text, std::vector<std::string_view>& words);

}  // namespace sluice::rules
