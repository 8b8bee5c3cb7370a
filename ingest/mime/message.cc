#include "ingest/mime/message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/byte_scan.h"
#include "ingest/mime/charset.h"
#include "ingest/mime/encoded_word.h"
#include "ingest/mime/header_checks.h"
#include "ingest/mime/part_tree.h"
#include "ingest/mime/render.h"
#include "ingest/mime/transfer_encoding.h"
#include "ingest/mime/url_list.h"

namespace sluice::mime {
namespace {

// Fields whose URLs a reader may follow.
constexpr std::array<std::string_view, 6> kUrlFields = {
    "Subject", "List-Unsubscribe", "List-Help", "List-Subscribe", "List-Archive", "List-Owner"};

// Names of files that mail programs and browsers open as HTML.
constexpr std::array<std::string_view, 5> kHtmlNames = {".html", ".htm", ".xhtml", ".shtml",
                                                        ".svg"};

bool named_like_html(std::string_view name) {
  return std::any_of(kHtmlNames.begin(), kHtmlNames.end(), [name](std::string_view ending) {
    return name.size() >= ending.size() &&
           iequals(name.substr(name.size() - ending.size()), ending);
  });
}

bool is_leaf(const Message& message, std::size_t index) {
  return index + 1 == message.parts.size() || message.parts[index + 1].parent != index;
}

// A multipart without parts is what its boundary failed to cut: people may still see it as text.
TextKind text_kind(const Part& part, bool leaf) {
  if (!leaf) return TextKind::kNone;
  const MediaType& media = part.media;
  const bool text = media.type == "text";
  const bool xhtml = media.type == "application" && media.subtype == "xhtml+xml";
  if (xhtml || (text && media.subtype == "html")) return TextKind::kHtml;
  if ((!text || media.attachment) && named_like_html(media.name)) return TextKind::kHtml;
  const bool shown = text || media.type == "multipart" || media.type == "message";
  return shown ? TextKind::kPlain : TextKind::kNone;
}

// Whether the part's text belongs to the body. A disposition is only a wish of the sender: mail
// programs show texts below the message all the same.
bool is_body(const Part& part) {
  if (part.text_kind == TextKind::kNone) return false;
  const MediaType& media = part.media;
  const bool shown = media.type == "text" || media.type == "multipart" || media.type == "message";
  return shown || (media.subtype == "xhtml+xml" && !media.attachment);
}

std::string_view decode(const Part& part, Arena& arena, DefectSet& defects,
                        std::size_t bytes_max = kAllBytes) {
  const std::string_view body = part.header.body;
  switch (part.encoding) {
    case TransferEncoding::kBase64:
      return decode_base64(body, arena, defects, bytes_max);
    case TransferEncoding::kQuotedPrintable:
      return decode_quoted_printable(body, arena, defects, bytes_max);
    case TransferEncoding::kNone:
    case TransferEncoding::kUnknown:
      break;
  }
  return body;
}

// What the text `bytes` of `part` is written in; takes a byte order mark off their front. A mark
// is believed before the label, and that before what HTML says of itself, as browsers do.
std::string_view charset_of(const Part& part, std::string_view& bytes) {
  const std::string_view marked = take_byte_order_mark(bytes);
  if (!marked.empty()) return marked;
  const bool silent = part.media.charset.empty() && part.text_kind == TextKind::kHtml;
  return silent ? meta_charset(bytes) : part.media.charset;
}

// Writes texts one under the other, white space between words as one blank.
class BodyWriter {
 public:
  explicit BodyWriter(std::span<char> out) : out_(out) {}

  void add_line(std::string_view text) {
    while (true) {
      while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
      if (text.empty()) break;
      const auto end = std::find_if(text.begin(), text.end(), is_space);
      const auto word = static_cast<std::size_t>(end - text.begin());
      put(text.substr(0, word));
      put(" ");
      text.remove_prefix(word);
    }
    end_line();
  }

