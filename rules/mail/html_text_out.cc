#include "rules/mail/html_text_out.h"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/assert.h"
#include "base/text.h"
#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

// U+00C2 U+00A0: a no-break space of UTF-8 read as Latin-1.
constexpr std::string_view kLatinNbsp = "\xc3\x82\xc2\xa0";

bool is_plain(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\xc3') return at + 1 >= text.size() || text[at + 1] != '\x82';
  return !is_space(c) || (c == ' ' && at + 1 < text.size() && !is_space(text[at + 1]));
}

// Where the bytes from `at` on end that are copied as they are.
std::size_t plain_end(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  const auto load = [](const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  // Control characters are looked at one by one: signed compare takes \x09 to \x0d and no UTF-8.
  const auto control = [](__m128i v) {
    return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(8)), _mm_cmplt_epi8(v, _mm_set1_epi8(14)));
  };
  for (; at + 17 <= text.size(); at += 16) {
    const __m128i v = load(text.data() + at);
    const __m128i next = load(text.data() + at + 1);
    const __m128i blank = _mm_set1_epi8(' ');
    const __m128i next_space = _mm_or_si128(_mm_cmpeq_epi8(next, blank), control(next));
    const __m128i two = _mm_and_si128(_mm_cmpeq_epi8(v, blank), next_space);
    const __m128i nbsp = _mm_and_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\xc3')),
                                       _mm_cmpeq_epi8(next, _mm_set1_epi8('\x82')));
    const auto mask =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(control(v), two), nbsp)));
    if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  while (at < text.size() && is_plain(text, at)) ++at;
  return at;
}

std::size_t spaces_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Letters, digits, and all that is neither blank nor ASCII punctuation.
bool is_word_like(char32_t c, bool wide) {
  if (c < 0x80) {
    const auto byte = static_cast<char>(c);
    return is_alnum(byte) || (!is_space(byte) && (c < 0x21 || c == 0x7f));
  }
  return !is_perl_space(c, wide);
}

constexpr std::size_t kHairMax = 7;

// Up to seven word-like characters at the end, from where a word begins or ends; 0 if none.
std::size_t hair_at_end(std::string_view text, bool wide) {
  std::size_t at = text.size();
  std::size_t found = 0;
  PerlChar c = char_before(text, at);
  for (std::size_t letters = 1; letters <= kHairMax; ++letters) {
    if (c.bytes == 0 || !is_word_like(c.code, wide)) break;
    at -= c.bytes;
    const PerlChar before = char_before(text, at);
    const bool word_before = before.bytes > 0 && is_perl_word(before.code, wide);
    if (word_before != is_perl_word(c.code, wide)) found = letters;
    c = before;
  }
  return found;
}

// The same at the front.
std::size_t hair_at_front(std::string_view text, bool wide) {
  std::size_t at = 0;
  std::size_t found = 0;
  PerlChar c = char_at(text, at);
  for (std::size_t letters = 1; letters <= kHairMax; ++letters) {
    if (c.bytes == 0 || !is_word_like(c.code, wide)) break;
    at += c.bytes;
    const PerlChar after = char_at(text, at);
    const bool word_after = after.bytes > 0 && is_perl_word(after.code, wide);
    if (word_after != is_perl_word(c.code, wide)) found = letters;
    c = after;
  }
  return found;
}

// Writes `text` with rows of blanks made one; gives its length. `out` has room for all of it.
std::size_t write_squeezed(std::string_view text, char* out) {
  if (text.size() == 1) {
    *out = is_space(text[0]) ? ' ' : text[0];
    return 1;
  }
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = plain_end(text, at);
    std::memcpy(out + used, text.data() + at, end - at);
    used += end - at;
    at = end;
    if (at == text.size()) break;
    if (is_space(text[at])) {
      out[used++] = ' ';
      at = spaces_end(text, at);
    } else if (text.substr(at).starts_with(kLatinNbsp)) {
      out[used++] = ' ';
      at += kLatinNbsp.size();
    } else {
      out[used++] = text[at++];
      out[used++] = text[at++];
    }
  }
  return used;
}

}  // namespace

