#include "rules/mail/header_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "base/text.h"
#include "rules/mail/charset_text.h"
#include "rules/mail/transfer_text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Each newline and the blanks after it become one blank. `text` has a newline.
std::string_view unfold(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t fold = std::min(text.find('\n'), text.size());
    std::memcpy(out.data() + used, text.data(), fold);
    used += fold;
    text.remove_prefix(fold);
    if (text.empty()) break;
    std::size_t blanks = 1;
    while (blanks < text.size() && is_blank(text[blanks])) ++blanks;
    out[used++] = blanks > 1 ? ' ' : '\n';
    text.remove_prefix(blanks);
  }
  arena.trim(out, used);
  return {out.data(), used};
}

// Newlines go, and a CR before them. `text` has a newline.
std::string_view without_newlines(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      // A tab after a fold is a blank.
      if (i + 1 < text.size() && text[i + 1] == '\t') {
        out[used++] = ' ';
        ++i;
      }
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out[used++] = text[i];
  }
  arena.trim(out, used);
  return {out.data(), used};
}

// Fields of which encoded words are not decoded.
bool keeps_words(std::string_view name) {
  if (istarts_with(name, "list-")) return true;
  if (istarts_with(name, "resent-")) {
    const std::string_view rest = name.substr(7);
    return iequals(rest, "message-id") || iequals(rest, "date");
  }
  constexpr std::array<std::string_view, 6> kNames = {"received",     "message-id", "date",
                                                      "mime-version", "references", "in-reply-to"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view other) { return iequals(name, other); });
}

struct EncodedWord {
  std::string_view charset = {};
  char encoding = 'q';  // lower case
  std::string_view data = {};
  std::size_t size = 0;  // of the whole
};

bool is_charset_byte(char c) {
  return is_alnum(c) || c == '*' || c == '_' || c == '-';
}

// The encoded word at the front of `text`, which begins with "=?".
std::optional<EncodedWord> read_word(std::string_view text) {
  EncodedWord word;
  std::size_t at = 2;
  while (at < text.size() && is_charset_byte(text[at])) ++at;
  word.charset = text.substr(2, at - 2);
  if (word.charset.empty() || at + 3 > text.size() || text[at] != '?' || text[at + 2] != '?') {
    return std::nullopt;
  }
  word.encoding = ascii_lower(text[at + 1]);
  if (word.encoding != 'b' && word.encoding != 'q') return std::nullopt;
  const std::size_t end = text.find('?', at + 3);
  if (end == kNone || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;
  word.data = text.substr(at + 3, end - at - 3);
  word.size = end + 2;
  return word;
}

std::string_view decoded_word(const EncodedWord& word, Arena& arena) {
  if (word.encoding == 'b') return transfer_base64(word.data, arena);
  if (word.data.find('_') == kNone) return transfer_quoted_printable(word.data, arena);
  // An "_" is "=20": a blank that is never taken off a line's end.
  const auto marks = std::count(word.data.begin(), word.data.end(), '_');
  const std::span<char> out = arena.take(word.data.size() + 2 * static_cast<std::size_t>(marks));
  std::size_t used = 0;
  for (const char c : word.data) {
    if (c != '_') {
      out[used++] = c;
      continue;
    }
    std::memcpy(out.data() + used, "=20", 3);
    used += 3;
  }
  return transfer_quoted_printable({out.data(), used}, arena);
}

// Pieces of text with the charset they are in; pieces of the same charset grow together.
class Sections {
 public:
  explicit Sections(Arena& arena) : arena_(arena), out_(&arena) {}

  void add_plain(std::string_view text) { add(text, {}); }

  void add_word(const EncodedWord& word) { add(decoded_word(word, arena_), word.charset); }

  std::string_view text() {
    flush();
    return {out_.data(), out_.size()};
  }

 private:
  void add(std::string_view text, std::string_view charset) {
    if (!iequals(charset, charset_)) flush();
    charset_ = charset;
    if (pieces_ == 0) {
      only_ = text;
    } else {
      if (pieces_ == 1) section_.assign(only_.begin(), only_.end());
      section_.insert(section_.end(), text.begin(), text.end());
    }
    ++pieces_;
  }

  void flush() {
    if (pieces_ == 0) return;
    const std::string_view bytes =
        pieces_ == 1 ? only_ : std::string_view(section_.data(), section_.size());
    const std::string_view charset = charset_.substr(0, charset_.find('*'));
    const std::string_view text = charset.empty() ? bytes : word_text(bytes, charset, arena_);
    out_.insert(out_.end(), text.begin(), text.end());
    pieces_ = 0;
    section_.clear();
  }

  Arena& arena_;
  std::pmr::vector<char> out_;
  std::pmr::vector<char> section_{&arena_};
  std::string_view charset_ = {};
  std::string_view only_ = {};
  std::size_t pieces_ = 0;
};

// The blanks between two encoded words at the front of `text`; 0: there are none, or no word.
std::size_t blanks_between_words(std::string_view text) {
  std::size_t blanks = 0;
  while (blanks < text.size() && is_space(text[blanks])) ++blanks;
  if (blanks == 0 || text.substr(blanks, 2) != "=?") return 0;
  return read_word(text.substr(blanks)) ? blanks : 0;
}

// `text` without the blanks between encoded words.
std::string_view join_words(std::string_view text, Arena& arena) {
  std::span<char> out;
  std::size_t used = 0;
  std::size_t from = 0;  // what is not copied yet
  std::size_t at = text.find("=?");
  while (at != kNone) {
    const auto word = read_word(text.substr(at));
    const std::size_t end = word ? at + word->size : at + 1;
    const std::size_t blanks = word ? blanks_between_words(text.substr(end)) : 0;
    if (blanks > 0) {
      if (out.empty()) out = arena.take(text.size());
      std::memcpy(out.data() + used, text.data() + from, end - from);
      used += end - from;
      from = end + blanks;
    }
    at = text.find("=?", blanks > 0 ? from : at + 1);
  }
  if (out.empty()) return text;
  std::memcpy(out.data() + used, text.data() + from, text.size() - from);
  return {out.data(), used + text.size() - from};
}

// Plain text up to the next "=", or a single byte.
std::size_t plain_length(std::string_view text) {
  return text.front() == '=' ? 1 : std::min(text.find('='), text.size());
}

std::string_view decode_words(std::string_view text, Arena& arena) {
  Sections sections(arena);
  while (!text.empty()) {
    const auto word = text.starts_with("=?") ? read_word(text) : std::nullopt;
    if (!word) {
      const std::size_t length = plain_length(text);
      sections.add_plain(text.substr(0, length));
      text.remove_prefix(length);
      continue;
    }
    sections.add_word(*word);
    text.remove_prefix(word->size);
  }
  return sections.text();
}

std::string_view with_newline(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size() + 1);
  if (!text.empty()) std::memcpy(out.data(), text.data(), text.size());
  out.back() = '\n';
  return {out.data(), out.size()};
}

}  // namespace

