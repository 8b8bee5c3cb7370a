// The links of a message as SpamAssassin's uri rules see them.
//
// Source:   Mail::SpamAssassin::PerMsgStatus (get_uri_detail_list) and Util (uri_list_canonicalize)
//           of 4.0.1.
// Tests:    tests/rules/mail/uris_test.cc

#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::rules {

// Where a link was found; bits.
enum UriType : uint32_t {
  kUriParsed = 1U << 0U,  // in running text
  kUriA = 1U << 1U,
  kUriArea = 1U << 2U,
  kUriImg = 1U << 3U,
  kUriForm = 1U << 4U,
  kUriLink = 1U << 5U,
  kUriBase = 1U << 6U,
  kUriIframe = 1U << 7U,
  kUriFrame = 1U << 8U,
  kUriScript = 1U << 9U,
  kUriEmbed = 1U << 10U,
  kUriBody = 1U << 11U,   // its background
  kUriTable = 1U << 12U,  // its background
  kUriStyle = 1U << 13U,
  kUriDomainKeys = 1U << 14U,  // the d= of a signature: hosts only, nothing cleaned
  kUriUnlinked = 1U << 15U,    // mail programs do not make it a link
  kUriSchemeless = 1U << 16U,
  kUriNoCanon = 1U << 17U,
  kUriNoClean = 1U << 18U,
  kUriTr = 1U << 19U,  // its background
  kUriTd = 1U << 20U,  // its background
  kUriBgsound = 1U << 21U,
  kUriMeta = 1U << 22U,  // refresh
  kUriOther = 1U << 31U,
};

// The name of one bit in the original, "a" or "parsed"; empty for kUriOther.
std::string_view uri_type_name(UriType type);

// The bit of a tag, lower case; kUriOther for a tag that holds no links.
UriType uri_type_of_tag(std::string_view tag);

struct MailUri {
  std::string_view raw = {};
  uint32_t types = 0;                          // UriType bits
  std::pmr::vector<std::string_view> cleaned;  // `raw` and its canonical forms, each once
  std::pmr::vector<std::string_view> anchor_texts;
  // Each host once, with its registrable domain ("domains" and "hosts" of the original).
  std::pmr::vector<std::pair<std::string_view, std::string_view>> hosts;

  explicit MailUri(std::pmr::memory_resource* memory)
      : cleaned(memory), anchor_texts(memory), hosts(memory) {}
};

}  // namespace sluice::rules
