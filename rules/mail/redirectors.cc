#include "rules/mail/redirectors.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};

using Code = std::unique_ptr<pcre2_code, FreeCode>;

struct Pattern {
  Code code;
  std::string word;  // lower case; occurs in every link that matches; empty: none is known
};

// ---- reading patterns

struct PatternText {
  std::string_view pattern = {};
  std::string_view flags = {};
};

char closing(char opening) {
  constexpr std::string_view kOpening = "{(<[";
  constexpr std::string_view kClosing = "})>]";
  const std::size_t at = kOpening.find(opening);
  return at == std::string_view::npos ? opening : kClosing[at];
}

std::optional<PatternText> split_pattern(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('/')) {
    if (text.starts_with("qr")) {
      text.remove_prefix(2);
    } else if (text.starts_with('m')) {
      text.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  if (text.empty() || is_alnum(text.front()) || text.front() == '_') return std::nullopt;
  const char end = closing(text.front());
  text.remove_prefix(1);
  const std::size_t at = text.rfind(end);
  if (at == std::string_view::npos) return std::nullopt;
  return PatternText{.pattern = text.substr(0, at), .flags = text.substr(at + 1)};
}

Code compile(const PatternText& text) {
  // A callout before each item lets us count what a search costs.
  uint32_t options = PCRE2_AUTO_CALLOUT | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
  for (const char flag : text.flags) {
    if (flag == 'i') options |= PCRE2_CASELESS;
    if (flag == 'm') options |= PCRE2_MULTILINE;
    if (flag == 's') options |= PCRE2_DOTALL;
    if (flag == 'x') options |= PCRE2_EXTENDED;
  }
  int fault = 0;
  PCRE2_SIZE offset = 0;
  return Code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.pattern.data()), text.pattern.size(),
                            options, &fault, &offset, nullptr));
}

// ---- the word that a pattern must have

constexpr std::size_t kWordBytesMin = 4;  // shorter ones occur nearly everywhere

// Escapes with letters that nothing belongs to but the letter.
constexpr std::string_view kShortEscapes = "bBdDsSwWAzZntrfhHvV";

// Reads a pattern from the left, outside of all groups and sets, and keeps the longest row of plain
// characters that must occur. What it does not understand ends a row.
class WordFinder {
 public:
  explicit WordFinder(std::string_view pattern) : text_(pattern) {}

  std::string find() {
    while (at_ < text_.size()) {
      if (text_[at_] == '|' && depth_ == 0) return {};
      step();
      if (opaque_) return {};
    }
    keep();
    return best_.size() >= kWordBytesMin ? best_ : std::string();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\\') return escape();
    if (c == '[') return pass_set();
    ++at_;
    if (c == '(') ++depth_;
    if (c == ')') --depth_;
    if (depth_ > 0 || c == '(' || c == ')' || c == '.' || c == '^' || c == '$') return keep();
    if (c == '?' || c == '*' || c == '{') return drop_last();
    if (c == '+' || c == '}') return keep();
    add(c);
  }

  void escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\\';
    at_ += 2;
    if (is_alnum(c) && kShortEscapes.find(c) == std::string_view::npos) opaque_ = true;
    if (depth_ > 0 || is_alnum(c)) return keep();
    add(c);
  }

  void pass_set() {
    keep();
    at_ += at_ + 1 < text_.size() && text_[at_ + 1] == '^' ? 3U : 2U;  // a first ] is no end
    while (at_ < text_.size() && text_[at_] != ']') at_ += text_[at_] == '\\' ? 2U : 1U;
    ++at_;
  }

  void add(char c) { row_ += ascii_lower(c); }

  // The last character may occur several times or never.
  void drop_last() {
    if (!row_.empty()) row_.pop_back();
    keep();
    if (text_[at_ - 1] == '{') at_ = std::min(text_.find('}', at_), text_.size());
  }

  void keep() {
    if (row_.size() > best_.size()) best_ = row_;
    row_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool opaque_ = false;
  std::string row_;
  std::string best_;
};

// ---- matching

int on_step(pcre2_callout_block* /*at*/, void* work) {
  auto& left = static_cast<RedirectorWork*>(work)->steps_left;
  return --left > 0 ? 0 : PCRE2_ERROR_CALLOUT;
}

// What a search needs, made once for each thread.
class Matcher {
 public:
  Matcher() : context_(pcre2_match_context_create(nullptr)), data_(nullptr) {
    constexpr uint32_t kGroups = 2;  // the whole match and the target
    data_ = pcre2_match_data_create(kGroups, nullptr);
    SLUICE_ASSERT(context_ != nullptr && data_ != nullptr);
    pcre2_set_match_limit(context_, limits::kPcre2MatchLimit);
    pcre2_set_depth_limit(context_, limits::kPcre2DepthLimit);
    pcre2_set_heap_limit(context_, limits::kPcre2HeapKib);
  }

  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  ~Matcher() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
  }

  // What the first group holds; empty if there is no match.
  std::string_view group(const pcre2_code& code, std::string_view text, RedirectorWork& work) {
    pcre2_set_callout(context_, on_step, &work);
    const int found = pcre2_match(&code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                                  0, data_, context_);
    if (found < 0 || found == 1) return {};
    const PCRE2_SIZE* const at = pcre2_get_ovector_pointer(data_);
    if (at[2] == PCRE2_UNSET || at[2] > at[3]) return {};
    return text.substr(at[2], at[3] - at[2]);
  }

 private:
  pcre2_match_context* context_;
  pcre2_match_data* data_;
};

