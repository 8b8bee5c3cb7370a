#include "ingest/mime/transfer_encoding.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/text.h"

namespace sluice::mime {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What a byte is in base64: its six bits, or one of these. All have bit 6 or 7 set.
constexpr uint8_t kBlank = 0x40;
constexpr uint8_t kPadding = 0x80;
constexpr uint8_t kJunk = 0xc0;

constexpr std::array<uint8_t, 256> kSextets = [] {
  std::array<uint8_t, 256> table{};
  table.fill(kJunk);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  for (const char blank : {' ', '\t', '\r', '\n'}) table[static_cast<uint8_t>(blank)] = kBlank;
  table['='] = kPadding;
  return table;
}();

uint8_t sextet(char c) {
  return kSextets[static_cast<uint8_t>(c)];
}

class Base64Decoder {
 public:
  Base64Decoder(char* out, DefectSet& defects) : begin_(out), out_(out), defects_(defects) {}

  std::size_t decode(std::string_view in) {
    std::size_t i = 0;
    while (i < in.size()) {
      if (held_ == 0 && !padded_) i += decode_quads(in.substr(i));
      if (i < in.size()) add(sextet(in[i++]));
    }
    finish();
    return static_cast<std::size_t>(out_ - begin_);
  }

 private:
  // Whole groups of four at the front of `in`, as long as nothing but the alphabet comes.
  std::size_t decode_quads(std::string_view in) {
    std::size_t i = 0;
    for (; i + 4 <= in.size(); i += 4) {
      const uint32_t a = sextet(in[i]);
      const uint32_t b = sextet(in[i + 1]);
      const uint32_t c = sextet(in[i + 2]);
      const uint32_t d = sextet(in[i + 3]);
      if ((a | b | c | d) >= kBlank) break;
      put(a << 18U | b << 12U | c << 6U | d, 3);
    }
    return i;
  }

  void add(uint8_t kind) {
    if (kind == kBlank) return;
    if (kind == kJunk) return defects_.add(Defect::kBadBase64);
    if (kind == kPadding) return pad();
    if (padded_) {
      defects_.add(Defect::kBase64AfterPadding);
      padded_ = false;
      padding_left_ = 0;
    }
    bits_ = bits_ << 6U | kind;
    if (++held_ == 4) {
      put(bits_, 3);
      bits_ = 0;
      held_ = 0;
    }
  }

  void pad() {
    if (padded_) {
      if (padding_left_ == 0) return defects_.add(Defect::kBadBase64);
      --padding_left_;
      return;
    }
    padded_ = true;
    if (held_ < 2) defects_.add(Defect::kBadBase64);
    padding_left_ = held_ == 2 ? 1 : 0;
    flush();
  }

  void finish() {
    if (held_ != 0 || padding_left_ != 0) defects_.add(Defect::kBadBase64);
    flush();
  }

  // The bytes that are complete in an unfinished group.
  void flush() {
    if (held_ == 2) put(bits_ << 12U, 1);
    if (held_ == 3) put(bits_ << 6U, 2);
    bits_ = 0;
    held_ = 0;
  }

  void put(uint32_t triple, int bytes) {
    *out_++ = static_cast<char>(triple >> 16U);
    if (bytes > 1) *out_++ = static_cast<char>(triple >> 8U);
    if (bytes > 2) *out_++ = static_cast<char>(triple);
  }

  char* begin_;
  char* out_;
  DefectSet& defects_;
  uint32_t bits_ = 0;     // of the sextets held
  int held_ = 0;          // sextets of an unfinished group, 0 to 3
  int padding_left_ = 0;  // = still wanted
  bool padded_ = false;   // the last group ended with =
};

char* put_plain(char* out, std::string_view plain) {
  if (!plain.empty()) std::memcpy(out, plain.data(), plain.size());
  return out + plain.size();
}

// How many bytes of `line`, which ends with LF or the text, are not blanks before that end.
std::size_t without_trailing_blanks(std::string_view line) {
  return line.find_last_not_of(" \t") + 1;  // npos + 1 == 0
}

class QuotedPrintableDecoder {
 public:
  QuotedPrintableDecoder(char* out, DefectSet& defects)
      : begin_(out), out_(out), defects_(defects) {}

