#include <algorithm>
#include <array>

#include "rules/facts/attachments.h"
#include "rules/facts/domains.h"
#include "rules/facts/fact_field.h"

namespace sluice::rules {
namespace {

using Number = std::optional<int64_t>;

Number number(std::size_t value) {
  return static_cast<int64_t>(value);
}

Number bytes(const FactRequest& request) {
  return number(request.source.message.raw.size());
}

Number header_bytes(const FactRequest& request) {
  const mime::Message& message = request.source.message;
  return number(message.raw.size() - message.header().body.size());
}

Number header_fields(const FactRequest& request) {
  return number(request.source.message.header().fields.size());
}

Number longest_line(const FactRequest& request) {
  std::string_view text = request.source.message.raw;
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t lf = std::min(text.find('\n'), text.size());
    const bool cr = lf > 0 && text[lf - 1] == '\r';
    longest = std::max(longest, lf - (cr ? 1 : 0));
    text.remove_prefix(std::min(lf + 1, text.size()));
  }
  return number(longest);
}

Number parts(const FactRequest& request) {
  return number(request.source.message.parts.size());
}

Number depth(const FactRequest& request) {
  std::size_t deepest = 0;
  for (const mime::Part& part : request.source.message.parts) {
    deepest = std::max<std::size_t>(deepest, part.depth);
  }
  return number(deepest);
}

Number attachments(const FactRequest& request) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < request.source.message.parts.size(); ++i) {
    if (is_attachment(request.source.message, i)) ++count;
  }
  return number(count);
}

Number images(const FactRequest& request) {
  const auto& all = request.source.message.parts;
  return static_cast<int64_t>(std::count_if(
      all.begin(), all.end(), [](const auto& part) { return part.media.type == "image"; }));
}

Number bytes_of_texts(const mime::Message& message, mime::TextKind kind) {
  std::size_t sum = 0;
  for (const mime::Part& part : message.parts) {
    if (part.text_kind == kind) sum += part.text.size();
  }
  return number(sum);
}

Number text_bytes(const FactRequest& request) {
  return bytes_of_texts(request.source.message, mime::TextKind::kPlain);
}

Number html_bytes(const FactRequest& request) {
  return bytes_of_texts(request.source.message, mime::TextKind::kHtml);
}

Number urls(const FactRequest& request) {
  return number(request.source.message.urls_found);
}

Number hosts(const FactRequest& request) {
  FactTexts hosts;
  for (const mime::Url& url : request.source.message.urls) {
    if (!url.host.empty()) hosts.push_back(url.host);
  }
  make_distinct(hosts);
  return number(hosts.size());
}

Number to_cc(const FactRequest& request) {
  return number(request.source.mail.get_all("ToCc", ":addr").size());
}

constexpr std::array<FactField, 13> kFields = {{
    {.name = "bytes", .number = bytes, .meaning = "of the message as it was read"},
    {.name = "header_bytes", .number = header_bytes, .meaning = "of its header, blank line too"},
    {.name = "header_fields", .number = header_fields, .meaning = "fields in its header"},
    {.name = "longest_line",
     .number = longest_line,
     .meaning = "bytes of its longest line, without the line ending"},
    {.name = "parts", .number = parts, .meaning = "MIME parts, the message itself being one"},
    {.name = "depth", .number = depth, .meaning = "how deep parts stand in parts; 0: none does"},
    {.name = "attachments",
     .number = attachments,
     .meaning = "parts that are no text, or that are said to be attachments or have a file name"},
    {.name = "images", .number = images, .meaning = "parts of a type `image/...`"},
    {.name = "text_bytes",
     .number = text_bytes,
     .meaning = "of all plain texts, decoded, in UTF-8",
     .of_texts = true},
    {.name = "html_bytes",
     .number = html_bytes,
     .meaning = "of all HTML texts, likewise",
     .of_texts = true},
    {.name = "urls",
     .number = urls,
     .meaning = "links, those that stand several times in one place counted once",
     .of_texts = true},
    {.name = "hosts", .number = hosts, .meaning = "distinct hosts of links", .of_texts = true},
    {.name = "to_cc", .number = to_cc, .meaning = "addresses in To and Cc"},
}};

}  // namespace

std::span<const FactField> structure_fields() {
  return kFields;
}

}  // namespace sluice::rules
