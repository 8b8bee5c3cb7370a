// The charsets that Perl's Encode knows, by its many names for them, and how it reads them.
//
//   find_decoder("x-Windows-1251")            the decoder of cp1251
//   decode(*decoder, bytes, kStrict, out)     false: `bytes` are not of that charset
//
// Source:   Encode 3.17 (Encode::Alias, Encode::Config and its tables).
// Failure:  find_decoder() is nullptr for unknown names, and for EBCDIC, symbol fonts, UCS-2 and
//           UTF-32, which no mail uses.
// Bounds:   time linear in the text.
// Threads:  any.
// Tests:    tests/rules/mail/charset_text_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"

namespace sluice::rules {

struct Decoder;

// What to do with bytes that the charset does not have.
enum class BadBytes : uint8_t { kFail, kReplace };

const Decoder* find_decoder(std::string_view name);

// The text in UTF-8, in `arena`; nullopt: it has bad bytes, and these fail.
std::optional<std::string_view> decode_charset(const Decoder& decoder, std::string_view bytes,
                                               BadBytes bad, Arena& arena);

// Whether Perl's decoder makes a string of bytes of this: UTF-7 in which nothing is encoded.
bool decodes_to_bytes(const Decoder& decoder, std::string_view bytes);

const Decoder& windows_1252_decoder();
const Decoder& utf8_decoder();
const Decoder& utf16_decoder(bool big_endian);

}  // namespace sluice::rules
