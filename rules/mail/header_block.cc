#include "rules/mail/header_block.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/header_text.h"
#include "rules/mail/transfer_text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kValueBytesMax = 8192;
constexpr int kOddLinesMax = 3;
constexpr std::size_t kBlankLinesMax = 20;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t line_length(std::string_view text) {
  return std::min(text.find('\n'), text.size() - 1) + 1;
}

// "From " and anything, but not "From :".
bool is_mbox_separator(std::string_view line) {
  if (!line.starts_with("From")) return false;
  line.remove_prefix(4);
  if (line.empty() || !is_space(line.front())) return false;
  return line.size() < 2 || line[1] != ':';
}

// Reads "12-Jan-2024 12:34:56" piece by piece.
class Pattern {
 public:
  explicit Pattern(std::string_view text) : rest_(text) {}

  template <typename Is>
  Pattern& take(std::size_t count, Is is) {
    good_ = good_ && rest_.size() >= count &&
            std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is);
    if (good_) rest_.remove_prefix(count);
    return *this;
  }

  Pattern& take(char wanted) {
    return take(1, [wanted](char c) { return c == wanted; });
  }

  [[nodiscard]] bool good() const { return good_; }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

// ",1234;00000000000f-0000abcd" at the end of the line.
bool is_mbx_tail(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  constexpr std::size_t kFlagBytes = 12 + 1 + 8;
  if (text.size() < kFlagBytes + 3) return false;
  Pattern flags(text.substr(text.size() - kFlagBytes));
  if (!flags.take(12, is_lower_hex).take('-').take(8, is_word).good()) return false;
  text.remove_suffix(kFlagBytes);
  if (text.back() != ';') return false;
  text.remove_suffix(1);
  std::size_t digits = 0;
  while (!text.empty() && is_digit(text.back())) {
    text.remove_suffix(1);
    ++digits;
  }
  return digits > 0 && text.ends_with(',');
}

bool is_mbx_separator(std::string_view line) {
  Pattern date(line);
  date.take(1, [](char c) { return is_space(c) || is_digit(c); });
  date.take(1, is_digit).take('-').take(3, is_alpha).take('-').take(4, is_digit);
  date.take(1, is_space).take(2, is_digit).take(':').take(2, is_digit).take(':').take(2, is_digit);
  return date.good() && is_mbx_tail(date.rest());
}

bool ends_with_crlf(std::string_view text) {
  return text.ends_with("\r\n");
}

bool is_blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(), is_space);
}

// `text` with a CR before each LF.
std::string_view crlf_lines(std::string_view text, Arena& arena) {
  std::size_t lacking = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    lacking += at == 0 || text[at - 1] != '\r' ? 1U : 0U;
  }
  if (lacking == 0) return text;
  const std::span<char> out = arena.take(text.size() + lacking);
  char* to = out.data();
  char last = 0;
  for (const char c : text) {
    if (c == '\n' && last != '\r') *to++ = '\r';
    *to++ = c;
    last = c;
  }
  return {out.data(), out.size()};
}

// Collects the header line by line.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, Arena& arena, HeaderBlock& out)
      : text_(text), arena_(arena), out_(out) {}

  // How many bytes of the text are header.
  std::size_t read() {
    while (at_ < text_.size()) {
      const std::size_t length = line_length(text_.substr(at_));
      const std::string_view line = text_.substr(at_, length);
      if (!is_blank(line.front())) {
        end_field();
        if (is_end(line)) return at_ + length;
        if (ends_without_line(line)) {
          out_.missing_separator = true;
          return at_;
        }
        field_ = at_;
        in_field_ = true;
      }
      in_field_ = true;
      at_ += length;
    }
    end_field();
    out_.missing_separator = true;
    return at_;
  }

 private:
  // With CRLF, a line that lacks its CR is read as if it had one.
  [[nodiscard]] bool is_end(std::string_view line) const {
    return line == "\n" || (out_.crlf && line == "\r\n");
  }

  bool ends_without_line(std::string_view line) {
    if (line.starts_with("--")) return true;
    return !begins_field(line, true) && ++odd_lines_ > kOddLinesMax;
  }

  void end_field() {
    if (!in_field_) return;
    const std::string_view field = text_.substr(field_, at_ - field_);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return;
    std::string_view name = field.substr(0, colon);
    std::string_view value = field.substr(colon + 1);
    if (out_.crlf) value = lf_lines(value, arena_);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    if (out_.crlf) name = crlf_lines(name, arena_);
    out_.truncated |= name.size() > kNameBytesMax || value.size() > kValueBytesMax;
    add_field(name.substr(0, kNameBytesMax), value.substr(0, kValueBytesMax), arena_, out_.fields);
  }

  std::string_view text_;
  Arena& arena_;
  HeaderBlock& out_;
  std::size_t at_ = 0;
  std::size_t field_ = 0;  // where the field begins that is being read
  bool in_field_ = false;
  int odd_lines_ = 0;
};

