// Splits a message into its header fields and its body as SpamAssassin does.
//
//   "From joe Mon Jan  1\nTo: a@x.example\n\nHi\n"  ->  separator, {"To", " a@x.example\n"}, "Hi\n"
//
// If the first or the last line ends with CRLF, all lines do: values and body_lines have LF then.
// A line that begins with "--", the fourth line that is no field, or the end of the message ends
// the header without a blank line.
//
// Source:   Mail::SpamAssassin::Message->new() of 4.0.1.
// Failure:  none: an empty message is one empty line.
// Borrows:  `raw` and `arena`.
// Bounds:   names of 256 and values of 8,192 bytes, as the original; limits::kHeaderFieldsMax
//           fields are kept. Time linear in the message.
// Threads:  pure functions.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/part.h"

namespace sluice::rules {

struct HeaderBlock {
  std::string_view separator = {};  // mbox or mbx; empty: there is none
  std::string_view header = {};     // as it came, with the blank line that ends it
  std::string_view body = {};       // as it came
  std::string_view message = {};    // both
  std::pmr::vector<MailField> fields;
  bool crlf = false;
  bool missing_separator = false;  // between header and body
  bool truncated = false;          // a name or value was too long

  explicit HeaderBlock(std::pmr::memory_resource* memory) : fields(memory) {}
};

void read_header_block(std::string_view raw, Arena& arena, HeaderBlock& out);

// The body with LF, and of more than 20 blank lines in a row 20.
std::string_view body_lines(const HeaderBlock& block, Arena& arena);

// The text of the last field of this name without its newline; empty if there is none.
std::string_view last_field_value(const std::pmr::vector<MailField>& fields, std::string_view name);

// Appends a field: its text is made from `raw`. Beyond limits::kHeaderFieldsMax it is dropped.
void add_field(std::string_view name, std::string_view raw, Arena& arena,
               std::pmr::vector<MailField>& fields);

// Whether `line` begins with a field's name and a colon; with `blanks` there may be blanks between.
bool begins_field(std::string_view line, bool blanks);

}  // namespace sluice::rules
