#include "ingest/mime/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include "base/text.h"
#include "ingest/mime/byte_scan.h"

namespace sluice::mime {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::size_t kPrescanBytes = 1024;  // of HTML, as in browsers
constexpr std::size_t kLabelBytesMax = 60;   // ICU's own bound

// Above 0x7f; below, both are ASCII. Bytes that windows-1252 leaves open are C1 controls, as in
// browsers.
using HighHalf = std::array<char16_t, 128>;

constexpr HighHalf kLatin1Table = [] {
  HighHalf table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char16_t>(0x80 + i);
  return table;
}();

constexpr HighHalf kWindows1252Table = [] {
  constexpr std::array<char16_t, 32> kC1 = {
      0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};
  HighHalf table = kLatin1Table;
  for (std::size_t i = 0; i < kC1.size(); ++i) table[i] = kC1[i];
  return table;
}();

constexpr HighHalf kLatin9Table = [] {
  HighHalf table = kLatin1Table;
  table[0xa4 - 0x80] = 0x20ac;
  table[0xa6 - 0x80] = 0x0160;
  table[0xa8 - 0x80] = 0x0161;
  table[0xb4 - 0x80] = 0x017d;
  table[0xb8 - 0x80] = 0x017e;
  table[0xbc - 0x80] = 0x0152;
  table[0xbd - 0x80] = 0x0153;
  table[0xbe - 0x80] = 0x0178;
  return table;
}();

enum class Family : uint8_t { kUnlabelled, kUtf8, kUtf7, kWindows1252, kLatin9, kIcu };

struct Label {
  std::string_view name;
  Family family;
  const char* icu = nullptr;  // what ICU calls the charset that mail programs read it as
};

constexpr std::array kLabels = {
    Label{"", Family::kUnlabelled},
    Label{"us-ascii", Family::kUnlabelled},
    Label{"ascii", Family::kUnlabelled},
    Label{"ansi_x3.4-1968", Family::kUnlabelled},
    Label{"utf-8", Family::kUtf8},
    Label{"utf8", Family::kUtf8},
    Label{"unicode-1-1-utf-8", Family::kUtf8},
    Label{"utf-7", Family::kUtf7, "UTF-7"},
    Label{"utf7", Family::kUtf7, "UTF-7"},
    Label{"unicode-1-1-utf-7", Family::kUtf7, "UTF-7"},
    Label{"unicode-2-0-utf-7", Family::kUtf7, "UTF-7"},
    Label{"iso-8859-1", Family::kWindows1252},
    Label{"iso8859-1", Family::kWindows1252},
    Label{"iso_8859-1", Family::kWindows1252},
    Label{"latin1", Family::kWindows1252},
    Label{"windows-1252", Family::kWindows1252},
    Label{"cp1252", Family::kWindows1252},
    Label{"iso-8859-15", Family::kLatin9},
    Label{"iso8859-15", Family::kLatin9},
    Label{"latin-9", Family::kLatin9},
    Label{"gb2312", Family::kIcu, "gb18030"},
    Label{"gbk", Family::kIcu, "gb18030"},
    Label{"x-gbk", Family::kIcu, "gb18030"},
    Label{"ks_c_5601-1987", Family::kIcu, "windows-949"},
    Label{"euc-kr", Family::kIcu, "windows-949"},
    Label{"shift_jis", Family::kIcu, "ibm-943_P15A-2003"},
    Label{"shift-jis", Family::kIcu, "ibm-943_P15A-2003"},
    Label{"x-sjis", Family::kIcu, "ibm-943_P15A-2003"},
    Label{"iso-8859-9", Family::kIcu, "windows-1254"},
    Label{"iso-8859-11", Family::kIcu, "windows-874"},
};

// Charsets in which ASCII bytes are ASCII wherever they stand alone.
constexpr std::array<std::string_view, 10> kAsciiPrefixes = {
    "iso-8859-", "iso8859-", "windows-", "cp125", "koi8-", "gb", "euc-", "big5", "ks_c", "tis-620"};

const Label* find_label(std::string_view name) {
  const auto* const found =
      std::find_if(kLabels.begin(), kLabels.end(),
                   [name](const Label& label) { return iequals(label.name, name); });
  return found == kLabels.end() ? nullptr : found;
}

bool keeps_ascii(std::string_view name) {
  return std::any_of(kAsciiPrefixes.begin(), kAsciiPrefixes.end(),
                     [name](std::string_view prefix) { return istarts_with(name, prefix); });
}

// Writes UTF-8 into a span until it is full.
class Utf8Writer {
 public:
  explicit Utf8Writer(std::span<char> out) : out_(out) {}

