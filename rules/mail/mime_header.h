// The texts that a mimeheader rule of SpamAssassin sees: a field of each part of a message.
//
//   mime_header(mail, {.name = "Content-Type"})
//   ->  units {"multipart/mixed; boundary=b\n", "text/plain\n", ""}      the third part has none
//
// A part has one text, that of its last field of the name. A rule hits if its pattern matches one
// of the texts; with "!~" if it matches none of them. With tflags multiple matches are counted in
// the first text that has one, and in no other.
//
// Source:   Mail::SpamAssassin::Plugin::MIMEHeader 4.0.1.
// Borrows:  the mail and its arena.
// Bounds:   time linear in the header fields.
// Tests:    tests/rules/mail/mime_header_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "rules/mail/mail.h"

namespace sluice::rules {

struct MimeHeaderRequest {
  std::string_view name = {};  // "ALL": all fields as one text
  bool raw = false;            // :raw, folds and encoded words kept
  bool concat = false;         // tflags concat: all texts as one, a newline after each
  std::size_t first = 0;       // tflags range=: parts from 1 on; 0 as well: no bound
  std::size_t last = 1'000;
  std::string_view if_unset = {};  // [if-unset: ...], for parts without the field; not with `raw`
};

// Takes range= and concat out of a rule's tflags; the rest is not looked at.
MimeHeaderRequest mime_header_request(std::string_view field, std::string_view tflags);

TextUnits mime_header(Mail& mail, const MimeHeaderRequest& request);

}  // namespace sluice::rules