std::string_view decode_header(std::string_view text, std::string_view name, Arena& arena) {
  if (text.find('\n') != kNone) text = without_newlines(text, arena);
  if (!is_ascii(text)) text = header_bytes_text(text, arena);
  if (text.find("=?") == kNone || keeps_words(name)) return text;
  return decode_words(join_words(text, arena), arena);
}

std::string_view field_text(std::string_view raw, std::string_view name, Arena& arena) {
  const std::string_view trimmed = trim(raw);
  const bool folded = trimmed.find('\n') != kNone;
  const std::string_view text =
      decode_header(folded ? unfold(trimmed, arena) : trimmed, name, arena);
  // Where nothing was changed, the newline may stand there already.
  const bool unchanged = text.data() == trimmed.data() && text.size() == trimmed.size();
  const std::size_t after = static_cast<std::size_t>(trimmed.data() - raw.data()) + trimmed.size();
  if (unchanged && after < raw.size() && raw[after] == '\n') return {text.data(), text.size() + 1};
  return with_newline(text, arena);
}

std::string_view unfolded(std::string_view raw, Arena& arena) {
  std::size_t newline = raw.find('\n');
  if (newline == kNone || newline + 1 == raw.size()) return raw;
  const std::span<char> out = arena.take(raw.size());
  std::size_t used = 0;
  while (!raw.empty()) {
    newline = std::min(raw.find('\n'), raw.size());
    std::size_t blanks = newline + 1;
    while (blanks < raw.size() && is_space(raw[blanks])) ++blanks;
    const bool fold = newline < raw.size() && blanks > newline + 1;
    std::size_t keep = newline;
    if (fold && keep > 0 && raw[keep - 1] == '\r') --keep;
    std::memcpy(out.data() + used, raw.data(), keep);
    used += keep;
    if (newline < raw.size()) out[used++] = fold ? ' ' : '\n';
    raw.remove_prefix(std::min(blanks, raw.size()));
  }
  arena.trim(out, used);
  return {out.data(), used};
}

}  // namespace sluice::rules
