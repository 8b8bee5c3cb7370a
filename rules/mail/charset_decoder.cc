#include "rules/mail/charset_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <re2/re2.h>
#include <unicode/ucnv.h>

#include "base/text.h"
#include "rules/mail/utf8_writer.h"

namespace sluice::rules {

enum class DecoderKind : uint8_t { kAscii, kUtf8, kBytes, kWide, kJis, kHz, kUtf16, kUtf7 };

struct ByteTable {
  std::string_view name;
  std::array<char16_t, 128> high;
};

// Charsets in which a byte above 0x7f stands for itself or begins a pair.
struct WideCharset {
  std::string_view name;
  const char* icu;  // where pairs come from
  uint8_t lead_min;
  uint8_t lead_max;
  uint8_t trail_min;
  bool private_use;    // pairs of the private use area belong to it
  bool half_katakana;  // 0xa1 to 0xdf stand for themselves
};

struct Decoder {
  std::string_view name = {};
  DecoderKind kind = DecoderKind::kAscii;
  const ByteTable* bytes = nullptr;
  const WideCharset* wide = nullptr;
  bool big_endian = false;
};

namespace {

constexpr char16_t kNone = 0xfffd;

constexpr ByteTable kByteTables[] = {
#include "rules/mail/charset_tables.inc"
};

constexpr std::pair<uint16_t, char16_t> kBig5Eten[] = {
#include "rules/mail/big5_tables.inc"
};

constexpr std::pair<uint16_t, char16_t> kShiftJis[] = {
    {0x815c, 0x2015}, {0x8191, 0x00a2}, {0x8192, 0x00a3}, {0x81ca, 0x00ac}};

constexpr std::pair<uint16_t, char16_t> kGb2312[] = {{0xa3a7, 0xff07}};

constexpr WideCharset kWideCharsets[] = {
    {"euc-cn", "ibm-1383_P110-1999", 0xa1, 0xf7, 0xa1, false, false},
    {"cp936", "windows-936-2000", 0x81, 0xfe, 0x40, true, false},
    {"big5-eten", "windows-950-2000", 0xa1, 0xf9, 0x40, false, false},
    {"shiftjis", "ibm-943_P130-1999", 0x81, 0xea, 0x40, false, true},
    {"cp932", "ibm-943_P15A-2003", 0x81, 0xfc, 0x40, true, true},
    {"euc-kr", "windows-949-2000", 0xa1, 0xfe, 0xa1, false, false},
    {"cp949", "windows-949-2000", 0x81, 0xfe, 0x41, true, false},
    {"euc-jp", "ibm-943_P130-1999", 0xa1, 0xfe, 0xa1, false, false},
};

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

// The character of each pair of bytes, 0xfffd for none; and of each single byte above 0x7f.
struct WideTable {
  std::vector<char16_t> pairs = std::vector<char16_t>(1U << 16U, kNone);
  std::array<char16_t, 256> singles{};
  std::array<bool, 256> leads{};

