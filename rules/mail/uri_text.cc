#include "rules/mail/uri_text.h"

#include <array>
#include <bit>

#include <emmintrin.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kRestBytesMax = 2'048;      // of a link after its scheme, or of a path
constexpr std::size_t kMailSideBytesMax = 251;    // on each side of the @
constexpr std::size_t kHostMiddleBytesMax = 251;  // between a host's first byte and its last dot
constexpr std::size_t kPortDigitsMax = 5;

// What a byte is, bits.
enum ByteKind : uint8_t {
  kEnd = 1U << 0U,              // ends every link
  kMailEnd = 1U << 1U,          // ends an address
  kLocalEnd = 1U << 2U,         // ends a local part
  kHostByte = 1U << 3U,         // may stand in a host
  kWordByte = 1U << 4U,         // \w
  kBegin = 1U << 5U,            // links may begin after it
  kBeginSchemeless = 1U << 6U,  // and those without a scheme
};

constexpr std::string_view kBlanks = " \t\n\r\f\v";
constexpr std::string_view kEndBytes = "><\"`}]{[|\x1b\xa0";
constexpr std::string_view kMailEndBytes = ",('";
constexpr std::string_view kBeginBytes = "><\"'`,{[(|\x1b\xa0";
constexpr std::string_view kBeginSchemelessBytes = "!\"#$&'()*+,/:;<=>?@[\\]^`{|}~\x1b\xa0";

using KindTable = std::array<uint8_t, 256>;

constexpr void mark(KindTable& table, std::string_view bytes, unsigned kinds) {
  for (const char c : bytes) table[static_cast<uint8_t>(c)] |= static_cast<uint8_t>(kinds);
}

constexpr KindTable make_kinds() {
  constexpr unsigned kEveryEnd = kEnd | kMailEnd | kLocalEnd;
  KindTable out{};
  mark(out, kBlanks, kEveryEnd | kBegin | kBeginSchemeless);
  mark(out, kEndBytes, kEveryEnd);
  mark(out, kMailEndBytes, kMailEnd | kLocalEnd);
  mark(out, "@", kLocalEnd);
  mark(out, kBeginBytes, kBegin);
  mark(out, kBeginSchemelessBytes, kBeginSchemeless);
  for (std::size_t byte = 0x80; byte < out.size(); ++byte) out[byte] |= kMailEnd | kLocalEnd;
  for (std::size_t byte = 0; byte < 0x80; ++byte) {
    const char c = static_cast<char>(byte);
    if (is_alnum(c)) out[byte] |= kHostByte | kWordByte;
  }
  mark(out, "_", kHostByte | kWordByte);
  mark(out, ".-", kHostByte);
  return out;
}

constexpr KindTable kKinds = make_kinds();

constexpr bool is(char c, unsigned kinds) {
  return (kKinds[static_cast<uint8_t>(c)] & kinds) != 0;
}

// The first '.', ':' or '@' in `text` from `from` on; text.size() if there is none.
std::size_t find_mark(std::string_view text, std::size_t from) {
  constexpr std::size_t kBlock = sizeof(__m128i);
  const __m128i dot = _mm_set1_epi8('.');
  const __m128i colon = _mm_set1_epi8(':');
  const __m128i at_sign = _mm_set1_epi8('@');
  std::size_t i = from;
  for (; i + kBlock <= text.size(); i += kBlock) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    const __m128i found =
        _mm_or_si128(_mm_cmpeq_epi8(block, dot),
                     _mm_or_si128(_mm_cmpeq_epi8(block, colon), _mm_cmpeq_epi8(block, at_sign)));
    const auto bits = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (bits != 0) return i + static_cast<std::size_t>(std::countr_zero(bits));
  }
  while (i < text.size() && text[i] != '.' && text[i] != ':' && text[i] != '@') ++i;
  return i;
}

// Whether the word around the mark at `at` may hold a link, as far as its neighbours tell.
bool promising(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || is(text[at + 1], kEnd)) return false;
  if (text[at] != ':') return true;
  if (text.substr(at).starts_with("://")) return true;
  return at > 0 && ascii_lower(text[at - 1]) == 'o';  // mailto:
}

// How long the scheme or the host's first label at the front of `text` is that tells a link; 0.
std::size_t scheme_length(std::string_view text) {
  if (istarts_with(text, "http://")) return 7;
  if (istarts_with(text, "https://")) return 8;
  if (istarts_with(text, "ftp://")) return 6;
  if (istarts_with(text, "ftp.")) return 4;
  if (!istarts_with(text, "www")) return 0;
  constexpr std::size_t kWww = 3;
  constexpr std::size_t kDigitsMax = 2;
  std::size_t i = kWww;
  while (i < text.size() && i < kWww + kDigitsMax && is_digit(text[i])) ++i;
  return i < text.size() && text[i] == '.' ? i + 1 : 0;
}

}  // namespace

bool UriTextScanner::next(FoundUri& found) {
  while (true) {
    if (find_in_word(found)) return true;
    if (!next_word()) return false;
  }
}

