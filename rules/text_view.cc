#include "rules/text_view.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "rules/first_address.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

// Text that grows in the arena, of a size known beforehand.
class Builder {
 public:
  Builder(Arena& arena, std::size_t bytes) : room_(arena.take(bytes)) {}

  void add(std::string_view text) {
    SLUICE_ASSERT(text.size() <= room_.size() - used_);
    if (!text.empty()) std::memcpy(room_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  [[nodiscard]] std::string_view view() const { return {room_.data(), used_}; }

  [[nodiscard]] std::span<char> last(std::size_t bytes) const {
    return room_.subspan(used_ - bytes, bytes);
  }

 private:
  std::span<char> room_;
  std::size_t used_ = 0;
};

constexpr std::array<std::string_view, 2> kToCc = {"to", "cc"};
constexpr std::array<std::string_view, 3> kMessageIds = {"message-id", "resent-message-id",
                                                         "x-message-id"};

bool selects(const HeaderSelector& selector, std::string_view name) {
  const auto is = [name](std::string_view one) { return iequals(one, name); };
  if (selector.name == "ALL") return true;
  if (selector.name == "ToCc") return std::any_of(kToCc.begin(), kToCc.end(), is);
  if (selector.name == "MESSAGEID") return std::any_of(kMessageIds.begin(), kMessageIds.end(), is);
  return is(selector.name);
}

// One field as the selector's form shows it.
std::string_view form_of(const HeaderSelector& selector, const mime::HeaderField& field,
                         Arena& arena) {
  if (selector.form == HeaderSelector::Form::kRaw) return field.value;
  const std::string_view text = mime::field_text(field, arena);
  if (selector.form == HeaderSelector::Form::kText) return text;
  const FirstAddress first = first_address(text, arena);
  return selector.form == HeaderSelector::Form::kAddress ? first.address : first.name;
}

bool wants_newline(const HeaderSelector& selector) {
  return selector.form == HeaderSelector::Form::kText ||
         selector.form == HeaderSelector::Form::kRaw;
}

std::string_view with_newline(std::string_view text, Arena& arena) {
  Builder out(arena, text.size() + 1);
  out.add(text);
  out.add("\n");
  return out.view();
}

// "Name: value\n" for each field.
std::string_view all_fields(const HeaderSelector& selector, const ScanInput& input, Arena& arena) {
  const auto& fields = input.message.header().fields;
  std::pmr::vector<std::string_view> texts(&arena);
  texts.reserve(fields.size());
  std::size_t bytes = 0;
  for (const mime::HeaderField& field : fields) {
    texts.push_back(form_of(selector, field, arena));
    bytes += field.name.size() + texts.back().size() + 3;
  }
  Builder out(arena, bytes);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out.add(fields[i].name);
    out.add(selector.form == HeaderSelector::Form::kRaw ? ":" : ": ");
    out.add(texts[i]);
    out.add("\n");
  }
  return out.view();
}

// The values of all fields that the selector names, each with its newline. The first address is the
// first field's.
std::string_view joined_fields(const HeaderSelector& selector, const ScanInput& input,
                               Arena& arena) {
  std::pmr::vector<std::string_view> texts(&arena);
  std::size_t bytes = 0;
  for (const mime::HeaderField& field : input.message.header().fields) {
    if (!selects(selector, field.name)) continue;
    texts.push_back(form_of(selector, field, arena));
    if (!wants_newline(selector)) return texts.front();
    bytes += texts.back().size() + 1;
  }
  Builder out(arena, bytes);
  for (const std::string_view text : texts) {
    out.add(text);
    out.add("\n");
  }
  return out.view();
}

void read_header(const HeaderSelector& selector, const ScanInput& input, Arena& arena,
                 ViewText& out) {
  if (!header_exists(selector, input)) return;
  if (selector.name == "EnvelopeFrom") {
    out.block = wants_newline(selector) ? with_newline(input.mail_from, arena) : input.mail_from;
  } else if (selector.name == "ALL") {
    out.block = all_fields(selector, input, arena);
  } else {
    out.block = joined_fields(selector, input, arena);
  }
  out.units.push_back({0, out.block.size()});
}

// Adds one URL as a line of its own.
void add_url(Builder& out, std::string_view url) {
  out.add(url);
  std::span<char> copy = out.last(url.size());
  std::replace(copy.begin(), copy.end(), '\n', ' ');
  out.add("\n");
}

void read_urls(const mime::Message& message, Arena& arena, ViewText& text) {
  std::size_t bytes = 0;
  for (const mime::Url& url : message.urls) bytes += url.written.size() + url.canonical.size() + 2;
  if (bytes == 0) return;
  Builder out(arena, bytes);
  for (const mime::Url& url : message.urls) {
    add_url(out, url.written);
    if (url.canonical != url.written) add_url(out, url.canonical);
  }
  text.block = out.view();
  for (std::size_t at = 0; at < text.block.size();) {
    const std::size_t end = text.block.find('\n', at);
    text.units.push_back({at, end});
    at = end + 1;
  }
}

// Each line with its newline.
void read_body(std::string_view body, ViewText& out) {
  out.block = body;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t lf = body.find('\n', at);
    const std::size_t end = lf == kNone ? body.size() : lf + 1;
    out.units.push_back({at, end});
    at = end;
  }
}

