// Cuts a message into the tree of its parts.
//
//   multipart/mixed                parts[0]
//     text/plain                   parts[1], parent 0
//     message/rfc822               parts[2], parent 0
//       text/html                  parts[3], parent 2: the message inside
//
// Source:   RFC 2046 section 5.1 (multiparts), 5.2.1 (message/rfc822). A delimiter of an outer
//           multipart ends the inner ones; an encoding of a multipart is passed over, since it may
//           have none (RFC 2045 section 6.4).
// Failure:  none; `defects` says what was odd. A multipart without a usable boundary is a leaf.
// Borrows:  `raw` and `arena`.
// Bounds:   limits::kMimePartsMax parts, kMimeDepthMax levels. Each line is looked at once as part
//           of a header section or once as part of a body, whatever is open; no recursion.
// Threads:  any.
// Tests:    tests/ingest/mime/part_tree_test.cc

#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "ingest/mime/message.h"

namespace sluice::mime {

// Sets header, media, encoding, parent and depth of each part; its texts are not read yet. Adds to
// `defects` those of all header sections as well.
std::pmr::vector<Part> read_parts(std::string_view raw, Arena& arena, DefectSet& defects);

}  // namespace sluice::mime