bool has_ink(const HtmlText& text) {
  std::string_view rest = text.text;
  while (true) {
    rest.remove_prefix(spaces_end(rest, 0));
    if (!rest.starts_with(kLatinNbsp)) return !rest.empty();
    rest.remove_prefix(kLatinNbsp.size());
  }
}

HtmlTextOut::HtmlTextOut(std::size_t room_bytes, Arena& arena)
    : arena_(arena), room_(arena.take(room_bytes)), hidden_(&arena) {}

void HtmlTextOut::begin_piece(Last kind) {
  last_ = kind;
  last_begin_ = used_;
}

std::string_view HtmlTextOut::last_piece() const {
  return {room_.data() + last_begin_, used_ - last_begin_};
}

void HtmlTextOut::put_blank(std::string_view blank) {
  if (last_ == Last::kText && last_piece().ends_with(' ')) --used_;
  begin_piece(Last::kBlank);
  last_wide_ = false;
  SLUICE_ASSERT(room_.size() - used_ >= blank.size());
  std::memcpy(room_.data() + used_, blank.data(), blank.size());
  used_ += blank.size();
}

void HtmlTextOut::put_text(const HtmlText& text, bool hidden) {
  const bool trim = !hidden && last_ == Last::kBlank;
  begin_piece(hidden ? Last::kHiddenText : Last::kText);
  last_wide_ = text.wide;
  (hidden ? hidden_wide_ : seen_wide_) |= text.wide;
  SLUICE_ASSERT(room_.size() - used_ >= text.text.size());
  char* const out = room_.data() + used_;
  std::size_t length = write_squeezed(text.text, out);
  if (trim && length > 0 && out[0] == ' ') std::memmove(out, out + 1, --length);
  used_ += length;
  if (hidden) hide_last();
}

void HtmlTextOut::hide_last() {
  if (used_ == last_begin_) return;
  if (!hidden_.empty() && hidden_.back().second == last_begin_) {
    hidden_.back().second = used_;
  } else {
    hidden_.emplace_back(last_begin_, used_);
  }
}

void HtmlTextOut::note_cut_words(const HtmlText& text) {
  if (last_ == Last::kNothing) return;
  const std::string_view last = last_piece();
  const PerlChar end = char_before(last, last.size());
  if (end.bytes == 0 || !is_word_like(end.code, last_wide_)) return;
  const PerlChar begin = char_at(text.text, 0);
  if (begin.bytes == 0 || !is_word_like(begin.code, text.wide)) return;
  ++cut_words_;
  const std::size_t before = hair_at_end(last, last_wide_);
  const std::size_t after = before == 0 ? 0 : hair_at_front(text.text, text.wide);
  if (after > 0) backhair_ |= uint64_t{1} << (8 * before + after);
}

std::string_view HtmlTextOut::without_hidden() {
  const std::span<char> room = arena_.take(used_);
  std::size_t out = 0;
  std::size_t from = 0;
  const auto keep_to = [&](std::size_t to) {
    if (to > from) std::memcpy(room.data() + out, room_.data() + from, to - from);
    out += to - from;
  };
  for (const auto& [begin, end] : hidden_) {
    keep_to(begin);
    from = end;
  }
  keep_to(used_);
  arena_.trim(room, out);
  return {room.data(), out};
}

std::string_view HtmlTextOut::only_hidden() {
  std::size_t bytes = 0;
  for (const auto& [begin, end] : hidden_) bytes += end - begin;
  const std::span<char> room = arena_.take(bytes);
  auto* out = room.data();
  for (const auto& [begin, end] : hidden_) {
    out = std::copy(room_.data() + begin, room_.data() + end, out);
  }
  return {room.data(), bytes};
}

void HtmlTextOut::finish(RenderedHtml& out) {
  arena_.trim(room_, used_);
  out.rendered = {room_.data(), used_};
  out.rendered_wide = seen_wide_ || hidden_wide_;
  out.visible_wide = seen_wide_;
  out.invisible_wide = hidden_wide_;
  out.visible = hidden_.empty() ? out.rendered : without_hidden();
  out.invisible = hidden_.empty() ? std::string_view{} : only_hidden();
}

}  // namespace sluice::rules
