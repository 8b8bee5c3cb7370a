// A URL, and its canonical form.
//
//   canonical_url("hTTps://user@EXAMPLE.com.:443\\a/./b", arena, defects)
//     -> canonical "https://example.com/a/b", host "example.com", kUrlUserinfo
//
// Scheme and host in lower case, tabs and line endings gone, backslashes as slashes, user names
// dropped, the host percent-decoded, in ASCII (IDNA 2008) and without a final dot, IPv4 addresses
// in dotted decimal, default ports dropped, dot segments resolved. The path keeps its letters and
// its escapes: servers may tell them apart.
//
// Source:   WHATWG URL standard, section 4.4 (parsing); RFC 3986 section 5.2.4; RFC 5891.
// Failure:  an empty canonical form: no URL, or a relative one.
// Borrows:  `written` and `arena`; what was canonical already is not copied.
// Bounds:   limits::kUrlBytesMax of `written` are read (kLimitUrlBytes); time linear.
// Tests:    tests/ingest/mime/url_test.cc, fuzz/url_fuzz.cc

#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "ingest/mime/defects.h"

namespace sluice::mime {

enum class UrlSource : uint8_t {
  kText,    // found in running text
  kLink,    // a or area, href
  kImage,   // img src, background and the like: fetched without a click
  kForm,    // form action
  kOther,   // any other attribute that holds a URL
  kHeader,  // List-Unsubscribe and other fields
};

struct Url {
  std::string_view written = {};    // as it stands in the text or attribute, entities decoded
  std::string_view canonical = {};  // never empty in a message
  std::string_view host = {};       // inside canonical; empty for mailto: and the like
  UrlSource source = UrlSource::kText;
  uint16_t part = 0;  // index into Message::parts
};

struct CanonicalUrl {
  std::string_view canonical = {};
  std::string_view host = {};
};

CanonicalUrl canonical_url(std::string_view written, Arena& arena, DefectSet& defects);

// Whether two host names belong to one registrable domain (Public Suffix List).
bool same_registrable_domain(std::string_view a, std::string_view b);

// Whether the last label of `host` is a top-level domain of the Public Suffix List.
bool has_known_tld(std::string_view host);

}  // namespace sluice::mime