  void set(uint8_t lead, uint8_t trail, char16_t code) {
    pairs[lead * 256U + trail] = code;
    if (code != kNone) leads[lead] = true;
  }
};

bool is_private_use(char16_t code) {
  return code >= 0xe000 && code <= 0xf8ff;
}

char16_t pair_from_icu(UConverter* converter, uint8_t lead, uint8_t trail) {
  const std::array<char, 2> bytes = {static_cast<char>(lead), static_cast<char>(trail)};
  std::array<char16_t, 8> units{};
  UErrorCode status = U_ZERO_ERROR;
  ucnv_reset(converter);
  const int32_t length = ucnv_toUChars(converter, units.data(), static_cast<int32_t>(units.size()),
                                       bytes.data(), static_cast<int32_t>(bytes.size()), &status);
  return U_SUCCESS(status) && length == 1 ? units[0] : kNone;
}

void patch(WideTable& table, std::span<const std::pair<uint16_t, char16_t>> pairs) {
  for (const auto& [bytes, code] : pairs) {
    table.set(static_cast<uint8_t>(bytes >> 8U), static_cast<uint8_t>(bytes & 0xffU), code);
  }
}

void fill_pairs(const WideCharset& charset, UConverter* converter, WideTable& table) {
  const bool shift = charset.name == "shiftjis" || charset.name == "cp932";
  for (unsigned lead = charset.lead_min; lead <= charset.lead_max; ++lead) {
    if (shift && lead >= 0xa0 && lead < 0xe0) continue;
    if (charset.name == "shiftjis" && lead == 0x87) continue;
    for (unsigned trail = charset.trail_min; trail <= 0xfe; ++trail) {
      const char16_t code =
          pair_from_icu(converter, static_cast<uint8_t>(lead), static_cast<uint8_t>(trail));
      if (!charset.private_use && is_private_use(code)) continue;
      table.set(static_cast<uint8_t>(lead), static_cast<uint8_t>(trail), code);
    }
  }
}

// The rows of JIS X 0208 stand two to a lead byte in Shift JIS.
void move_to_euc(const WideTable& shift, WideTable& euc) {
  for (unsigned row = 0x21; row <= 0x74; ++row) {
    for (unsigned cell = 0x21; cell <= 0x7e; ++cell) {
      const unsigned lead = (row + 1) / 2 + (row < 0x5f ? 0x70 : 0xb0);
      const unsigned trail = cell + (row % 2 == 0 ? 0x7e : cell < 0x60 ? 0x1f : 0x20);
      euc.set(static_cast<uint8_t>(row + 0x80), static_cast<uint8_t>(cell + 0x80),
              shift.pairs[lead * 256 + trail]);
    }
  }
}

void fill_singles(const WideCharset& charset, WideTable& table) {
  table.singles.fill(kNone);
  for (unsigned byte = 0; byte < 0x80; ++byte) table.singles[byte] = static_cast<char16_t>(byte);
  for (unsigned byte = 0xa1; charset.half_katakana && byte <= 0xdf; ++byte) {
    table.singles[byte] = static_cast<char16_t>(0xff61 + byte - 0xa1);
  }
  if (charset.name == "cp936") {
    table.singles[0x80] = 0x20ac;
    table.singles[0xff] = 0xf8f5;
  }
  if (charset.name == "cp949") {
    table.singles[0x80] = 0x80;
    table.singles[0xff] = 0xf8f7;
  }
  if (charset.name != "cp932") return;
  table.singles[0x80] = 0x80;
  table.singles[0xa0] = 0xf8f0;
  for (unsigned byte = 0xfd; byte <= 0xff; ++byte) {
    table.singles[byte] = static_cast<char16_t>(0xf8f1 + byte - 0xfd);
  }
}

const WideCharset& wide_charset(std::string_view name) {
  return *std::find_if(std::begin(kWideCharsets), std::end(kWideCharsets),
                       [name](const WideCharset& charset) { return charset.name == name; });
}

std::unique_ptr<const WideTable> make_wide_table(const WideCharset& charset) {
  auto table = std::make_unique<WideTable>();
  fill_singles(charset, *table);
  if (charset.name == "euc-jp") {
    const auto shift = make_wide_table(wide_charset("shiftjis"));
    move_to_euc(*shift, *table);
    for (unsigned kana = 0xa1; kana <= 0xdf; ++kana) {
      table->set(0x8e, static_cast<uint8_t>(kana), shift->singles[kana]);
    }
    return table;
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(charset.icu, &status));
  if (U_FAILURE(status)) return table;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  fill_pairs(charset, converter.get(), *table);
  if (charset.name == "big5-eten") patch(*table, kBig5Eten);
  if (charset.name == "shiftjis") patch(*table, kShiftJis);
  if (charset.name == "euc-cn") patch(*table, kGb2312);
  return table;
}

const WideTable& wide_table(const WideCharset& charset) {
  // One a charset, made when it is first needed.
  static constexpr std::size_t kCount = std::size(kWideCharsets);
  static std::array<std::once_flag, kCount> made;
  static std::array<std::unique_ptr<const WideTable>, kCount> tables;
  const auto i = static_cast<std::size_t>(&charset - std::begin(kWideCharsets));
  std::call_once(made[i], [i] { tables[i] = make_wide_table(kWideCharsets[i]); });
  return *tables[i];
}

bool decode_bytes(std::string_view bytes, const std::array<char16_t, 128>& high, BadBytes bad,
                  Utf8Writer& out) {
  while (!bytes.empty()) {
    const std::size_t ascii = ascii_length(bytes);
    out.put(bytes.substr(0, ascii));
    bytes.remove_prefix(ascii);
    if (bytes.empty()) break;
    const char16_t code = high[static_cast<uint8_t>(bytes.front()) & 0x7fU];
    if (code == kNone && bad == BadBytes::kFail) return false;
    out.put(code);
    bytes.remove_prefix(1);
  }
  return true;
}

// As Encode, a pair that is cut short by the end is dropped.
bool decode_wide(std::string_view bytes, const WideTable& table, BadBytes bad, Utf8Writer& out) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto lead = static_cast<uint8_t>(bytes[i]);
    char16_t code = table.singles[lead];
    if (code == kNone && table.leads[lead]) {
      if (i + 1 == bytes.size()) break;
      code = table.pairs[lead * 256U + static_cast<uint8_t>(bytes[i + 1])];
      if (code != kNone) ++i;
    }
    if (code == kNone && bad == BadBytes::kFail) return false;
    out.put(code);
    ++i;
  }
  return true;
}

