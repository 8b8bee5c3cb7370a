#include "rules/mail/body_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLineBytesMax = 2048;
constexpr std::size_t kCutSlack = 1024;  // how far after the bound a good place is looked for

using Units = std::pmr::vector<TextUnits::Unit>;

// Keeps units and puts a newline where one has none.
class UnitWriter {
 public:
  UnitWriter(std::span<char> room, Arena& arena) : room_(room), units_(&arena) {
    units_.reserve(64);
  }

  // What is written from here on is seen through this pointer.
  char* at() { return room_.data() + used_; }

  void advance(std::size_t bytes) { used_ += bytes; }

  void put(std::string_view text) {
    if (!text.empty()) std::memcpy(at(), text.data(), text.size());
    used_ += text.size();
  }

  void put(char c) { room_[used_++] = c; }

  // What was written since the last unit is one.
  void end_unit() {
    units_.push_back({.from = begin_, .to = used_});
    if (used_ == begin_ || room_[used_ - 1] != '\n') put('\n');
    begin_ = used_;
  }

  // What was written since the last unit is one, or several if it is long.
  void end_line() {
    if (used_ - begin_ <= kLineBytesMax) {
      end_unit();
      return;
    }
    cut_line();
  }

  [[nodiscard]] std::size_t pending() const { return used_ - begin_; }

  [[nodiscard]] std::size_t used() const { return used_; }

  TextUnits units() {
    return {.block = {room_.data(), used_}, .units = std::span<const TextUnits::Unit>(units_)};
  }

 private:
  // Cut at a blank if there is one. A newline that belongs to no unit goes between the pieces.
  void cut_line() {
    std::string_view line(room_.data() + begin_, used_ - begin_);
    std::pmr::vector<std::size_t> cuts(units_.get_allocator());
    while (line.size() > kLineBytesMax) {
      std::size_t length = line.rfind(' ', kLineBytesMax) + 1;  // npos + 1 is 0
      if (length == 0) length = kLineBytesMax;
      cuts.push_back(length);
      line.remove_prefix(length);
    }
    spread(cuts, line.size());
  }

  // Moves the pieces apart, the last first.
  void spread(const std::pmr::vector<std::size_t>& cuts, std::size_t last) {
    std::size_t from = used_ - last;
    std::size_t to = from + cuts.size();
    std::memmove(room_.data() + to, room_.data() + from, last);
    const std::size_t end = to + last;
    for (std::size_t i = cuts.size(); i > 0; --i) {
      from -= cuts[i - 1];
      to -= cuts[i - 1] + 1;
      std::memmove(room_.data() + to, room_.data() + from, cuts[i - 1]);
      room_[to + cuts[i - 1]] = '\n';
    }
    for (const std::size_t cut : cuts) {
      units_.push_back({.from = begin_, .to = begin_ + cut});
      begin_ += cut + 1;
    }
    used_ = end;
    end_unit();
  }

  std::span<char> room_;
  std::size_t used_ = 0;
  std::size_t begin_ = 0;
  Units units_;
};

// ---- a part's text, cut to the size that is scanned

// The byte at which character `count` begins; npos if there are not that many.
std::size_t character_offset(std::string_view text, std::size_t count, std::size_t from = 0) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xc0U) == 0x80) continue;
    if (count-- == 0) return i;
  }
  return kNone;
}

// After the first `mark` at or behind `from` up to and with `to`; npos: there is none.
std::size_t after_mark(std::string_view text, char mark, std::size_t from, std::size_t to) {
  const std::size_t end = std::min(to, text.size() - 1) + 1;
  const std::size_t found = text.substr(from, end - from).find(mark);
  return found == kNone ? kNone : from + found + 1;
}

std::string_view scanned_text(std::string_view text, std::size_t characters) {
  if (characters == 0 || text.size() <= characters) return text;
  const std::size_t from = character_offset(text, characters);
  if (from == kNone) return text;
  const std::size_t to = std::min(character_offset(text, kCutSlack, from), text.size());
  for (const char mark : {'\n', ' '}) {
    const std::size_t cut = after_mark(text, mark, from, to);
    if (cut != kNone) return text.substr(0, cut);
  }
  return text.substr(0, from);
}

std::string_view scanned_bytes(std::string_view text, std::size_t bytes) {
  if (bytes == 0 || text.size() <= bytes) return text;
  for (const char mark : {'\n', '>', ' '}) {
    const std::size_t cut = after_mark(text, mark, bytes, bytes + kCutSlack);
    if (cut != kNone) return text.substr(0, cut);
  }
  return text.substr(0, bytes);
}

// ---- white space

enum class ByteKind : uint8_t { kPlain, kBlank, kNewline, kNul, kMaybeBlank };

constexpr std::array<ByteKind, 256> kByteKinds = [] {
  std::array<ByteKind, 256> kinds{};
  for (const char c : std::string_view(" \t\v\f\r")) {
    kinds[static_cast<uint8_t>(c)] = ByteKind::kBlank;
  }
  kinds['\n'] = ByteKind::kNewline;
  kinds[0] = ByteKind::kNul;
  for (const unsigned lead : {0xc2U, 0xe1U, 0xe2U, 0xe3U}) kinds[lead] = ByteKind::kMaybeBlank;
  return kinds;
}();

