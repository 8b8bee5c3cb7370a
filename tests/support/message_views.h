// What holds for every message that was read, whatever its bytes.
//
//   stray_view(message) == ""      every view can be read, texts are UTF-8, the tree is a tree
//
// A view outside of the message and its arena is memory that AddressSanitizer knows to be gone:
// each one is read to its end. Views that must lie in the message itself are compared with it.

#pragma once

#include <string>
#include <string_view>

#include "ingest/mime/byte_scan.h"
#include "ingest/mime/message.h"

namespace sluice::test {

inline bool lies_in(std::string_view view, std::string_view whole) {
  return view.empty() ||
         (view.data() >= whole.data() && view.data() + view.size() <= whole.data() + whole.size());
}

// The name of the first thing of `part` that does not hold; empty if all do.
inline std::string stray_view(const mime::Part& part, std::string_view raw) {
  for (const mime::HeaderField& field : part.header.fields) {
    if (!lies_in(field.name, raw) || !lies_in(field.value, raw)) return "field";
  }
  if (!lies_in(part.header.body, raw)) return "body";
  if (!mime::valid_utf8(part.text)) return "text";
  if (!mime::valid_utf8(part.rendered)) return "rendered";
  if (!mime::valid_utf8(part.media.name)) return "name";
  return {};
}

inline std::string stray_view(const mime::Message& message) {
  if (message.parts.empty()) return "parts";
  if (!mime::valid_utf8(message.body)) return "body";
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const mime::Part& part = message.parts[i];
    if (i == 0 ? part.parent != mime::Part::kNoParent : part.parent >= i) return "parent";
    std::string stray = stray_view(part, message.raw);
    if (!stray.empty()) return "part " + std::to_string(i) + ' ' + stray;
  }
  for (const mime::Url& url : message.urls) {
    if (!lies_in(url.host, url.canonical) || url.part >= message.parts.size()) return "url";
    if (!mime::valid_utf8(url.written)) return "written";
  }
  return {};
}

}  // namespace sluice::test