// The next word worth reading: at_ and word_end_ are around it.
bool UriTextScanner::next_word() {
  std::size_t mark = find_mark(text_, at_);
  while (mark < text_.size() && !promising(text_, mark)) mark = find_mark(text_, mark + 1);
  if (mark == text_.size()) {
    at_ = word_end_ = text_.size();
    return false;
  }
  std::size_t from = mark;
  while (from > at_ && !is(text_[from - 1], kEnd)) --from;
  at_ = from;
  word_end_ = mark + 1;
  while (word_end_ < text_.size() && !is(text_[word_end_], kEnd)) ++word_end_;
  return true;
}

bool UriTextScanner::find_in_word(FoundUri& found) {
  for (; at_ < word_end_; ++at_) {
    if (may_begin(at_) && match_at(at_, found)) {
      at_ += found.text.size();
      return true;
    }
  }
  return false;
}

// \b, or after a shift of ISO 2022 (ESC, "(" and one more byte), or after a delimiter.
bool UriTextScanner::may_begin(std::size_t at) const {
  const bool word = is(text_[at], kWordByte);
  if (at == 0) return word;
  const char before = text_[at - 1];
  if (word != is(before, kWordByte) || is(before, kBegin)) return true;
  return at >= 3 && text_[at - 3] == '\x1b' && text_[at - 2] == '(' && before != '\n';
}

bool UriTextScanner::match_at(std::size_t at, FoundUri& found) {
  if (match_scheme(at, found) || match_mail(at, found)) return true;
  if (at > 0 && !is(text_[at - 1], kBeginSchemeless)) return false;
  return match_schemeless(at, found);
}

void UriTextScanner::take(std::size_t from, std::size_t to, FoundKind kind, FoundUri& found) const {
  found = {.text = text_.substr(from, to - from), .kind = kind};
}

bool UriTextScanner::match_scheme(std::size_t at, FoundUri& found) const {
  const char first = ascii_lower(text_[at]);
  if (first != 'h' && first != 'w' && first != 'f') return false;
  const std::size_t scheme = scheme_length(text_.substr(at, word_end_ - at));
  if (scheme == 0) return false;
  const std::size_t rest = word_end_ - at - scheme;
  if (rest == 0 || rest > kRestBytesMax) return false;
  take(at, word_end_, FoundKind::kScheme, found);
  return true;
}

bool UriTextScanner::match_mail(std::size_t at, FoundUri& found) {
  constexpr std::string_view kMailto = "mailto:";
  if (istarts_with(text_.substr(at, word_end_ - at), kMailto) &&
      take_mail(at, at + kMailto.size(), kRestBytesMax, after_mailto_, found)) {
    return true;
  }
  const std::size_t sign = run_end(local_part_, at, kLocalEnd);
  if (sign == word_end_ || text_[sign] != '@') return false;
  if (sign == at || sign - at > kMailSideBytesMax) return false;
  return take_mail(at, sign + 1, kMailSideBytesMax, after_at_, found);
}

// A mail link from `from`, if at `rest` there is something, not too long.
bool UriTextScanner::take_mail(std::size_t from, std::size_t rest, std::size_t rest_max, Run& run,
                               FoundUri& found) {
  const std::size_t end = run_end(run, rest, kMailEnd);
  if (end == rest || end - rest > rest_max) return false;
  take(from, end, FoundKind::kMail, found);
  return true;
}

std::size_t UriTextScanner::run_end(Run& run, std::size_t from, uint8_t stops) const {
  if (from >= run.from && from <= run.to) return run.to;
  run = {.from = from, .to = from};
  while (run.to < word_end_ && !is(text_[run.to], stops)) ++run.to;
  return run.to;
}

bool UriTextScanner::match_schemeless(std::size_t at, FoundUri& found) {
  if (!is_alnum(text_[at])) return false;
  if (at < host_.from || at >= host_.to) host_ = read_host(at);
  if (!host_.good || at >= host_.dot || host_.dot - at - 1 > kHostMiddleBytesMax) return false;
  take(at, word_end_, FoundKind::kSchemeless, found);
  found.host = text_.substr(at, host_.end - at);
  return true;
}

UriTextScanner::HostRun UriTextScanner::read_host(std::size_t from) const {
  HostRun out{.from = from, .to = from};
  while (out.to < word_end_ && is(text_[out.to], kHostByte)) ++out.to;
  out.end = text_[out.to - 1] == '.' ? out.to - 1 : out.to;
  const std::string_view run = text_.substr(from, out.end - from);
  const std::size_t dot = run.rfind('.');
  if (dot == std::string_view::npos) return out;
  out.dot = from + dot;
  out.good = may_follow_host(out.to) && registry_.is_tld(run.substr(dot + 1));
  return out;
}

// A port, a path, and the word's end.
bool UriTextScanner::may_follow_host(std::size_t at) const {
  std::size_t i = at;
  if (i < word_end_ && text_[i] == ':') {
    ++i;
    while (i < word_end_ && is_digit(text_[i])) ++i;
    const std::size_t digits = i - at - 1;
    if (digits == 0 || digits > kPortDigitsMax) return false;
  }
  if (i == word_end_) return true;
  if (text_[i] != '/') return false;
  const std::size_t path = word_end_ - i - 1;
  return path > 0 && path <= kRestBytesMax;
}

}  // namespace sluice::rules