ByteKind byte_kind(char c) {
  return kByteKinds[static_cast<uint8_t>(c)];
}

// Whether a byte is copied as it is. A blank is, where nothing that may be one follows.
bool is_copied(std::string_view text, std::size_t at) {
  if (byte_kind(text[at]) == ByteKind::kPlain) return true;
  return text[at] == ' ' && at + 1 < text.size() && byte_kind(text[at + 1]) == ByteKind::kPlain;
}

#if defined(__SSE2__)
// Bytes that may not be plain: control characters and first bytes of wide blanks.
__m128i maybe_not_plain(__m128i bytes) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8('\r')), bytes);
  const __m128i three = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('\xe0')),
                                      _mm_cmplt_epi8(bytes, _mm_set1_epi8('\xe4')));
  return _mm_or_si128(_mm_or_si128(control, three), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\xc2')));
}

// Of the sixteen bytes at `from`, bit by bit; seventeen are read.
unsigned maybe_not_copied(const char* from) {
  const auto load = [](const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  const __m128i blank = _mm_set1_epi8(' ');
  const __m128i bytes = load(from);
  const __m128i next = load(from + 1);
  const __m128i row =
      _mm_and_si128(_mm_cmpeq_epi8(bytes, blank),
                    _mm_or_si128(_mm_cmpeq_epi8(next, blank), maybe_not_plain(next)));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(maybe_not_plain(bytes), row)));
}
#endif

// How many bytes at the front are copied as they are.
std::size_t copied_length(std::string_view text) {
  std::size_t at = 0;
  while (true) {
#if defined(__SSE2__)
    while (at + 17 <= text.size()) {
      const unsigned mask = maybe_not_copied(text.data() + at);
      at += mask == 0 ? 16 : static_cast<std::size_t>(__builtin_ctz(mask));
      if (mask != 0) break;
    }
#endif
    if (at == text.size() || !is_copied(text, at)) return at;
    ++at;
  }
}

// The length of a white space character of more than one byte; 0: there is none at the front.
std::size_t wide_blank_length(std::string_view text) {
  if (text.starts_with("\xc2\x85") || text.starts_with("\xc2\xa0")) return 2;
  if (text.starts_with("\xe1\x9a\x80") || text.starts_with("\xe3\x80\x80")) return 3;
  if (text.size() < 3 || text[0] != '\xe2') return 0;
  const auto last = static_cast<uint8_t>(text[2]);
  if (text[1] == '\x80') {
    return last <= 0x8a || last == 0xa8 || last == 0xa9 || last == 0xaf ? 3 : 0;
  }
  return text[1] == '\x81' && last == 0x9f ? 3 : 0;
}

// White space at the front of a text.
struct BlankRun {
  std::size_t bytes = 0;
  std::size_t newlines = 0;
  bool blank_first = false;  // something stands before the first newline
  bool blank_last = false;   // something stands behind the last
};

// `narrow`: only ASCII has white space.
BlankRun blank_run(std::string_view text, bool narrow) {
  BlankRun run;
  while (run.bytes < text.size()) {
    const ByteKind kind = byte_kind(text[run.bytes]);
    std::size_t length = kind == ByteKind::kBlank || kind == ByteKind::kNewline ? 1 : 0;
    if (kind == ByteKind::kMaybeBlank && !narrow) {
      length = wide_blank_length(text.substr(run.bytes));
    }
    if (length == 0) break;
    const bool newline = kind == ByteKind::kNewline;
    run.newlines += newline ? 1U : 0U;
    run.blank_first |= !newline && run.newlines == 0;
    run.blank_last = !newline;
    run.bytes += length;
  }
  return run;
}

// Writes paragraphs as lines: white space is a blank, but a newline where it has two of them.
class ParagraphWriter {
 public:
  ParagraphWriter(UnitWriter& out, bool narrow) : out_(out), narrow_(narrow) {}

  void write(std::string_view text) {
    while (!text.empty()) {
      const std::size_t copied = copied_length(text);
      put_plain(text.substr(0, copied));
      text.remove_prefix(copied);
      if (!text.empty()) text.remove_prefix(write_other(text));
    }
    if (out_.pending() > 0) out_.end_line();
  }

 private:
  std::size_t write_other(std::string_view text) {
    const BlankRun run = blank_run(text, narrow_);
    if (run.bytes > 0) {
      write_blanks(run);
      return run.bytes;
    }
    if (byte_kind(text.front()) == ByteKind::kNul) {
      end_line();
      return 1;
    }
    const std::size_t length = std::min<std::size_t>(2, text.size());
    put_plain(text.substr(0, length));
    return length;
  }

  void write_blanks(const BlankRun& run) {
    if (run.newlines < 2) {
      out_.put(' ');
      return;
    }
    if (run.blank_first) out_.put(' ');
    end_line();
    if (run.blank_last) out_.put(' ');
  }

  void end_line() {
    out_.put('\n');
    out_.end_line();
  }