// Lines up to the first line end after limits::kRuleChunkBytes.
void cut_pieces(std::size_t from, ViewText& out) {
  const std::string_view block = out.block;
  while (from < block.size()) {
    const std::size_t lf =
        block.find('\n', std::min(block.size(), from + limits::kRuleChunkBytes - 1));
    const std::size_t end = lf == kNone ? block.size() : lf + 1;
    out.units.push_back({from, end});
    from = end;
  }
}

void read_rawbody(const mime::Message& message, Arena& arena, ViewText& text) {
  std::size_t bytes = 0;
  for (const mime::Part& part : message.parts) bytes += part.text.size() + 1;
  Builder out(arena, bytes);
  for (const mime::Part& part : message.parts) {
    if (part.text.empty()) continue;
    const std::size_t from = out.view().size();
    out.add(part.text);
    text.block = out.view();
    cut_pieces(from, text);
    if (part.text.back() != '\n') out.add("\n");
  }
  text.block = out.view();
}

}  // namespace

UnitShape shape_of_view(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
    case RuleKind::kUri:
      return UnitShape::kLines;
    case RuleKind::kRawBody:
      return UnitShape::kPieces;
    default:
      return UnitShape::kWhole;
  }
}

std::string view_name(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
      return "body";
    case RuleKind::kRawBody:
      return "rawbody";
    case RuleKind::kUri:
      return "uri";
    case RuleKind::kFull:
      return "full";
    default:
      break;
  }
  constexpr std::array<std::string_view, 4> kForms = {"", ":raw", ":addr", ":name"};
  return "header " + key.selector.name +
         std::string(kForms[static_cast<std::size_t>(key.selector.form)]);
}

void read_view(const ViewKey& key, const ScanInput& input, Arena& arena, ViewText& out) {
  const mime::Message& message = input.message;
  out.clear();
  switch (key.kind) {
    case RuleKind::kHeader:
      return read_header(key.selector, input, arena, out);
    case RuleKind::kUri:
      return read_urls(message, arena, out);
    case RuleKind::kBody:
      return read_body(message.body, out);
    case RuleKind::kRawBody:
      return read_rawbody(message, arena, out);
    case RuleKind::kFull:
      out.block = message.raw;
      out.units.push_back({0, out.block.size()});
      return;
    default:
      SLUICE_ASSERT(false);
  }
}

bool header_exists(const HeaderSelector& selector, const ScanInput& input) {
  if (selector.name == "EnvelopeFrom") return !input.mail_from.empty();
  const auto& fields = input.message.header().fields;
  return std::any_of(fields.begin(), fields.end(), [&selector](const mime::HeaderField& field) {
    return selects(selector, field.name);
  });
}

std::size_t UnitFinder::holding(std::size_t offset) {
  if (offset < units_[last_].from) last_ = 0;
  while (last_ + 1 < units_.size() && units_[last_ + 1].from <= offset) ++last_;
  return last_;
}

}  // namespace sluice::rules
