// What is odd about the fields of a message as a whole.
//
//   From: a@x.example, From: b@y.example, no Date   ->  kMultipleFrom, kMissingDate
//
// Source:   RFC 5322 section 3.6 (how often each field may stand), 3.4 (addresses), RFC 2047.
// Borrows:  nothing beyond the call; `arena` is used for what must be decoded on the way.
// Bounds:   time linear in the header section.
// Threads:  any.
// Tests:    tests/ingest/mime/header_checks_test.cc

#pragma once

#include "base/arena.h"
#include "ingest/mime/defects.h"
#include "ingest/mime/header_list.h"

namespace sluice::mime {

void check_headers(const HeaderList& header, Arena& arena, DefectSet& defects);

}  // namespace sluice::mime
