#include "rules/mail/transfer_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr uint8_t kPad = 64;
constexpr uint8_t kBlank = 65;
constexpr uint8_t kForeign = 66;

// The six bits of each byte, or one of the three above.
constexpr std::array<uint8_t, 256> kSixBits = [] {
  std::array<uint8_t, 256> table{};
  for (uint8_t& entry : table) entry = kForeign;
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  table['='] = kPad;
  for (const char c : std::string_view(" \t\n\v\f\r")) table[static_cast<uint8_t>(c)] = kBlank;
  return table;
}();

uint8_t six_bits(char c) {
  return kSixBits[static_cast<uint8_t>(c)];
}

// What decides how "=" within the text is read.
struct Base64Shape {
  std::size_t digits = 0;  // bytes of the alphabet and "="
  std::size_t pads = 0;    // "=" at the end
  bool foreign = false;    // there are other bytes than those and blanks

  [[nodiscard]] bool well_formed() const { return !foreign && digits >= 2 && digits % 4 == 0; }
};

Base64Shape shape_of(std::string_view text) {
  Base64Shape shape;
  for (const char c : text) {
    const uint8_t bits = six_bits(c);
    shape.digits += bits <= kPad ? 1U : 0U;
    shape.foreign |= bits == kForeign;
  }
  for (std::size_t i = text.size(); i > 0 && six_bits(text[i - 1]) >= kPad; --i) {
    shape.pads += text[i - 1] == '=' ? 1U : 0U;
  }
  return shape;
}

// Writes three bytes for four digits.
class Base64Writer {
 public:
  explicit Base64Writer(std::span<char> out) : out_(out) {}

  void digit(uint32_t bits) {
    word_ = word_ << 6U | bits;
    if (++digits_ % 4 != 0) return;
    put(word_ >> 16U);
    put(word_ >> 8U);
    put(word_);
  }

  // Four digits at once; only between groups.
  void group(uint32_t bits) {
    put(bits >> 16U);
    put(bits >> 8U);
    put(bits);
  }

  [[nodiscard]] bool between_groups() const { return digits_ % 4 == 0; }

  // The one or two whole bytes of a last group that was cut short.
  void finish() {
    const std::size_t left = digits_ % 4;
    if (left >= 2) put(word_ >> (left == 2 ? 4U : 10U));
    if (left == 3) put(word_ >> 2U);
  }

  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  void put(uint32_t value) { out_[used_++] = static_cast<char>(value & 0xffU); }

  std::span<char> out_;
  std::size_t used_ = 0;
  std::size_t digits_ = 0;
  uint32_t word_ = 0;
};

// The bits of four digits at `from`; with a bit above the 24th if one of them is no digit.
uint32_t four_digits(const char* from) {
  const uint32_t a = six_bits(from[0]);
  const uint32_t b = six_bits(from[1]);
  const uint32_t c = six_bits(from[2]);
  const uint32_t d = six_bits(from[3]);
  const uint32_t odd = ((a | b | c | d) & 64U) << 24U;
  return odd | a << 18U | b << 12U | c << 6U | d;
}

// `digits` of them are decoded; an "=" among them has the bits `pad_bits`.
void write_digits(std::string_view text, std::size_t digits, uint32_t pad_bits,
                  Base64Writer& writer) {
  std::size_t i = 0;
  while (digits > 0 && i < text.size()) {
    while (digits >= 4 && i + 4 <= text.size() && writer.between_groups()) {
      const uint32_t bits = four_digits(text.data() + i);
      if ((bits >> 30U) != 0) break;
      writer.group(bits);
      i += 4;
      digits -= 4;
    }
    if (digits == 0 || i == text.size()) break;
    const uint8_t bits = six_bits(text[i++]);
    if (bits > kPad) continue;
    writer.digit(bits == kPad ? pad_bits : bits);
    --digits;
  }
  writer.finish();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// `line` has no newline. Blanks before the newline go, also those before a CR.
std::string_view without_end_blanks(std::string_view line, bool& cr) {
  cr = line.ends_with('\r');
  if (cr) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

// The lines joined at soft breaks; what has no newline is the last of them.
std::size_t join_soft_lines(std::string_view text, char* out) {
  std::size_t used = 0;
  const auto put = [&](std::string_view piece) {
    if (!piece.empty()) std::memcpy(out + used, piece.data(), piece.size());
    used += piece.size();
  };
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) {
      put(text);
      break;
    }
    bool cr = false;
    std::string_view line = without_end_blanks(text.substr(0, newline), cr);
    text.remove_prefix(newline + 1);
    // "=\r" before blanks and the newline: the CR stands next to the newline by now.
    const bool split = !cr && line.ends_with("=\r");
    if (line.ends_with('=') || split) {
      line.remove_suffix(split ? 2 : 1);
      put(line);
    } else {
      put(line);
      put(cr ? "\r\n" : "\n");
    }
  }
  return used;
}

std::size_t decode_escapes(char* text, std::size_t size) {
  std::size_t from = 0;
  std::size_t to = 0;
  while (from < size) {
    const void* const found = std::memchr(text + from, '=', size - from);
    const std::size_t next =
        found == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(found) - text);
    if (to != from) std::memmove(text + to, text + from, next - from);
    to += next - from;
    from = next;
    if (from == size) break;
    const int high = from + 2 < size ? hex_value(text[from + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[from + 2]) : -1;
    text[to++] = low >= 0 ? static_cast<char>(high * 16 + low) : '=';
    from += low >= 0 ? 3 : 1;
  }
  return to;
}

bool has_end_blanks(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    std::size_t end = at;
    if (end > 0 && text[end - 1] == '\r') --end;
    if (end > 0 && is_blank(text[end - 1])) return true;
  }
  return false;
}

}  // namespace

std::string_view transfer_base64(std::string_view text, Arena& arena) {
  const Base64Shape shape = shape_of(text);
  const std::size_t digits = shape.digits - shape.pads;
  const std::span<char> out = arena.take(digits / 4 * 3 + 3);
  Base64Writer writer(out);
  // A lone digit at the end of a text that is not well formed is dropped, as it has no whole byte.
  write_digits(text, digits, shape.well_formed() ? 0 : 63, writer);
  arena.trim(out, writer.used());
  return {out.data(), writer.used()};
}

std::string_view transfer_quoted_printable(std::string_view text, Arena& arena) {
  if (text.find('=') == std::string_view::npos && !has_end_blanks(text)) return text;
  const std::span<char> out = arena.take(text.size());
  const std::size_t joined = join_soft_lines(text, out.data());
  const std::size_t used = decode_escapes(out.data(), joined);
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view lf_lines(std::string_view text, Arena& arena) {
  std::size_t next = text.find("\r\n");
  if (next == std::string_view::npos) return text;
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  while (true) {
    const std::string_view piece = text.substr(0, next);
    if (!piece.empty()) std::memcpy(out.data() + used, piece.data(), piece.size());
    used += piece.size();
    if (next == std::string_view::npos) break;
    text.remove_prefix(next + 1);  // the LF is the next piece's
    next = text.find("\r\n");
  }
  arena.trim(out, used);
  return {out.data(), used};
}

}  // namespace sluice::rules