  void put_plain(std::string_view text) {
    if (!narrow_ || is_ascii(text)) {
      out_.put(text);
      return;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<uint8_t>(text[i]);
      const bool pair = byte >= 0xc0 && i + 1 < text.size();
      out_.put(pair ? static_cast<char>((byte & 0x3U) << 6U | (text[++i] & 0x3f)) : text[i]);
    }
  }

  UnitWriter& out_;
  bool narrow_;
};

// ---- parts

struct JoinedText {
  std::string_view text = {};
  bool narrow = false;  // of all parts
};

JoinedText join_parts(PartTexts& texts, Rendering rendering, std::size_t scan_size, Arena& arena) {
  std::pmr::vector<char> joined(&arena);
  std::string_view only;
  bool wide = false;  // some part's text is of characters
  for (std::size_t i = 0; i < texts.parts().size(); ++i) {
    const MailPart& part = texts.parts()[i];
    if (!part.leaf || part.type.empty()) continue;
    texts.render(i);
    if (joined.empty() && !only.empty()) joined.assign(only.begin(), only.end());
    if (!joined.empty()) joined.push_back('\n');
    if (part.text.rendered_type.empty()) continue;
    const RenderedText rendered = texts.rendered(i, rendering);
    const std::string_view text = scanned_text(rendered.text, scan_size);
    wide |= !rendered.narrow;
    if (joined.empty()) {
      only = text;
    } else {
      joined.insert(joined.end(), text.begin(), text.end());
    }
  }
  const std::string_view text =
      joined.empty() ? only : std::string_view(joined.data(), joined.size());
  return {.text = text, .narrow = !wide};
}

bool has_leaves(std::span<const MailPart> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const MailPart& part) { return part.leaf && !part.type.empty(); });
}

void write_lines(std::string_view text, UnitWriter& out) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    out.put(text.substr(0, length));
    out.end_line();
    text.remove_prefix(length);
  }
}

// Pieces of 2 to 4 KiB of a text that is longer than that.
void write_pieces(std::string_view text, UnitWriter& out) {
  while (text.size() > 2 * kLineBytesMax) {
    std::size_t length = kNone;
    for (const char mark : {'\n', '>', ' '}) {
      length = after_mark(text, mark, kLineBytesMax, 2 * kLineBytesMax - 1);
      if (length != kNone) break;
    }
    if (length == kNone) length = kLineBytesMax + 1;
    out.put(text.substr(0, length));
    out.end_unit();
    text.remove_prefix(length);
  }
  if (text.empty()) return;
  out.put(text);
  out.end_unit();
}

bool is_rawbody(const MailPart& part) {
  if (!part.leaf || part.type.empty() || part.type == "text/calendar") return false;
  const std::string_view type = effective_type(part);
  for (const std::string_view kind : {"text", "message"}) {
    if (!type.starts_with(kind)) continue;
    if (type.size() == kind.size()) return true;
    const char next = type[kind.size()];
    if (!is_alnum(next) && next != '_') return true;
  }
  return false;
}

}  // namespace

TextUnits rendered_units(std::string_view subject, PartTexts& texts, Rendering rendering,
                         std::size_t scan_size, Arena& arena) {
  if (!has_leaves(texts.parts())) return {};
  const JoinedText joined = join_parts(texts, rendering, scan_size, arena);
  const std::size_t bytes = subject.size() + joined.text.size();
  // A newline more for each cut and for the last line; cuts may be a byte long where every other
  // is 2 KiB.
  const std::span<char> room = arena.take(bytes + 2 * (bytes / kLineBytesMax) + 8);
  UnitWriter out(room, arena);
  write_lines(subject, out);
  ParagraphWriter(out, joined.narrow).write(joined.text);
  return out.units();
}

TextUnits rawbody_units(PartTexts& texts, std::size_t scan_size, Arena& arena) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < texts.parts().size(); ++i) {
    if (!is_rawbody(texts.parts()[i])) continue;
    texts.decode(i);
    const std::size_t size = scanned_bytes(texts.parts()[i].text.decoded, scan_size).size();
    bytes += size + size / kLineBytesMax + 1;
  }
  UnitWriter out(arena.take(bytes), arena);
  for (const MailPart& part : texts.parts()) {
    if (!is_rawbody(part)) continue;
    const std::string_view text = scanned_bytes(part.text.decoded, scan_size);
    if (text.size() > kLineBytesMax) {
      write_pieces(text, out);
      continue;
    }
    out.put(text);
    out.end_unit();
  }
  return out.units();
}

TextUnits without_first(const TextUnits& units, Arena& arena) {
  if (units.units.size() < 2) return {};
  const std::size_t begin = units.units[1].from;
  Units rest(&arena);
  rest.reserve(units.units.size() - 1);
  for (const TextUnits::Unit& unit : units.units.subspan(1)) {
    rest.push_back({.from = unit.from - begin, .to = unit.to - begin});
  }
  return {.block = units.block.substr(begin), .units = std::span<const TextUnits::Unit>(rest)};
}

}  // namespace sluice::rules
