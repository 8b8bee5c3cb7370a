#include "rules/mail/html_prepare.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "rules/mail/perl_chars.h"

namespace sluice::rules {

namespace {

constexpr std::string_view kNbsp = "&nbsp;";

// Whether something to change may begin with these two bytes: "&n", "/>", the front of a quote.
bool may_begin(char first, char second) {
  return (first == '&' && second == 'n') || (first == '/' && second == '>') ||
         (first == '\xe2' && second == '\x80');
}

#if defined(__SSE2__)
// The same for sixteen places at once; seventeen bytes are read.
unsigned may_begin_mask(const char* s) {
  const auto load = [](const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  const __m128i first = load(s);
  const __m128i second = load(s + 1);
  const auto pair = [&](char a, char b) {
    return _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8(a)),
                         _mm_cmpeq_epi8(second, _mm_set1_epi8(b)));
  };
  const __m128i any =
      _mm_or_si128(_mm_or_si128(pair('&', 'n'), pair('/', '>')), pair('\xe2', '\x80'));
  return static_cast<unsigned>(_mm_movemask_epi8(any));
}
#endif

std::size_t find_candidate(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  for (; at + 17 <= text.size(); at += 16) {
    const unsigned mask = may_begin_mask(text.data() + at);
    if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  while (at + 1 < text.size() && !may_begin(text[at], text[at + 1])) ++at;
  return at + 1 < text.size() ? at : text.size();
}

class HtmlPreparer {
 public:
  HtmlPreparer(std::string_view text, bool wide, Arena& arena)
      : text_(text), arena_(arena), wide_(wide) {}

  std::string_view run() {
    for (std::size_t at = find_candidate(text_, 0); at < text_.size();
         at = find_candidate(text_, at)) {
      at = change(at);
    }
    if (room_.empty()) return text_;
    keep_to(text_.size());
    arena_.trim(room_, used_);
    return {room_.data(), used_};
  }

 private:
  // Changes what begins at `at`, if it is to be changed; gives where to go on.
  std::size_t change(std::size_t at) {
    if (text_[at] == '&') {
      if (text_.substr(at, kNbsp.size()) != kNbsp) return at + 1;
      replace(at, at + kNbsp.size(), ' ');
      return at + kNbsp.size();
    }
    if (text_[at] == '/') {
      const std::size_t name_end = end_of_name_before(at);
      if (name_end > 0) replace_with_nothing(name_end, at + 1);
      return at + 2;
    }
    const std::string_view quote = text_.substr(at, 3);
    if (!wide_ || (quote != "\xe2\x80\x9c" && quote != "\xe2\x80\x9d")) return at + 1;
    replace(at, at + 3, '"');
    return at + 3;
  }

  // Of "<name  " before `at`; 0 if that does not stand there.
  [[nodiscard]] std::size_t end_of_name_before(std::size_t at) const {
    const std::size_t name_end = begin_of_blanks(at);
    std::size_t begin = name_end;
    while (begin > 0) {
      const PerlChar last = char_before(text_, begin);
      if (!is_perl_word(last.code, wide_)) break;
      begin -= last.bytes;
    }
    return begin < name_end && begin > 0 && text_[begin - 1] == '<' ? name_end : 0;
  }

  // Of a row of \s and "&nbsp;" that ends at `to`.
  [[nodiscard]] std::size_t begin_of_blanks(std::size_t to) const {
    while (true) {
      const std::size_t begin = space_begin(text_, to, wide_);
      if (!text_.substr(0, begin).ends_with(kNbsp)) return begin;
      to = begin - kNbsp.size();
    }
  }

  void replace(std::size_t from, std::size_t to, char with) {
    keep_to(from);
    room_[used_++] = with;
    kept_ = to;
  }

  // What was written of [from, to) is taken back.
  void replace_with_nothing(std::size_t from, std::size_t to) {
    if (from < kept_) {
      used_ -= trailing_blanks();
    } else {
      keep_to(from);
    }
    kept_ = to;
  }

  // Of what is written: all of it follows a name.
  [[nodiscard]] std::size_t trailing_blanks() const {
    const std::string_view written(room_.data(), used_);
    return used_ - space_begin(written, used_, wide_);
  }

  void keep_to(std::size_t to) {
    if (room_.empty()) room_ = arena_.take(text_.size());
    const std::size_t length = to - kept_;
    if (length > 0) std::memcpy(room_.data() + used_, text_.data() + kept_, length);
    used_ += length;
    kept_ = to;
  }

  std::string_view text_;
  Arena& arena_;
  std::span<char> room_;
  std::size_t used_ = 0;  // of the room
  std::size_t kept_ = 0;  // of the text: what stands before is written or left out
  bool wide_;
};

}  // namespace

std::string_view prepare_html(std::string_view text, bool wide, Arena& arena) {
  return HtmlPreparer(text, wide, arena).run();
}

}  // namespace sluice::rules