  std::size_t decode(std::string_view in) {
    while (!in.empty()) {
      const std::size_t lf = in.find('\n');
      const std::size_t next = lf == std::string_view::npos ? in.size() : lf + 1;
      decode_line(in.substr(0, next));
      in.remove_prefix(next);
    }
    return static_cast<std::size_t>(out_ - begin_);
  }

 private:
  void decode_line(std::string_view line) {
    std::string_view ending;
    if (line.ends_with('\n')) {
      const std::size_t text = line.size() - (line.ends_with("\r\n") ? 2 : 1);
      ending = line.substr(text);
      line = line.substr(0, text);
    }
    line = line.substr(0, without_trailing_blanks(line));
    const bool soft = line.ends_with('=');
    if (soft) line.remove_suffix(1);
    decode_text(line);
    if (!soft) out_ = put_plain(out_, ending);
  }

  void decode_text(std::string_view text) {
    while (true) {
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) break;
      out_ = put_plain(out_, text.substr(0, equals));
      text.remove_prefix(equals);
      text.remove_prefix(decode_escape(text));
    }
    out_ = put_plain(out_, text);
  }

  std::size_t decode_escape(std::string_view text) {
    const int high = text.size() < 3 ? -1 : hex_value(text[1]);
    const int low = text.size() < 3 ? -1 : hex_value(text[2]);
    if (high < 0 || low < 0) {
      defects_.add(Defect::kBadQuotedPrintable);
      *out_++ = '=';
      return 1;
    }
    *out_++ = static_cast<char>(high << 4 | low);
    return 3;
  }

  char* begin_;
  char* out_;
  DefectSet& defects_;
};

bool blanks_end_a_line(std::string_view text) {
  for (std::size_t lf = text.find('\n'); lf != std::string_view::npos;
       lf = text.find('\n', lf + 1)) {
    std::size_t end = lf;
    if (end > 0 && text[end - 1] == '\r') --end;
    if (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) return true;
  }
  return text.ends_with(' ') || text.ends_with('\t');
}

// Of what was encoded, as much as `bytes_max` decoded bytes take at three for one.
std::string_view bounded(std::string_view encoded, std::size_t bytes_max, DefectSet& defects) {
  if (encoded.size() / 3 <= bytes_max) return encoded;
  defects.add(Defect::kLimitTextBytes);
  return encoded.substr(0, 3 * bytes_max);
}

std::string_view cut(std::string_view decoded, std::size_t bytes_max, DefectSet& defects) {
  if (decoded.size() > bytes_max) defects.add(Defect::kLimitTextBytes);
  return decoded.substr(0, bytes_max);
}

}  // namespace

std::string_view decode_base64(std::string_view encoded, Arena& arena, DefectSet& defects,
                               std::size_t bytes_max) {
  encoded = bounded(encoded, bytes_max, defects);
  const std::span<char> out = arena.take(encoded.size() / 4 * 3 + 3);
  const std::size_t used = Base64Decoder(out.data(), defects).decode(encoded);
  arena.trim(out, used);
  return cut({out.data(), used}, bytes_max, defects);
}

std::string_view decode_quoted_printable(std::string_view encoded, Arena& arena, DefectSet& defects,
                                         std::size_t bytes_max) {
  encoded = bounded(encoded, bytes_max, defects);
  if (encoded.find('=') == std::string_view::npos && !blanks_end_a_line(encoded)) {
    return cut(encoded, bytes_max, defects);
  }

  const std::span<char> out = arena.take(encoded.size());
  const std::size_t used = QuotedPrintableDecoder(out.data(), defects).decode(encoded);
  arena.trim(out, used);
  return cut({out.data(), used}, bytes_max, defects);
}

}  // namespace sluice::mime
