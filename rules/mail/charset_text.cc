#include "rules/mail/charset_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "ingest/mime/byte_scan.h"
#include "rules/mail/charset_decoder.h"

namespace sluice::rules {
namespace {

// Reads a label piece by piece, letter case ignored.
class Label {
 public:
  explicit Label(std::string_view text) : rest_(text) {}

  bool take(std::string_view word) {
    if (!istarts_with(rest_, word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool take_any(std::string_view bytes) {
    if (rest_.empty() || bytes.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::size_t take_digits(std::size_t max) {
    std::size_t count = 0;
    while (count < max && count < rest_.size() && is_digit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count;
  }

  std::size_t take_letters(std::size_t max) {
    std::size_t count = 0;
    while (count < max && count < rest_.size() && is_alpha(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool is_ascii_label(std::string_view charset) {
  if (iequals(charset, "us-ascii") || iequals(charset, "ascii")) return true;
  if (iequals(charset, "iso646-us")) return true;
  Label label(charset);
  if (!label.take("ansi")) return false;
  label.take_any("_ ");
  return label.take("x3.4-") && (label.take("1986") || label.take("1968")) && label.at_end();
}

bool is_iso_8859(Label label) {
  if (!label.take("iso")) return false;
  label.take_any(" -");
  if (!label.take("8859")) return false;
  if (label.at_end()) return true;
  return label.take("-") && label.take_digits(2) > 0 && label.at_end();
}

bool is_gb18030(Label label) {
  if (!label.take("gb")) return false;
  label.take_any(" -");
  if (!label.take("18030")) return false;
  if (label.at_end()) return true;
  return label.take("-20") && label.take_digits(2) == 2 && label.at_end();
}

bool is_utf8_label(std::string_view charset) {
  return iequals(charset, "utf-8") || iequals(charset, "utf8");
}

// Labels of charsets in which ASCII is ASCII.
bool is_extended_label(std::string_view charset) {
  if (is_utf8_label(charset) || iequals(charset, "big5") || iequals(charset, "gbk")) return true;
  Label windows(charset);
  if (windows.take("windows-")) return windows.take_digits(4) == 4 && windows.at_end();
  Label lettered(charset);
  if (lettered.take("koi8-") || lettered.take("euc-")) {
    return lettered.take_letters(2) > 0 && lettered.at_end();
  }
  return is_iso_8859(Label(charset)) || is_gb18030(Label(charset));
}

bool is_latin1_label(std::string_view charset) {
  return iequals(charset, "iso-8859-1") || iequals(charset, "iso8859-1") ||
         iequals(charset, "windows-1252") || iequals(charset, "cp1252");
}

bool is_utf16_label(std::string_view charset) {
  Label label(charset);
  if (!label.take("utf")) return false;
  label.take_any(" -");
  return label.take("16");
}

const Decoder* labelled_decoder(std::string_view charset) {
  if (is_latin1_label(charset)) return &windows_1252_decoder();
  if (is_utf8_label(charset)) return &utf8_decoder();
  const Decoder* const decoder = find_decoder(charset);
  if (decoder == nullptr && is_gb18030(Label(charset))) return find_decoder("gbk");
  return decoder;
}

// Sums of the half bytes at even and odd places, and how often a blank was seen either way.
struct Utf16Clues {
  std::size_t even = 0;
  std::size_t odd = 0;
  std::size_t little = 0;
  std::size_t big = 0;
};

Utf16Clues utf16_clues(std::string_view bytes) {
  Utf16Clues clues;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto first = static_cast<uint8_t>(bytes[i]);
    const auto second = static_cast<uint8_t>(i + 1 < bytes.size() ? bytes[i + 1] : 0);
    clues.even += (first >> 4U) + (first & 0xfU);
    clues.odd += (second >> 4U) + (second & 0xfU);
    clues.little += first == ' ' && second == 0 ? 1U : 0U;
    clues.big += first == 0 && second == ' ' ? 1U : 0U;
  }
  return clues;
}

// nullptr: there is a byte order mark, or nothing tells.
const Decoder* guess_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return nullptr;
  Utf16Clues clues = utf16_clues(bytes);
  if (clues.even > clues.odd * 4) ++clues.little;
  if (clues.odd * 4 > clues.even) ++clues.big;
  if (clues.little == clues.big) return nullptr;
  return &utf16_decoder(clues.big > clues.little);
}

std::string_view windows_1252(std::string_view bytes, Arena& arena) {
  return decode_charset(windows_1252_decoder(), bytes, BadBytes::kReplace, arena).value_or(bytes);
}

// ASCII that stays as it is whatever of these labels it has.
bool keeps_bytes(std::string_view bytes, std::string_view charset) {
  return (is_ascii_label(charset) || is_extended_label(charset)) && is_ascii(bytes);
}

}  // namespace

bool is_strict_utf8(std::string_view text) {
  if (!mime::valid_utf8(text)) return false;
  // Noncharacters: U+FDD0 to U+FDEF, and the last two of each plane.
  for (std::size_t at = text.find('\xb7'); at != std::string_view::npos;
       at = text.find('\xb7', at + 1)) {
    if (at == 0 || text[at - 1] != '\xef' || at + 1 == text.size()) continue;
    const auto last = static_cast<uint8_t>(text[at + 1]);
    if (last >= 0x90 && last <= 0xaf) return false;
  }
  for (std::size_t at = text.find('\xbf'); at != std::string_view::npos;
       at = text.find('\xbf', at + 1)) {
    if (at == 0 || at + 1 == text.size()) continue;
    if (static_cast<uint8_t>(text[at + 1]) < 0xbe) continue;
    if (text[at - 1] == '\xef') return false;
    const auto before = static_cast<uint8_t>(text[at - 1]);
    const bool fourth = at >= 2 && static_cast<uint8_t>(text[at - 2]) >= 0xf0;
    if (fourth && (before & 0xcfU) == 0x8f) return false;
  }
  return true;
}

HeldText part_text(std::string_view bytes, std::string_view charset, Arena& arena) {
  if (keeps_bytes(bytes, charset)) return {.text = bytes};
  const bool ascii = is_ascii(bytes);
  if (!ascii && is_strict_utf8(bytes)) return {.text = bytes, .wide = true};
  const Decoder* decoder = nullptr;
  if (iequals(charset, "us-ascii") || iequals(charset, "ascii")) {
    decoder = nullptr;
  } else if (is_utf16_label(charset)) {
    decoder = guess_utf16(bytes);
  } else if (ascii || !is_utf8_label(charset)) {
    decoder = labelled_decoder(charset);
  }
  if (decoder != nullptr) {
    if (const auto text = decode_charset(*decoder, bytes, BadBytes::kFail, arena)) {
      return {.text = *text, .wide = !decodes_to_bytes(*decoder, bytes)};
    }
  }
  if (ascii) return {.text = bytes};
  return {.text = windows_1252(bytes, arena), .wide = true};
}

std::string_view word_text(std::string_view bytes, std::string_view charset, Arena& arena) {
  if (keeps_bytes(bytes, charset)) return bytes;
  if (is_utf16_label(charset)) {
    const Decoder* const utf16 = guess_utf16(bytes);
    if (utf16 != nullptr && decode_charset(*utf16, bytes, BadBytes::kFail, arena)) return bytes;
  } else if (const Decoder* const decoder = labelled_decoder(charset)) {
    if (const auto text = decode_charset(*decoder, bytes, BadBytes::kReplace, arena)) return *text;
  }
  return is_ascii(bytes) ? bytes : windows_1252(bytes, arena);
}

std::string_view header_bytes_text(std::string_view bytes, Arena& arena) {
  return is_strict_utf8(bytes) ? bytes : windows_1252(bytes, arena);
}

}  // namespace sluice::rules
