// Reads Content-Type and Content-Disposition.
//
//   text/html; charset="utf-8"; name*=utf-8''caf%C3%A9   ->  type text, subtype html,
//                                                          charset utf-8, name "caf\xc3\xa9"
//
// Source:   RFC 2045 section 5.1 (grammar), 5.2 (defaults), RFC 2183 (disposition), RFC 2231
//           (continuations, charsets). Encoded words in values are decoded, as mail programs do.
// Failure:  none. What cannot be read is text/plain (RFC 2045 section 5.2) with kBadContentType.
// Borrows:  the field and `arena`.
// Bounds:   limits::kMediaParametersMax parameters, kParameterPiecesMax pieces of one; time linear
//           in the field.
// Threads:  any.
// Tests:    tests/ingest/mime/media_type_test.cc

#pragma once

#include "base/arena.h"
#include "ingest/mime/message.h"

namespace sluice::mime {

// The type of a part with these fields. `in_digest`: the part stands in a multipart/digest, whose
// parts are message/rfc822 unless they say otherwise (RFC 2046 section 5.1.5).
MediaType read_media_type(const HeaderList& header, bool in_digest, Arena& arena,
                          DefectSet& defects);

// The encoding of a part with these fields.
TransferEncoding read_transfer_encoding(const HeaderList& header, DefectSet& defects);

}  // namespace sluice::mime