// How many bytes stand where a character was begun at the front of `text`, as Perl counts them.
std::size_t broken_utf8_length(std::string_view text) {
  const auto first = static_cast<uint8_t>(text.front());
  if (first < 0xc2) return 1;
  const int ones = std::countl_one(first);
  const std::size_t wanted = first == 0xff ? 13 : static_cast<std::size_t>(ones);
  std::size_t length = 1;
  while (length < wanted && length < text.size() &&
         (static_cast<uint8_t>(text[length]) & 0xc0U) == 0x80) {
    ++length;
  }
  return length;
}

// The length of a character at the front; 0: there is none that Perl's strict decoder accepts.
std::size_t strict_utf8_length(std::string_view text) {
  const std::size_t length = utf8_length(text);
  const auto byte = [text](std::size_t i) { return static_cast<uint8_t>(text[i]); };
  if (length == 3 && byte(0) == 0xef) {
    const unsigned low = (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);  // of U+F000
    return low >= 0xffe || (low >= 0xdd0 && low <= 0xdef) ? 0 : 3;
  }
  if (length == 4) {
    const bool plane_end = (byte(1) & 0xfU) == 0xf && byte(2) == 0xbf && byte(3) >= 0xbe;
    return plane_end ? 0 : 4;
  }
  return length;
}

bool decode_utf8(std::string_view bytes, BadBytes bad, Utf8Writer& out) {
  while (!bytes.empty()) {
    const std::size_t ascii = ascii_length(bytes);
    out.put(bytes.substr(0, ascii));
    bytes.remove_prefix(ascii);
    if (bytes.empty()) break;
    const std::size_t length = strict_utf8_length(bytes);
    if (length == 0 && bad == BadBytes::kFail) return false;
    if (length == 0) out.put(kNone);
    if (length > 0) out.put(bytes.substr(0, length));
    bytes.remove_prefix(length > 0 ? length : broken_utf8_length(bytes));
  }
  return true;
}

bool is_lead_surrogate(char32_t unit) {
  return (unit & 0xfc00U) == 0xd800;
}

bool is_trail_surrogate(char32_t unit) {
  return (unit & 0xfc00U) == 0xdc00;
}

bool is_noncharacter(char32_t code) {
  return (code & 0xfffeU) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
}

char32_t utf16_unit(std::string_view bytes, std::size_t at, bool big_endian) {
  const auto first = static_cast<uint8_t>(bytes[at]);
  const auto second = static_cast<uint8_t>(bytes[at + 1]);
  return big_endian ? first * 256U + second : second * 256U + first;
}

