// Decodes the encoded words of a header field's value.
//
//   decode_words("=?utf-8?q?caf=C3=A9?= =?utf-8?b?IQ==?= ok", ...)  ==  "caf\xc3\xa9! ok"
//
// Source:   RFC 2047; white space between two encoded words is no text (section 6.2), and a
//           character that was torn apart between two words of one charset and encoding is read
//           as one, as mail programs do. RFC 2231 section 5 (language after *) is passed over.
// Failure:  none. What is no encoded word stays as it is (kBadEncodedWord if it set out to be one).
// Borrows:  `text` and `arena`: text without encoded words that is valid UTF-8 comes back uncopied.
// Bounds:   limits::kEncodedWordsMax words are decoded (kLimitEncodedWords); time linear in `text`.
// Threads:  any.
// Tests:    tests/ingest/mime/encoded_word_test.cc

#pragma once

#include <string_view>

#include "base/arena.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

// `text` as it stands in a field; line endings of folds are left out, blanks kept.
std::string_view decode_words(std::string_view text, Arena& arena, DefectSet& defects);

}  // namespace sluice::mime