  // A text that is one paragraph a line already.
  void add_rendered(std::string_view text) {
    put(text);
    if (!text.empty() && text.back() != '\n') put("\n");
  }

  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  void put(std::string_view text) {
    if (!text.empty()) std::memcpy(out_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  void end_line() {
    if (used_ > 0 && out_[used_ - 1] == ' ') out_[used_ - 1] = '\n';
  }

  std::span<char> out_;
  std::size_t used_ = 0;
};

class MessageReader {
 public:
  MessageReader(Message& message, Arena& arena) : message_(message), arena_(arena), urls_(arena) {}

  void read_structure() {
    scan();
    message_.parts = read_parts(message_.raw, arena_, message_.defects);
    check_headers(message_.header(), arena_, message_.defects);
    for (std::size_t i = 0; i < message_.parts.size(); ++i) {
      message_.parts[i].text_kind = text_kind(message_.parts[i], is_leaf(message_, i));
    }
  }

  void read_texts() {
    read_fields();
    for (std::size_t i = 0; i < message_.parts.size(); ++i) read_text(i);
    write_body();
    message_.urls_found = urls_.found();
    message_.urls = urls_.take();
  }

 private:
  void scan() {
    if (message_.raw.size() > limits::kMessageBytesMax) {
      message_.defects.add(Defect::kLimitMessageBytes);
      message_.raw = message_.raw.substr(0, limits::kMessageBytesMax);
    }
    const ByteScan bytes = scan_bytes(message_.raw);
    if (bytes.nul) message_.defects.add(Defect::kNulByte);
    if (bytes.bare_lf) message_.defects.add(Defect::kBareLf);
    if (bytes.bare_cr) message_.defects.add(Defect::kBareCr);
  }

  void read_fields() {
    for (const HeaderField& field : message_.header().fields) {
      const bool wanted =
          std::any_of(kUrlFields.begin(), kUrlFields.end(),
                      [&](std::string_view name) { return iequals(name, field.name); });
      if (!wanted) continue;
      const std::string_view text = decode_words(trim(field.value), arena_, message_.defects);
      if (subject_.data() == nullptr && iequals(field.name, "Subject")) subject_ = text;
      find_urls(text, UrlSource::kHeader, target(0));
    }
  }

  void read_text(std::size_t index) {
    Part& part = message_.parts[index];
    if (part.text_kind == TextKind::kNone) return;

    const std::size_t room = limits::kDecodedTextBytesMax - text_bytes_;
    std::string_view bytes = decode(part, arena_, message_.defects, room);
    const std::string_view charset = charset_of(part, bytes);
    part.text = to_utf8(bytes, charset, arena_, message_.defects, room);
    text_bytes_ += part.text.size();
    part.rendered = part.text_kind == TextKind::kHtml ? render_html(part.text, target(index))
                                                      : render_plain(part.text, target(index));
  }

  void write_body() {
    std::size_t bytes = subject_.size() + 1;
    for (const Part& part : message_.parts) {
      if (is_body(part)) bytes += part.rendered.size() + 1;
    }
    const std::span<char> out = arena_.take(bytes);
    BodyWriter writer(out);
    writer.add_line(subject_);
    for (const Part& part : message_.parts) {
      if (is_body(part)) writer.add_rendered(part.rendered);
    }
    arena_.trim(out, writer.used());
    message_.body = {out.data(), writer.used()};
  }

  RenderTarget target(std::size_t index) {
    return {.arena = arena_,
            .urls = urls_,
            .defects = message_.defects,
            .part = static_cast<uint16_t>(index)};
  }

  Message& message_;
  Arena& arena_;
  UrlList urls_;
  std::string_view subject_ = {};
  std::size_t text_bytes_ = 0;  // of all texts so far
};

}  // namespace

Message read_message(std::string_view raw, Arena& arena, Extent extent) {
  Message message{.raw = raw,
                  .parts = std::pmr::vector<Part>(&arena),
                  .urls = std::pmr::vector<Url>(&arena),
                  .defects = {}};
  MessageReader reader(message, arena);
  reader.read_structure();
  if (extent == Extent::kTexts) reader.read_texts();
  return message;
}

std::string_view decode_part(const Part& part, Arena& arena) {
  DefectSet known;  // a text's are in the message; nobody asks what is odd about other parts
  return decode(part, arena, known);
}

}  // namespace sluice::mime