bool decode_utf16(std::string_view bytes, bool big_endian, BadBytes bad, Utf8Writer& out) {
  std::size_t i = 0;
  while (i + 2 <= bytes.size()) {
    char32_t code = utf16_unit(bytes, i, big_endian);
    i += 2;
    bool good = !is_lead_surrogate(code) && !is_trail_surrogate(code);
    if (is_lead_surrogate(code) && i + 2 <= bytes.size()) {
      const char32_t trail = utf16_unit(bytes, i, big_endian);
      good = is_trail_surrogate(trail);
      if (good) code = 0x10000 + ((code & 0x3ffU) << 10U) + (trail & 0x3ffU);
      if (good) i += 2;
    }
    good = good && !is_noncharacter(code);
    if (!good && bad == BadBytes::kFail) return false;
    out.put(good ? code : kNone);
  }
  return i == bytes.size() || bad != BadBytes::kFail;
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Sixteen bits at a time; surrogates are joined.
class Utf7Run {
 public:
  explicit Utf7Run(Utf8Writer& out) : out_(out) {}

  void digit(int value) {
    bits_ = bits_ << 6U | static_cast<uint32_t>(value);
    count_ += 6;
    if (count_ < 16) return;
    count_ -= 16;
    unit(bits_ >> count_ & 0xffffU);
  }

  void finish() {
    if (lead_ != 0) out_.put(kNone);
  }

 private:
  void unit(char32_t code) {
    if (lead_ != 0 && is_trail_surrogate(code)) {
      out_.put(0x10000 + ((lead_ & 0x3ffU) << 10U) + (code & 0x3ffU));
      lead_ = 0;
      return;
    }
    if (lead_ != 0) out_.put(kNone);
    lead_ = is_lead_surrogate(code) ? code : 0;
    if (lead_ != 0) return;
    out_.put(is_trail_surrogate(code) || is_noncharacter(code) ? kNone : code);
  }

  Utf8Writer& out_;
  uint32_t bits_ = 0;
  uint32_t count_ = 0;
  char32_t lead_ = 0;
};

bool decode_utf7(std::string_view bytes, Utf8Writer& out) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (bytes[i] != '+') {
      out.put(static_cast<uint8_t>(bytes[i++]));
      continue;
    }
    ++i;
    if (i == bytes.size() || base64_value(bytes[i]) < 0) {
      out.put(U'+');
      if (i < bytes.size() && bytes[i] == '-') ++i;
      continue;
    }
    Utf7Run run(out);
    while (i < bytes.size() && base64_value(bytes[i]) >= 0) run.digit(base64_value(bytes[i++]));
    run.finish();
    if (i < bytes.size() && bytes[i] == '-') ++i;
  }
  return true;
}

// A byte that has no meaning is spelled out.
void put_spelled(uint8_t byte, Utf8Writer& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out.put("\\x");
  out.put(static_cast<char32_t>(kDigits[byte >> 4U]));
  out.put(static_cast<char32_t>(kDigits[byte & 0xfU]));
}

enum class JisSet : uint8_t { kAscii, kKana, kWide, kUnknown };

// The charset an escape sequence at the front of `text` asks for, and its length; 0: it is none.
std::pair<JisSet, std::size_t> jis_escape(std::string_view text) {
  for (const std::string_view ascii : {"\x1b(B", "\x1b(J", "\x1b(H"}) {
    if (text.starts_with(ascii)) return {JisSet::kAscii, 3};
  }
  if (text.starts_with("\x1b(I")) return {JisSet::kKana, 3};
  if (text.starts_with("\x1b$(D")) return {JisSet::kUnknown, 4};
  if (text.starts_with("\x1b$B") || text.starts_with("\x1b$@")) return {JisSet::kWide, 3};
  if (text.starts_with("\x1b&@\x1b$B")) return {JisSet::kWide, 6};
  return {JisSet::kAscii, 0};
}

class JisText {
 public:
  JisText(const WideTable& table, Utf8Writer& out) : table_(table), out_(out) {}

  // `chunk` is what stands up to the next escape.
  void put(std::string_view chunk, JisSet set) {
    while (!chunk.empty()) chunk.remove_prefix(put_one(chunk, set));
  }

 private:
  std::size_t put_one(std::string_view chunk, JisSet set) {
    const auto byte = static_cast<uint8_t>(chunk.front());
    if (set == JisSet::kAscii || byte < 0x21 || byte > 0x7e) {
      out_.put(byte);
      return 1;
    }
    if (set == JisSet::kKana && byte <= 0x5f) {
      out_.put(static_cast<char32_t>(0xff61 + byte - 0x21));
      return 1;
    }
    const unsigned trail = chunk.size() > 1 ? static_cast<uint8_t>(chunk[1]) | 0x80U : 0;
    const char16_t code =
        set == JisSet::kWide ? table_.pairs[(byte | 0x80U) * 256U + trail] : kNone;
    if (code == kNone) {
      put_spelled(byte | 0x80U, out_);
      return 1;
    }
    out_.put(code);
    return 2;
  }

  const WideTable& table_;
  Utf8Writer& out_;
};

// What is not ASCII ends the text, and so does an escape that asks for no charset, as in Encode.
bool decode_jis(std::string_view bytes, Utf8Writer& out) {
  bytes = bytes.substr(0, ascii_length(bytes));
  JisText text(wide_table(wide_charset("euc-jp")), out);
  JisSet set = JisSet::kAscii;
  while (!bytes.empty()) {
    const auto [next, length] = jis_escape(bytes);
    if (length == 0 && bytes.front() == '\x1b') return true;
    if (length > 0) set = next;
    bytes.remove_prefix(length);
    const std::size_t end = std::min(bytes.find('\x1b'), bytes.size());
    text.put(bytes.substr(0, end), set);
    bytes.remove_prefix(end);
  }
  return true;
}

