#include <cstring>

#include "base/text.h"
#include "ingest/mime/render.h"
#include "ingest/mime/text_sink.h"

namespace sluice::mime {
namespace {

// The line at the front of `text`, without its ending.
std::string_view take_line(std::string_view& text) {
  const auto* const end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
  const std::size_t size =
      end == nullptr ? text.size() : static_cast<std::size_t>(end - text.data());
  const std::string_view line = text.substr(0, size);
  text.remove_prefix(end == nullptr ? size : size + 1);
  return line;
}

}  // namespace

std::string_view render_plain(std::string_view text_utf8, RenderTarget target) {
  find_urls(text_utf8, UrlSource::kText, target);
  TextSink sink(target.arena, text_utf8.size(), target.defects);
  while (!text_utf8.empty()) {
    const std::string_view line = take_line(text_utf8);
    if (trim(line).empty()) {
      sink.end_paragraph();
    } else {
      sink.text(line);
      sink.blank();
    }
  }
  return sink.finish();
}

}  // namespace sluice::mime
