// URLs in running text. One pass looks for the two bytes that every URL has, ':' and '.', and only
// there looks closer; what was looked at is never looked at again, so time is linear.

#include <algorithm>
#include <bit>
#include <cstddef>

#include <emmintrin.h>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/render.h"

namespace sluice::mime {
namespace {

// The next ':' or '.' at or after `at`; text.size() if there is none.
std::size_t next_mark(std::string_view text, std::size_t at) {
  const __m128i colon = _mm_set1_epi8(':');
  const __m128i dot = _mm_set1_epi8('.');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, colon), _mm_cmpeq_epi8(block, dot));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (at < text.size() && text[at] != ':' && text[at] != '.') ++at;
  return at;
}

bool ends_url(char c) {
  return static_cast<uint8_t>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == '`' ||
         c == '{' || c == '}' || c == '|' || c == '^' || c == 0x7F;
}

bool host_byte(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || (c & 0x80) != 0;
}

// Sentence punctuation behind a URL is not part of it, nor is a bracket that it did not open.
std::string_view without_trailing(std::string_view url) {
  constexpr std::string_view kPunctuation = ".,;:!?'*";
  int open_round = 0;
  int open_square = 0;
  for (const char c : url) {
    open_round += c == '(' ? 1 : c == ')' ? -1 : 0;
    open_square += c == '[' ? 1 : c == ']' ? -1 : 0;
  }
  while (!url.empty()) {
    const char c = url.back();
    if (c == ')' && open_round < 0) {
      ++open_round;
    } else if (c == ']' && open_square < 0) {
      ++open_square;
    } else if (kPunctuation.find(c) == std::string_view::npos) {
      break;
    }
    url.remove_suffix(1);
  }
  return url;
}

class UrlFinder {
 public:
  UrlFinder(std::string_view text, UrlSource source, RenderTarget target)
      : text_(text), source_(source), target_(target) {}

  void run() {
    while (true) {
      const std::size_t mark = next_mark(text_, std::max(at_, done_));
      if (mark >= text_.size()) return;
      at_ = mark + 1;
      if (text_[mark] == ':') {
        at_colon(mark);
      } else if (at_ < text_.size() && host_byte(text_[at_])) {
        at_dot(mark);
      }
    }
  }

 private:
  // Where the URL that contains `from` ends.
  [[nodiscard]] std::size_t end_of(std::size_t from) const {
    while (from < text_.size() && !ends_url(text_[from])) ++from;
    return from;
  }

  void take(std::size_t begin, std::size_t end) {
    done_ = end;
    const std::string_view url = without_trailing(text_.substr(begin, end - begin));
    target_.urls.add(url, source_, target_.part, target_.defects);
  }

  // `scheme` (with its colon) ends behind the mark, and no letter stands before it.
  [[nodiscard]] bool scheme_before(std::size_t mark, std::string_view scheme) const {
    const std::size_t size = scheme.size() - 1;
    if (mark < done_ + size || !iequals(text_.substr(mark - size, size + 1), scheme)) return false;
    return mark == size || !is_alnum(text_[mark - size - 1]);
  }

  void at_colon(std::size_t mark) {
    for (const std::string_view scheme : {"http:", "https:", "ftp:"}) {
      if (!scheme_before(mark, scheme)) continue;
      const std::string_view after = text_.substr(mark + 1, 2);
      if (after == "//" || after == "\\\\") take(mark + 1 - scheme.size(), end_of(mark));
      return;
    }
    if (scheme_before(mark, "mailto:")) take(mark - 6, end_of(mark));
  }

  // A host without a scheme: everything around the dot that can stand in one.
  void at_dot(std::size_t mark) {
    std::size_t begin = mark;
    while (begin > done_ && host_byte(text_[begin - 1])) --begin;
    std::size_t end = mark;
    while (end < text_.size() && host_byte(text_[end])) ++end;
    const bool in_address = (begin > 0 && (text_[begin - 1] == '@' || text_[begin - 1] == '/')) ||
                            (end < text_.size() && text_[end] == '@');
    const std::string_view host = text_.substr(begin, end - begin);
    // A colon behind may be the one of "http://user.name:..."; a scheme is found at its own colon.
    done_ = end;
    if (in_address || host.size() > limits::kUrlBytesMax) return;
    const bool path = end < text_.size() && text_[end] == '/';
    const bool www = istarts_with(host, "www.") && host.find('.', 4) != std::string_view::npos;
    if (www || (path && !target_.urls.full() && has_known_tld(host)))
      take_host(begin, path ? end_of(end) : end);
  }

  void take_host(std::size_t begin, std::size_t end) {
    done_ = end;
    constexpr std::string_view kScheme = "http://";
    const std::string_view host = without_trailing(text_.substr(begin, end - begin));
    const auto url = target_.arena.take(kScheme.size() + host.size());
    std::copy(kScheme.begin(), kScheme.end(), url.begin());
    std::copy(host.begin(), host.end(), url.begin() + kScheme.size());
    target_.urls.add({url.data(), url.size()}, source_, target_.part, target_.defects);
  }

  std::string_view text_;
  UrlSource source_;
  RenderTarget target_;
  std::size_t at_ = 0;    // where to look next
  std::size_t done_ = 0;  // before it everything has been taken
};

}  // namespace

void find_urls(std::string_view text, UrlSource source, RenderTarget target) {
  UrlFinder(text, source, target).run();
}

}  // namespace sluice::mime