// Ends at what is no HZ.
bool decode_hz(std::string_view bytes, BadBytes bad, Utf8Writer& out) {
  const WideTable& table = wide_table(wide_charset("euc-cn"));
  bool ascii = true;
  while (!bytes.empty()) {
    const bool tilde = bytes.front() == '~' && bytes.size() > 1;
    if (tilde && bytes[1] == (ascii ? '{' : '}')) {
      ascii = !ascii;
      bytes.remove_prefix(2);
    } else if (ascii && tilde && (bytes[1] == '~' || bytes[1] == '\n')) {
      if (bytes[1] == '~') out.put(U'~');
      bytes.remove_prefix(2);
    } else if (ascii) {
      const auto byte = static_cast<uint8_t>(bytes.front());
      if (byte == '~' || byte > 0x7f) return true;
      out.put(byte);
      bytes.remove_prefix(1);
    } else {
      if (bytes.size() < 2) return true;
      const unsigned lead = static_cast<uint8_t>(bytes[0]);
      const unsigned trail = static_cast<uint8_t>(bytes[1]);
      if (lead < 0x21 || lead > 0x77 || trail < 0x21 || trail > 0x7e) return true;
      const char16_t code = table.pairs[(lead | 0x80U) * 256 + (trail | 0x80U)];
      if (code == kNone && bad == BadBytes::kFail) return false;
      out.put(code);
      bytes.remove_prefix(2);
    }
  }
  return true;
}

bool run_decoder(const Decoder& decoder, std::string_view bytes, BadBytes bad, Utf8Writer& out) {
  static constexpr std::array<char16_t, 128> kNothing = [] {
    std::array<char16_t, 128> table{};
    table.fill(kNone);
    return table;
  }();
  switch (decoder.kind) {
    case DecoderKind::kAscii:
      return decode_bytes(bytes, kNothing, bad, out);
    case DecoderKind::kUtf8:
      return decode_utf8(bytes, bad, out);
    case DecoderKind::kBytes:
      return decode_bytes(bytes, decoder.bytes->high, bad, out);
    case DecoderKind::kWide:
      return decode_wide(bytes, wide_table(*decoder.wide), bad, out);
    case DecoderKind::kJis:
      return decode_jis(bytes, out);
    case DecoderKind::kHz:
      return decode_hz(bytes, bad, out);
    case DecoderKind::kUtf16:
      return decode_utf16(bytes, decoder.big_endian, bad, out);
    case DecoderKind::kUtf7:
      return decode_utf7(bytes, out);
  }
  return false;
}

std::vector<Decoder> make_decoders() {
  std::vector<Decoder> all = {
      {.name = "ascii", .kind = DecoderKind::kAscii},
      {.name = "utf-8-strict", .kind = DecoderKind::kUtf8},
      {.name = "utf8", .kind = DecoderKind::kUtf8},
      {.name = "utf-7", .kind = DecoderKind::kUtf7},
      {.name = "utf-16be", .kind = DecoderKind::kUtf16, .big_endian = true},
      {.name = "utf-16le", .kind = DecoderKind::kUtf16},
      {.name = "iso-2022-jp", .kind = DecoderKind::kJis},
      {.name = "iso-2022-jp-1", .kind = DecoderKind::kJis},
      {.name = "7bit-jis", .kind = DecoderKind::kJis},
      {.name = "hz", .kind = DecoderKind::kHz},
  };
  for (const ByteTable& table : kByteTables) {
    all.push_back({.name = table.name, .kind = DecoderKind::kBytes, .bytes = &table});
  }
  for (const WideCharset& charset : kWideCharsets) {
    all.push_back({.name = charset.name, .kind = DecoderKind::kWide, .wide = &charset});
  }
  return all;
}

const Decoder* decoder_named(std::string_view name) {
  static const std::vector<Decoder> kDecoders = make_decoders();
  const auto found =
      std::find_if(kDecoders.begin(), kDecoders.end(),
                   [name](const Decoder& decoder) { return iequals(decoder.name, name); });
  return found == kDecoders.end() ? nullptr : &*found;
}

