#include "rules/mail/mime_header.h"

#include <charconv>
#include <memory_resource>
#include <vector>

#include "base/text.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kAllBytesMax = 65'536;  // of all fields of one part

// Collects texts, each with a newline at its end, in one block.
class UnitsWriter {
 public:
  explicit UnitsWriter(Arena& arena) : block_(&arena), units_(&arena) {}

  void begin() { from_ = block_.size(); }

  void put(std::string_view text) { block_.insert(block_.end(), text.begin(), text.end()); }

  [[nodiscard]] bool ends_line() const { return block_.size() > from_ && block_.back() == '\n'; }

  // A newline that is missing is put behind the text.
  void end() {
    units_.push_back({.from = from_, .to = block_.size()});
    if (!ends_line()) block_.push_back('\n');
  }

  // Arenas keep what their vectors let go.
  [[nodiscard]] TextUnits units() const {
    return {.block = {block_.data(), block_.size()}, .units = units_};
  }

 private:
  std::pmr::vector<char> block_;
  std::pmr::vector<TextUnits::Unit> units_;
  std::size_t from_ = 0;
};

// A raw value with its line breaks, and the blanks after them, as one blank each.
void put_unfolded(std::string_view raw, UnitsWriter& out) {
  for (std::size_t newline = raw.find('\n'); newline != kNone; newline = raw.find('\n')) {
    const bool folded = newline + 1 < raw.size() && is_space(raw[newline + 1]);
    std::string_view line = raw.substr(0, folded ? newline : newline + 1);
    if (folded && line.ends_with('\r')) line.remove_suffix(1);
    out.put(line);
    raw.remove_prefix(newline + 1);
    if (!folded) continue;
    out.put(" ");
    while (!raw.empty() && is_space(raw.front())) raw.remove_prefix(1);
  }
  out.put(raw);
}

void put_all_fields(const MailPart& part, bool raw, UnitsWriter& out) {
  std::size_t bytes = 0;
  for (const MailField& field : part.fields) {
    bytes += field.name.size() + 2 + (raw ? field.raw.size() : field.text.size());
    if (bytes > kAllBytesMax) return;
    out.put(field.name);
    out.put(": ");
    if (raw) {
      put_unfolded(field.raw, out);
    } else {
      out.put(field.text);
    }
  }
}

const MailField* last_field(const MailPart& part, std::string_view name) {
  for (std::size_t i = part.fields.size(); i-- > 0;) {
    if (iequals(part.fields[i].name, name)) return &part.fields[i];
  }
  return nullptr;
}

void put_part(const MailPart& part, const MimeHeaderRequest& request, UnitsWriter& out) {
  if (request.name == "ALL") return put_all_fields(part, request.raw, out);
  const MailField* const field = last_field(part, request.name);
  if (field != nullptr) {
    out.put(request.raw ? field->raw : field->text);
  } else if (!request.raw) {
    out.put(request.if_unset);
  }
}

// The number at the front of `text`, which is taken off.
bool take_number(std::string_view& text, std::size_t& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return true;
}

// "2", "2-", "-3" and "2-3".
void read_range(std::string_view text, MimeHeaderRequest& out) {
  std::size_t first = 0;
  std::size_t last = 0;
  const bool has_first = take_number(text, first);
  const bool open = text.starts_with('-');
  if (open) text.remove_prefix(1);
  const bool has_last = open && take_number(text, last);
  if (!text.empty()) return;
  if (has_first) out.first = first;
  if (has_last) out.last = last;
  if (has_first && !open) out.last = first;
}

}  // namespace

MimeHeaderRequest mime_header_request(std::string_view field, std::string_view tflags) {
  MimeHeaderRequest out;
  const std::size_t colon = field.find(':');
  out.name = field.substr(0, colon);
  out.raw = colon != kNone && field.substr(colon) == ":raw";
  constexpr std::string_view kRange = "range=";
  while (!tflags.empty()) {
    const std::size_t blank = tflags.find_first_of(" \t");
    const std::string_view flag = tflags.substr(0, blank);
    if (flag.starts_with(kRange)) read_range(flag.substr(kRange.size()), out);
    out.concat = out.concat || flag == "concat";
    tflags.remove_prefix(blank == kNone ? tflags.size() : blank + 1);
  }
  return out;
}

TextUnits mime_header(Mail& mail, const MimeHeaderRequest& request) {
  UnitsWriter out(mail.arena());
  std::size_t number = 0;
  out.begin();
  for (const MailPart& part : mail.tree()) {
    if (!part.type.empty()) ++number;
    if (part.type.empty() || number < request.first || number > request.last) continue;
    if (!request.concat) out.begin();
    put_part(part, request, out);
    if (!request.concat) {
      out.end();
    } else if (!out.ends_line()) {
      out.put("\n");
    }
  }
  if (request.concat) out.end();
  return out.units();
}

}  // namespace sluice::rules
