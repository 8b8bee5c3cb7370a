// The attachments of a message, and digests of their bytes.
//
// An attachment is a part without parts of its own that is no text, or that its Content-Disposition
// or a file name makes one.
//
// Source:   RFC 2183; FIPS 180-4, RFC 1321.
// Bounds:   time linear in the message.
// Tests:    tests/rules/facts/lookup_text_test.cc, fact_field_test.cc

#pragma once

#include <cstddef>
#include <string_view>

#include "rules/facts/facts.h"

namespace sluice::rules {

bool is_attachment(const mime::Message& message, std::size_t part);

// The digest of each attachment's decoded bytes, `name` being "MD5", "SHA1" or "SHA256".
void attachment_digests(const FactSource& source, const char* name, FactTexts& out);

}  // namespace sluice::rules