// Another name of a charset. The first that matches and leads somewhere counts.
struct Alias {
  const char* pattern;
  const char* name;  // \1, \2: what the groups matched
};

constexpr Alias kAliases[] = {
    {R"(^([^\s_]+)[\s_]+([^\s_]*)$)", R"(\1-\2)"},
    {R"(\bUTF-8$)", "utf-8-strict"},
    {"cp65001", "utf-8-strict"},
    {"cp65000", "UTF-7"},
    {R"(\bhk(?:scs)?[-_]?big5$)", "big5-hkscs"},
    {R"(\bbig5-?hk(?:scs)?$)", "big5-hkscs"},
    {R"(\btca[-_]?big5$)", "big5-eten"},
    {R"(\bbig5-?et(?:en)?$)", "big5-eten"},
    {R"(\bbig-?5$)", "big5-eten"},
    {R"(\bks_c_5601-1987$)", "cp949"},
    {R"((?:x-)?windows-949$)", "cp949"},
    {R"((?:x-)?uhc$)", "cp949"},
    {R"(\bkr.*euc$)", "euc-kr"},
    {R"(\beuc.*kr$)", "euc-kr"},
    {R"(\bwindows-31j$)", "cp932"},
    {R"(\bsjis$)", "shiftjis"},
    {R"(\bshift.*jis$)", "shiftjis"},
    {R"(\bujis$)", "euc-jp"},
    {R"(\bjp.*euc$)", "euc-jp"},
    {R"(\beuc.*jp$)", "euc-jp"},
    {R"(\bjis$)", "7bit-jis"},
    {R"(\bGB[-_ ]?2312(?:$|[^-r]|-(?:$|[^r])))", "euc-cn"},
    {R"(^gbk$)", "cp936"},
    {R"(\bcn.*euc$)", "euc-cn"},
    {R"(\beuc.*cn$)", "euc-cn"},
    {R"(\bkoi8[\s\-_]*([ru])$)", R"(koi8-\1)"},
    {R"(\b(?:cp|ibm|ms|windows)[-_ ]?(\d{2,4})$)", R"(cp\1)"},
    {R"(\btis-?620\b)", "iso-8859-11"},
    {R"(^thai$)", "iso-8859-11"},
    {R"(^hebrew$)", "iso-8859-8"},
    {R"(^greek$)", "iso-8859-7"},
    {R"(^arabic$)", "iso-8859-6"},
    {R"(^cyrillic$)", "iso-8859-5"},
    {R"(\bwinlatin1$)", "cp1252"},
    {R"(\bwinlatin2$)", "cp1250"},
    {R"(\bwincyrillic$)", "cp1251"},
    {R"(\bwinbaltic$)", "cp1257"},
    {R"(\bwingreek$)", "cp1253"},
    {R"(\bwinturkish$)", "cp1254"},
    {R"(\bwinhebrew$)", "cp1255"},
    {R"(\bwinarabic$)", "cp1256"},
    {R"(\bwinvietnamese$)", "cp1258"},
    {R"(\b(?:iso[-_]?)?latin[-_]?([1-4])$)", R"(iso-8859-\1)"},
    {R"(\b(?:iso[-_]?)?latin[-_]?5$)", "iso-8859-9"},
    {R"(\b(?:iso[-_]?)?latin[-_]?6$)", "iso-8859-10"},
    {R"(\b(?:iso[-_]?)?latin[-_]?7$)", "iso-8859-13"},
    {R"(\b(?:iso[-_]?)?latin[-_]?8$)", "iso-8859-14"},
    {R"(\b(?:iso[-_]?)?latin[-_]?9$)", "iso-8859-15"},
    {R"(\b(?:iso[-_]?)?latin[-_]?10$)", "iso-8859-16"},
    {R"(^(.+)@euro$)", R"(\1)"},
    {R"(\bANSI[-_]?X3\.4[-_]?1968$)", "ascii"},
    {R"(\biso8859(\d+)$)", R"(iso-8859-\1)"},
    {R"(\biso[-_]?(\d+)[-_](\d+)$)", R"(iso-\1-\2)"},
    {R"(\b(?:ISO[-_]?)?646(?:[-_]?US)?$)", "ascii"},
    {R"(^C$)", "ascii"},
    {R"(^macce$)", "MacCentralEurRoman"},
    {R"(^macintosh$)", "MacRoman"},
    {R"(^(?:x[_-])?mac[_-](.*)$)", R"(mac\1)"},
    {R"(^US-?ascii$)", "ascii"},
    {R"(^UTF-?16-?LE$)", "UTF-16LE"},
    {R"(^UTF-?16-?BE$)", "UTF-16BE"},
    {R"(^(?:unicode-1-1-)?UTF-?7$)", "UTF-7"},
};

