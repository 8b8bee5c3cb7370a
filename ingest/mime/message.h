// One message, read: header fields, the tree of its parts, the texts people see, the URLs in them.
//
//   Arena arena;
//   const Message message = read_message(record_bytes, arena);
//   for (const Part& part : message.parts) ...      parts[0] is the message itself
//   message.body                                    as a reader sees it
//
// Source:   RFC 5322 (fields), 2045-2047, 2049, 2231 (MIME), 6532 (UTF-8 headers).
// Failure:  none. Any bytes are a message; `defects` says what was odd about them.
// Borrows:  `raw` and `arena`: every view points into one of them. What was not encoded is a view
//           into `raw`; what had to be decoded, converted or rendered stands in the arena.
// Bounds:   base/limits.h; time linear in raw.size(), arena use at most a small multiple of it.
// Threads:  a Message is never changed after read_message returns it: share it freely.
// Tests:    tests/ingest/mime/message_test.cc, fuzz/message_fuzz.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "ingest/mime/defects.h"
#include "ingest/mime/header_list.h"
#include "ingest/mime/url.h"

namespace sluice::mime {

enum class TransferEncoding : uint8_t { kNone, kBase64, kQuotedPrintable, kUnknown };

struct MediaParameter {
  std::string_view name = {};   // lower case
  std::string_view value = {};  // unquoted, RFC 2231 pieces joined and decoded to UTF-8
};

// What a part is, from Content-Type and Content-Disposition (RFC 2045 section 5.2 for defaults).
struct MediaType {
  std::string_view type = "text";      // lower case
  std::string_view subtype = "plain";  // lower case
  std::string_view charset = {};       // as written; empty if absent
  std::string_view boundary = {};
  std::string_view name = {};  // file name, decoded: disposition's, else Content-Type's
  bool attachment = false;     // Content-Disposition: attachment
  std::span<const MediaParameter> parameters = {};  // of Content-Type, all of them
};

enum class TextKind : uint8_t {
  kNone,   // not a text: an image, an archive, a multipart
  kPlain,  // text/* but HTML, and what message/* and multipart leaves hold
  kHtml,   // text/html, application/xhtml+xml, or an attachment named like them
};

// One node of the tree, in the order of the message. A part's children follow it.
struct Part {
  static constexpr uint16_t kNoParent = UINT16_MAX;

  uint16_t parent = kNoParent;  // index into Message::parts
  uint8_t depth = 0;            // of parts[0]: 0
  HeaderList header;            // body: the part's own, still encoded
  MediaType media;
  TransferEncoding encoding = TransferEncoding::kNone;
  TextKind text_kind = TextKind::kNone;
  std::string_view text = {};      // of texts: decoded, in UTF-8, markup kept; `rawbody` sees it
  std::string_view rendered = {};  // of texts: as a reader sees it, UTF-8, one paragraph a line
};

struct Message {
  std::string_view raw;
  std::pmr::vector<Part> parts;  // never empty
  std::pmr::vector<Url> urls;    // each canonical form once per source
  // UTF-8: the decoded Subject, then `rendered` of every text, multipart and message/* part,
  // attached or not; one paragraph a line, white space collapsed to single blanks.
  std::string_view body = {};
  uint32_t urls_found = 0;  // also those beyond the limits
  DefectSet defects;        // of the message and all of its parts

  [[nodiscard]] const HeaderList& header() const { return parts.front().header; }
};

// How much of a message is read.
enum class Extent : uint8_t {
  kStructure,  // its fields and the tree of its parts: no Part::text, no URLs, no body, and none of
               // the defects that are in them
  kTexts,      // all
};

Message read_message(std::string_view raw, Arena& arena, Extent extent = Extent::kTexts);

// The bytes of a part that is no text, decoded into the arena on demand; a view of the message if
// they were not encoded.
std::string_view decode_part(const Part& part, Arena& arena);

// A field's value as people read it: unfolded, trimmed, encoded words decoded, UTF-8 (RFC 2047,
// RFC 6532). A view of the message where nothing had to be changed.
std::string_view field_text(const HeaderField& field, Arena& arena);

// The first field called `name`, letter case ignored; nullptr if there is none.
const HeaderField* find_field(const HeaderList& list, std::string_view name);

}  // namespace sluice::mime