std::string_view joined(std::string_view a, std::string_view b, Arena& arena) {
  if (a.data() + a.size() == b.data()) return {a.data(), a.size() + b.size()};
  const std::span<char> out = arena.take(a.size() + b.size());
  if (!a.empty()) std::memcpy(out.data(), a.data(), a.size());
  if (!b.empty()) std::memcpy(out.data() + a.size(), b.data(), b.size());
  return {out.data(), out.size()};
}

// The line that ended the header was looked at with its CR.
std::string_view crlf_first_line(std::string_view text, Arena& arena) {
  const std::string_view first = text.substr(0, line_length(text));
  return joined(crlf_lines(first, arena), text.substr(first.size()), arena);
}

// Blank lines that belong together, from where to where, and how many.
struct BlankRun {
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t lines = 0;
};

// The next run at or after `at`; no lines: there is none.
BlankRun next_blank_run(std::string_view text, std::size_t at) {
  BlankRun run;
  while (at < text.size()) {
    const std::size_t length = line_length(text.substr(at));
    const bool blank = is_blank_line(text.substr(at, length));
    if (!blank && run.lines > 0) break;
    if (blank) {
      if (run.lines++ == 0) run.from = at;
      run.to = at + length;
    }
    at += length;
  }
  return run;
}

// The text behind `lines` lines.
std::size_t skip_lines(std::string_view text, std::size_t at, std::size_t lines) {
  while (lines-- > 0 && at < text.size()) at += line_length(text.substr(at));
  return at;
}

bool may_have_long_runs(std::string_view text) {
  // Every blank line has its newline, but for the last.
  std::size_t blank = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const bool next_may_be = at + 1 == text.size() || is_space(text[at + 1]);
    blank = next_may_be ? blank + 1 : 0;
    if (blank >= kBlankLinesMax) return true;
  }
  return false;
}

// Of each long run the first and the last nineteen lines stay; at the very beginning the first two.
std::string_view squeeze_blank_lines(std::string_view text, Arena& arena) {
  if (!may_have_long_runs(text)) return text;
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  const auto put = [&](std::size_t from, std::size_t to) {
    if (to > from) std::memcpy(out.data() + used, text.data() + from, to - from);
    used += to - from;
  };
  std::size_t copied = 0;
  for (BlankRun run = next_blank_run(text, 0); run.lines > 0; run = next_blank_run(text, run.to)) {
    const std::size_t first = run.from == 0 ? 1 : 0;  // one more line stays
    if (run.lines - first <= kBlankLinesMax) continue;
    const std::size_t kept = skip_lines(text, run.from, 1 + first);
    put(copied, kept);
    copied = skip_lines(text, kept, run.lines - first - kBlankLinesMax);
  }
  put(copied, text.size());
  arena.trim(out, used);
  return {out.data(), used};
}

}  // namespace

void read_header_block(std::string_view raw, Arena& arena, HeaderBlock& out) {
  if (raw.empty()) raw = "\n";
  const std::string_view first = raw.substr(0, line_length(raw));
  if (is_mbox_separator(first) || is_mbx_separator(first)) {
    out.separator = first;
    raw.remove_prefix(first.size());
  }
  const std::string_view top = raw.empty() ? raw : raw.substr(0, line_length(raw));
  out.crlf = ends_with_crlf(top) || ends_with_crlf(raw);
  const std::size_t size = HeaderReader(raw, arena, out).read();
  out.header = raw.substr(0, size);
  out.body = raw.substr(size);
  if (out.crlf) {
    out.header = crlf_lines(out.header, arena);
    if (out.missing_separator && !out.body.empty()) out.body = crlf_first_line(out.body, arena);
  }
  out.message = joined(out.header, out.body, arena);
}

std::string_view body_lines(const HeaderBlock& block, Arena& arena) {
  return squeeze_blank_lines(block.crlf ? lf_lines(block.body, arena) : block.body, arena);
}

std::string_view last_field_value(const std::pmr::vector<MailField>& fields,
                                  std::string_view name) {
  for (std::size_t i = fields.size(); i > 0; --i) {
    const MailField& field = fields[i - 1];
    if (iequals(field.name, name)) return field.text.substr(0, field.text.size() - 1);
  }
  return {};
}

void add_field(std::string_view name, std::string_view raw, Arena& arena,
               std::pmr::vector<MailField>& fields) {
  if (fields.size() >= limits::kHeaderFieldsMax) return;
  if (fields.empty()) fields.reserve(16);
  fields.push_back({.name = name, .raw = raw, .text = field_text(raw, name, arena)});
}

bool begins_field(std::string_view line, bool blanks) {
  std::size_t at = 0;
  while (at < line.size() && line[at] > ' ' && line[at] < '\x7f' && line[at] != ':') ++at;
  if (at == 0) return false;
  while (blanks && at < line.size() && is_blank(line[at])) ++at;
  return at < line.size() && line[at] == ':';
}

}  // namespace sluice::rules
