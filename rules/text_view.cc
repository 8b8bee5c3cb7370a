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
                 TextBlocks& blocks) {
  if (!header_exists(selector, input)) return;
  if (selector.name == "EnvelopeFrom") {
    blocks.push_back(wants_newline(selector) ? with_newline(input.mail_from, arena)
                                             : input.mail_from);
  } else if (selector.name == "ALL") {
    blocks.push_back(all_fields(selector, input, arena));
  } else {
    blocks.push_back(joined_fields(selector, input, arena));
  }
}

// Adds one URL as a line of its own.
void add_url(Builder& out, std::string_view url) {
  out.add(url);
  std::span<char> copy = out.last(url.size());
  std::replace(copy.begin(), copy.end(), '\n', ' ');
  out.add("\n");
}

void read_urls(const mime::Message& message, Arena& arena, TextBlocks& blocks) {
  std::size_t bytes = 0;
  for (const mime::Url& url : message.urls) bytes += url.written.size() + url.canonical.size() + 2;
  if (bytes == 0) return;
  Builder out(arena, bytes);
  for (const mime::Url& url : message.urls) {
    add_url(out, url.written);
    if (url.canonical != url.written) add_url(out, url.canonical);
  }
  const std::string_view lines = out.view();
  blocks.push_back(lines.substr(0, lines.size() - 1));  // newlines only between them
}

}  // namespace

UnitShape shape_of_view(const ViewKey& key) {
  switch (key.kind) {
    case RuleKind::kBody:
      return UnitShape::kLines;
    case RuleKind::kRawBody:
      return UnitShape::kChunks;
    case RuleKind::kUri:
      return UnitShape::kBareLines;
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

void read_view(const ViewKey& key, const ScanInput& input, Arena& arena, TextBlocks& blocks) {
  const mime::Message& message = input.message;
  blocks.clear();
  switch (key.kind) {
    case RuleKind::kHeader:
      return read_header(key.selector, input, arena, blocks);
    case RuleKind::kUri:
      return read_urls(message, arena, blocks);
    case RuleKind::kBody:
      blocks.push_back(message.body);
      return;
    case RuleKind::kFull:
      blocks.push_back(message.raw);
      return;
    case RuleKind::kRawBody:
      for (const mime::Part& part : message.parts) {
        if (!part.text.empty()) blocks.push_back(part.text);
      }
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

Unit UnitReader::unit_from(std::size_t from) const {
  if (shape_ == UnitShape::kWhole) return {0, block_.size()};
  std::size_t at = from;
  if (shape_ == UnitShape::kChunks)
    at = std::min(block_.size(), from + limits::kRuleChunkBytes - 1);
  const std::size_t lf = block_.find('\n', at);
  if (lf == kNone) return {from, block_.size()};
  return {from, shape_ == UnitShape::kBareLines ? lf : lf + 1};
}

std::size_t UnitReader::after(const Unit& unit) const {
  const std::size_t next = shape_ == UnitShape::kBareLines ? unit.to + 1 : unit.to;
  return next < block_.size() || (next == block_.size() && shape_ == UnitShape::kBareLines &&
                                  unit.to < block_.size())
             ? next
             : kNone;
}

Unit UnitReader::unit_ending_at(std::size_t end) {
  // Of units that keep their newline, a match ends inside or at the end of the one with byte end-1.
  const std::size_t at = shape_ == UnitShape::kBareLines || end == 0 ? end : end - 1;
  if (at < last_.from) last_ = {};
  if (last_.to == 0) last_ = unit_from(0);
  const auto holds = [&](const Unit& unit) {
    return shape_ == UnitShape::kBareLines ? at <= unit.to : at < unit.to;
  };
  while (!holds(last_)) {
    const std::size_t next = after(last_);
    if (next == kNone) break;
    last_ = unit_from(next);
  }
  return last_;
}

bool UnitReader::between_units(std::size_t at) const {
  if (at == 0 || at >= block_.size()) return false;
  if (shape_ == UnitShape::kLines) return block_[at - 1] == '\n';
  return shape_ == UnitShape::kChunks && at == last_.to;
}

}  // namespace sluice::rules