  // False, and nothing is written, if `code` does not fit.
  bool put(char32_t code) {
    if (out_.size() - used_ < 4 && out_.size() - used_ < length_of(code)) return false;
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xc0 | code >> 6U);
      tail(code, 0);
    } else if (code < 0x10000) {
      byte(0xe0 | code >> 12U);
      tail(code, 6);
      tail(code, 0);
    } else {
      byte(0xf0 | code >> 18U);
      tail(code, 12);
      tail(code, 6);
      tail(code, 0);
    }
    return true;
  }

  // As much of `text` as fits, no character cut in two. False if that is not all.
  bool put(std::string_view text) {
    const std::string_view fits = utf8_front(text, out_.size() - used_);
    if (!fits.empty()) std::memcpy(out_.data() + used_, fits.data(), fits.size());
    used_ += fits.size();
    return fits.size() == text.size();
  }

  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  static std::size_t length_of(char32_t code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }

  void byte(char32_t value) { out_[used_++] = static_cast<char>(value); }

  void tail(char32_t code, unsigned shift) { byte(0x80 | (code >> shift & 0x3fU)); }

  std::span<char> out_;
  std::size_t used_ = 0;
};

// What every conversion is handed.
struct Job {
  std::string_view bytes;
  Arena& arena;
  DefectSet& defects;
  std::size_t bytes_max;
};

// Runs `write(writer)`, which is false when the room did not suffice, in at most `room` bytes.
template <typename Write>
std::string_view convert(const Job& job, std::size_t room, Write write) {
  const std::span<char> out = job.arena.take(std::min(room, job.bytes_max));
  Utf8Writer writer(out);
  if (!write(writer)) job.defects.add(Defect::kLimitTextBytes);
  job.arena.trim(out, writer.used());
  return {out.data(), writer.used()};
}

std::string_view keep(const Job& job) {
  if (job.bytes.size() > job.bytes_max) job.defects.add(Defect::kLimitTextBytes);
  return utf8_front(job.bytes, job.bytes_max);
}

bool write_high_half(std::string_view bytes, const HighHalf& table, Utf8Writer& writer) {
  while (!bytes.empty()) {
    const std::size_t ascii = ascii_length(bytes);
    if (!writer.put(bytes.substr(0, ascii))) return false;
    bytes.remove_prefix(ascii);
    if (bytes.empty()) break;
    if (!writer.put(table[static_cast<uint8_t>(bytes.front()) - 0x80U])) return false;
    bytes.remove_prefix(1);
  }
  return true;
}

std::string_view from_high_half(const Job& job, const HighHalf& table) {
  if (is_ascii(job.bytes)) return keep(job);
  const auto high = static_cast<std::size_t>(
      std::count_if(job.bytes.begin(), job.bytes.end(), [](char c) { return c < 0; }));
  return convert(job, job.bytes.size() + 2 * high,
                 [&](Utf8Writer& writer) { return write_high_half(job.bytes, table, writer); });
}

bool repair_utf8(std::string_view bytes, Utf8Writer& writer) {
  while (!bytes.empty()) {
    const std::size_t valid = utf8_prefix(bytes);
    if (!writer.put(bytes.substr(0, valid))) return false;
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    if (!writer.put(kReplacement)) return false;
    bytes.remove_prefix(1);
  }
  return true;
}

std::string_view from_utf8(const Job& job) {
  if (valid_utf8(job.bytes)) return keep(job);
  job.defects.add(Defect::kBadCharset);
  return convert(job, job.bytes.size() * 3,
                 [&](Utf8Writer& writer) { return repair_utf8(job.bytes, writer); });
}

std::string_view from_unlabelled(const Job& job) {
  if (valid_utf8(job.bytes)) return keep(job);
  job.defects.add(Defect::kBadCharset);
  return from_high_half(job, kWindows1252Table);
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

// A few converters of one thread: opening one costs more than a short text.
class ConverterCache {
 public:
  // nullptr if ICU does not know `name`. Good until the next call.
  UConverter* find(const std::string& name) {
    for (const Slot& slot : slots_) {
      if (slot.name == name && slot.converter != nullptr) return slot.converter.get();
    }
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UConverter, CloseConverter> opened(ucnv_open(name.c_str(), &status));
    if (U_FAILURE(status)) return nullptr;

    Slot& slot = slots_[next_++ % slots_.size()];
    slot = {.name = name, .converter = std::move(opened)};
    return slot.converter.get();
  }

 private:
  struct Slot {
    std::string name;
    std::unique_ptr<UConverter, CloseConverter> converter;
  };

  std::array<Slot, 16> slots_;
  std::size_t next_ = 0;  // the slot that is given away next
};

// ICU reads options after a comma, and nothing else that is odd belongs into a label.
bool is_label(std::string_view name) {
  return !name.empty() && name.size() <= kLabelBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
         });
}

UConverter* converter_for(std::string_view name) {
  thread_local ConverterCache cache;
  return is_label(name) ? cache.find(to_lower(name)) : nullptr;
}

// ICU's call when a byte has no meaning: writes U+FFFD and notes it in the DefectSet behind
// `context`. NOLINTNEXTLINE(readability-function-size): the signature is ICU's.
void on_bad_bytes(const void* context, UConverterToUnicodeArgs* arguments, const char* /*bytes*/,
                  int32_t /*length*/, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;  // the converter is being reset or closed
  constexpr char16_t kUnit = 0xfffd;
  *status = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(arguments, &kUnit, 1, 0, status);
  const_cast<DefectSet*>(static_cast<const DefectSet*>(context))->add(Defect::kBadCharset);
}