struct CompiledAlias {
  std::unique_ptr<const re2::RE2> pattern;
  std::string name;
};

std::vector<CompiledAlias> compile_aliases() {
  re2::RE2::Options options(re2::RE2::Latin1);
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  std::vector<CompiledAlias> all;
  for (const Alias& alias : kAliases) {
    all.push_back({std::make_unique<const re2::RE2>(alias.pattern, options), alias.name});
  }
  return all;
}

constexpr std::size_t kLabelBytesMax = 80;
constexpr int kAliasDepthMax = 6;

// `name` has no blanks.
const Decoder* find_by_alias(const std::string& name, int depth) {
  static const std::vector<CompiledAlias> kCompiled = compile_aliases();
  if (const Decoder* const decoder = decoder_named(name)) return decoder;
  if (depth == kAliasDepthMax) return nullptr;
  for (const CompiledAlias& alias : kCompiled) {
    std::array<re2::StringPiece, 3> groups;
    const int wanted = 1 + alias.pattern->NumberOfCapturingGroups();
    if (!alias.pattern->Match(name, 0, name.size(), re2::RE2::UNANCHORED, groups.data(), wanted)) {
      continue;
    }
    std::string other;
    alias.pattern->Rewrite(&other, alias.name, groups.data(), wanted);
    if (other == name) continue;
    if (const Decoder* const decoder = find_by_alias(other, depth + 1)) return decoder;
  }
  return nullptr;
}

// The last few names that this thread looked up by their aliases.
class FoundNames {
 public:
  const Decoder* find(std::string_view name) {
    for (const Entry& entry : entries_) {
      if (entry.name == name && !name.empty()) return entry.decoder;
    }
    Entry& entry = entries_[next_++ % entries_.size()];
    entry.name.assign(name);
    entry.decoder = find_by_alias(entry.name, 0);
    return entry.decoder;
  }

 private:
  struct Entry {
    std::string name;
    const Decoder* decoder = nullptr;
  };

  std::array<Entry, 16> entries_;
  std::size_t next_ = 0;
};

}  // namespace

const Decoder* find_decoder(std::string_view name) {
  if (name.size() > kLabelBytesMax) return nullptr;
  std::array<char, kLabelBytesMax> label{};
  std::size_t size = 0;
  for (const char c : name) {
    if (!is_space(c)) label[size++] = c;
  }
  const std::string_view plain(label.data(), size);
  if (plain.empty()) return nullptr;
  if (const Decoder* const decoder = decoder_named(plain)) return decoder;
  thread_local FoundNames found;
  return found.find(plain);
}

std::optional<std::string_view> decode_charset(const Decoder& decoder, std::string_view bytes,
                                               BadBytes bad, Arena& arena) {
  const bool spells = decoder.kind == DecoderKind::kJis;
  const std::span<char> room = arena.take(bytes.size() * (spells ? 4 : 3));
  Utf8Writer out(room);
  const bool good = run_decoder(decoder, bytes, bad, out);
  arena.trim(room, good ? out.used() : 0);
  if (!good) return std::nullopt;
  return std::string_view(room.data(), out.used());
}

bool decodes_to_bytes(const Decoder& decoder, std::string_view bytes) {
  if (decoder.kind != DecoderKind::kUtf7) return false;
  for (std::size_t at = bytes.find('+'); at != std::string_view::npos;
       at = bytes.find('+', at + 1)) {
    if (at + 1 < bytes.size() && base64_value(bytes[at + 1]) >= 0) return false;
  }
  return true;
}

const Decoder& windows_1252_decoder() {
  static const Decoder& decoder = *decoder_named("cp1252");
  return decoder;
}

const Decoder& utf8_decoder() {
  static const Decoder& decoder = *decoder_named("utf-8-strict");
  return decoder;
}

const Decoder& utf16_decoder(bool big_endian) {
  static const Decoder& big = *decoder_named("utf-16be");
  static const Decoder& little = *decoder_named("utf-16le");
  return big_endian ? big : little;
}

}  // namespace sluice::rules
