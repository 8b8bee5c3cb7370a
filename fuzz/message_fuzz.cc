// Feeds any bytes to read_message. Beyond "no crash": every view can be read and lies where it
// should, texts are UTF-8, and what was decoded is no more than the limits allow.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "tests/support/message_views.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  sluice::Arena arena;
  const sluice::mime::Message message = sluice::mime::read_message(raw, arena);
  if (!sluice::test::stray_view(message).empty()) std::abort();
  for (const auto& part : message.parts) {
    if (sluice::mime::decode_part(part, arena).size() > part.header.body.size()) std::abort();
    for (const auto& field : part.header.fields) {
      if (!sluice::mime::valid_utf8(sluice::mime::field_text(field, arena))) std::abort();
    }
  }
  return 0;
}
