// Splits a raw message into header fields and body, without copying.
//
//   raw     "Subject: hello\r\n world\r\nTo: a@b.example\r\n\r\nbody"
//   fields  {"Subject", " hello\r\n world"}  {"To", " a@b.example"}
//   body    "body"
//
// Source:   RFC 5322 section 2.2 (fields), 2.2.3 (folding), 4.5 (obsolete space before the colon).
// The
//           From line of a mailbox file in front is passed over.
// Failure:  none. Mail that breaks the grammar is split all the same; `defects` says how it broke.
// Borrows:  `raw`. Every view below points into it and must not outlive it.
// Bounds:   limits::kHeaderBytesMax, kHeaderFieldsMax, kHeaderFieldBytesMax and kHeaderFoldsMax:
// what
//           is beyond is passed over. Time linear in the header section.
// Threads:  a HeaderList is never changed after split_headers returns it: share it freely.
// Tests:    tests/ingest/mime/header_list_test.cc, fuzz/header_list_fuzz.cc

#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "ingest/mime/boundary.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

struct HeaderField {
  std::string_view name = {};   // as written, without the colon or space before it; never empty
  std::string_view value = {};  // after the colon, folds kept, without the last line ending
};

struct HeaderList {
  std::pmr::vector<HeaderField> fields;  // in the order of the message
  std::string_view body = {};            // everything after the blank line; may be empty
  DefectSet defects = {};
};

// `arena` holds the vector of fields, never bytes of the message. A line that is a delimiter of
// `open`, if given, ends the section: the body begins with it.
HeaderList split_headers(std::string_view raw, std::pmr::memory_resource& arena,
                         const Boundaries* open = nullptr);

}  // namespace sluice::mime