Matcher& matcher() {
  thread_local Matcher out;
  return out;
}

// What occurs in many links and tells nothing.
constexpr std::string_view kCommon = "https://www. http://www. .com/ .net/ .org/ .html .php?";

// A bit for each pattern; where there are more, several share one.
using PatternMask = uint64_t;

constexpr PatternMask mask_of(std::size_t pattern) {
  return PatternMask{1} << (pattern % 64);
}

// Four bytes of each word: one pass over a text tells which words may occur in it.
class WordPieces {
 public:
  void add(std::string_view word, std::size_t pattern) {
    std::size_t at = 0;
    while (at + kWordBytesMin < word.size() &&
           kCommon.find(word.substr(at, kWordBytesMin)) != std::string_view::npos) {
      ++at;
    }
    uint32_t window = 0;
    for (const char c : word.substr(at, kWordBytesMin)) window = shifted(window, c);
    seen_.set(slot(window));
    pieces_.push_back({window, mask_of(pattern)});
  }

  // Of which patterns the words may occur in `text`.
  [[nodiscard]] PatternMask occurring(std::string_view text) const {
    PatternMask out = 0;
    uint32_t window = 0;
    for (const char c : text) {
      window = shifted(window, c);
      if (seen_[slot(window)]) out |= patterns_at(window);
    }
    return out;
  }

 private:
  struct Piece {
    uint32_t window = 0;
    PatternMask patterns = 0;
  };

  [[nodiscard]] PatternMask patterns_at(uint32_t window) const {
    PatternMask out = 0;
    for (const Piece& piece : pieces_) out |= piece.window == window ? piece.patterns : 0;
    return out;
  }

  static constexpr unsigned kSlotBits = 12;

  // Bit 5 makes letters lower case; it makes some other bytes alike, which costs a look more.
  static uint32_t shifted(uint32_t window, char c) {
    return window << 8U | static_cast<uint8_t>(static_cast<uint8_t>(c) | 0x20U);
  }

  static std::size_t slot(uint32_t window) {
    constexpr uint32_t kSpread = 2'654'435'761U;  // Knuth's multiplier
    return (window * kSpread) >> (32U - kSlotBits);
  }

  std::bitset<1U << kSlotBits> seen_;
  std::vector<Piece> pieces_;
};

}  // namespace

struct Redirectors::Table {
  std::vector<Pattern> patterns;
  WordPieces pieces;
  PatternMask always = 0;  // patterns without a word
  std::size_t faulty = 0;
};

Redirectors::Redirectors(std::span<const std::string> patterns) {
  auto table = std::make_unique<Table>();
  for (const std::string& written : patterns) {
    const std::optional<PatternText> text = split_pattern(written);
    Code code = text.has_value() ? compile(*text) : nullptr;
    if (code == nullptr) {
      ++table->faulty;
      continue;
    }
    // Blanks and comments of /x would look like words.
    const bool plain = text->flags.find('x') == std::string_view::npos;
    std::string word = plain ? WordFinder(text->pattern).find() : std::string();
    const std::size_t number = table->patterns.size();
    if (word.empty()) {
      table->always |= mask_of(number);
    } else {
      table->pieces.add(word, number);
    }
    table->patterns.push_back({std::move(code), std::move(word)});
  }
  table_ = std::move(table);
}

Redirectors::Redirectors(Redirectors&&) noexcept = default;
Redirectors& Redirectors::operator=(Redirectors&&) noexcept = default;
Redirectors::~Redirectors() = default;

std::optional<std::string_view> Redirectors::target(std::string_view uri,
                                                    RedirectorWork& work) const {
  const PatternMask wanted = table_->always | table_->pieces.occurring(uri);
  if (wanted == 0) return std::nullopt;
  for (std::size_t i = 0; i < table_->patterns.size(); ++i) {
    if ((wanted & mask_of(i)) == 0) continue;
    const Pattern& pattern = table_->patterns[i];
    if (work.steps_left <= 0) return std::nullopt;
    if (!pattern.word.empty() && ifind(uri, pattern.word) == std::string_view::npos) continue;
    const std::string_view found = matcher().group(*pattern.code, uri, work);
    if (found.find('.') != std::string_view::npos) return found;
  }
  return std::nullopt;
}

std::size_t Redirectors::faulty() const {
  return table_->faulty;
}

}  // namespace sluice::rules