bool is_lead(char16_t unit) {
  return (unit & 0xfc00U) == 0xd800;
}

bool is_trail(char16_t unit) {
  return (unit & 0xfc00U) == 0xdc00;
}

bool write_utf16(std::span<const char16_t> units, Utf8Writer& writer) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t code = units[i];
    if (is_lead(units[i]) && i + 1 < units.size() && is_trail(units[i + 1])) {
      code = 0x10000 + ((code & 0x3ffU) << 10U) + (units[++i] & 0x3ffU);
    } else if (is_lead(units[i]) || is_trail(units[i])) {
      code = kReplacement;
    }
    if (!writer.put(code)) return false;
  }
  return true;
}

bool run_converter(UConverter* converter, std::string_view bytes, Utf8Writer& writer) {
  std::array<char16_t, 2048> units;
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  std::size_t held = 0;  // a high surrogate that waits for its other half
  while (true) {
    UErrorCode status = U_ZERO_ERROR;
    char16_t* to = units.data() + held;
    ucnv_toUnicode(converter, &to, units.data() + units.size(), &from, end, nullptr, 1, &status);
    const bool more = status == U_BUFFER_OVERFLOW_ERROR;
    auto count = static_cast<std::size_t>(to - units.data());
    held = more && count > 0 && is_lead(units[count - 1]) ? 1 : 0;
    if (!write_utf16(std::span(units).first(count - held), writer)) return false;
    if (!more) return true;
    if (held != 0) units[0] = units[count - 1];
  }
}

std::string_view from_icu(const Job& job, UConverter* converter) {
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(converter, on_bad_bytes, &job.defects, nullptr, nullptr, &status);
  const std::string_view text = convert(job, job.bytes.size() * 3 + 3, [&](Utf8Writer& writer) {
    return run_converter(converter, job.bytes, writer);
  });
  ucnv_resetToUnicode(converter);
  return text;
}

std::string_view from_other(const Job& job, std::string_view charset) {
  if (keeps_ascii(charset) && is_ascii(job.bytes)) return keep(job);
  const Label* const label = find_label(charset);
  UConverter* const converter = converter_for(label == nullptr ? charset : label->icu);
  if (converter != nullptr) return from_icu(job, converter);
  job.defects.add(Defect::kUnknownCharset);
  return from_high_half(job, kWindows1252Table);
}

// What follows charset= in a tag, without its quotes; empty if nothing does.
std::string_view charset_attribute(std::string_view tag) {
  constexpr std::string_view kName = "charset";
  while (tag.size() > kName.size()) {
    if (!istarts_with(tag, kName)) {
      tag.remove_prefix(1);
      continue;
    }
    tag = trim(tag.substr(kName.size()));
    if (!tag.starts_with('=')) continue;
    tag = trim(tag.substr(1));
    if (tag.starts_with('"') || tag.starts_with('\'')) tag.remove_prefix(1);
    return trim(tag.substr(0, tag.find_first_of("\"'; \t\r\n/")));
  }
  return {};
}

}  // namespace

std::string_view take_byte_order_mark(std::string_view& bytes) {
  struct Mark {
    std::string_view bytes;
    std::string_view charset;
  };

  constexpr std::array<Mark, 3> kMarks = {
      {{"\xef\xbb\xbf", "utf-8"}, {"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"}}};
  for (const Mark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    bytes.remove_prefix(mark.bytes.size());
    return mark.charset;
  }
  return {};
}

std::string_view meta_charset(std::string_view html) {
  constexpr std::string_view kTag = "<meta";
  html = html.substr(0, kPrescanBytes);
  while (true) {
    html.remove_prefix(std::min(html.find('<'), html.size()));
    if (html.empty()) return {};
    const std::string_view end = html.starts_with("<!--") ? "-->" : ">";
    const std::string_view tag = html.substr(0, html.find(end));
    html.remove_prefix(std::max<std::size_t>(1, tag.size()));
    if (!istarts_with(tag, kTag)) continue;
    const std::string_view charset = charset_attribute(tag.substr(kTag.size()));
    if (!charset.empty()) return istarts_with(charset, "utf-16") ? "utf-8" : charset;
  }
}

std::string_view utf8_front(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end);
}

std::string_view to_utf8(std::string_view bytes, std::string_view charset, Arena& arena,
                         DefectSet& defects, std::size_t bytes_max) {
  const Job job{.bytes = bytes, .arena = arena, .defects = defects, .bytes_max = bytes_max};
  charset = trim(charset);
  const Label* const label = find_label(charset);
  switch (label == nullptr ? Family::kIcu : label->family) {
    case Family::kUnlabelled:
      return from_unlabelled(job);
    case Family::kUtf8:
      return from_utf8(job);
    case Family::kWindows1252:
      return from_high_half(job, kWindows1252Table);
    case Family::kLatin9:
      return from_high_half(job, kLatin9Table);
    case Family::kUtf7:
      defects.add(Defect::kUtf7);
      break;
    case Family::kIcu:
      break;
  }
  return from_other(job, charset);
}

}  // namespace sluice::mime
