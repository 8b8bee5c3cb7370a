#include "rules/evals/eval_pattern.h"

#include <algorithm>
#include <array>
#include <cstdint>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/re2.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/byte_scan.h"

namespace sluice::rules {

namespace {

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() != nullptr ? text.data() : "");
}

// What PCRE2 works in, one for each thread.
class MatchSpace {
 public:
  MatchSpace()
      : context_(pcre2_match_context_create(nullptr)), data_(pcre2_match_data_create(1, nullptr)) {
    SLUICE_ASSERT(context_ != nullptr && data_ != nullptr);
    pcre2_set_match_limit(context_, limits::kPcre2MatchLimit);
    pcre2_set_depth_limit(context_, limits::kPcre2DepthLimit);
    pcre2_set_heap_limit(context_, limits::kPcre2HeapKib);
  }

  MatchSpace(const MatchSpace&) = delete;
  MatchSpace& operator=(const MatchSpace&) = delete;

  ~MatchSpace() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
  }

  // `utf8`: the text is known to be valid, and the code is for such.
  bool matches(const pcre2_code* code, std::string_view text, bool utf8) {
    const uint32_t options = utf8 ? PCRE2_NO_UTF_CHECK : 0;
    return pcre2_match(code, bytes_of(text), text.size(), 0, options, data_, context_) >= 0;
  }

 private:
  pcre2_match_context* context_;
  pcre2_match_data* data_;
};

struct PatternText {
  std::string pattern = {};
  std::string flags = {};
};

char closing_of(char open) {
  switch (open) {
    case '{':
      return '}';
    case '(':
      return ')';
    case '<':
      return '>';
    case '[':
      return ']';
    default:
      return open;
  }
}

// Whether `close` stands in `pattern` without a backslash before it.
bool has_unquoted(std::string_view pattern, char close) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == close) {
      return true;
    }
  }
  return false;
}

// Takes the delimiters and flags off: /.../i, m{...}, qr!...!.
bool split(std::string_view text, PatternText& out, std::string& fault) {
  fault = "a pattern is written /.../ or m{...}";
  if (text.starts_with("qr")) {
    text.remove_prefix(2);
  } else if (text.starts_with('m')) {
    text.remove_prefix(1);
  } else if (!text.starts_with('/')) {
    return false;
  }
  if (text.empty() || is_alnum(text[0]) || text[0] == '_' || text[0] == '\\') return false;
  const char close = closing_of(text[0]);
  const std::size_t end = text.rfind(close);
  if (end == 0) return false;
  out.pattern = text.substr(1, end - 1);
  if (close == text[0] && has_unquoted(out.pattern, close)) return false;
  constexpr std::string_view kUnicodeFlags = "adlup";  // what they mean is so already
  for (const char c : text.substr(end + 1)) {
    if (kUnicodeFlags.find(c) == std::string_view::npos) out.flags += c;
  }
  fault.clear();
  return true;
}

// In Perl the bytes of a rule file are characters of Latin-1.
std::string utf8_of_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0U | byte >> 6U);
    out += byte < 0x80 ? c : static_cast<char>(0x80U | (byte & 0x3FU));
  }
  return out;
}

// Plain text at the front of a pattern, which each match begins with.
std::string literal_of(const PatternText& text) {
  constexpr std::string_view kMeta = "\\^$.|?*+()[]{}";
  const std::string_view pattern = text.pattern;
  if (!text.flags.empty() || pattern.find('|') != std::string_view::npos) return {};
  std::size_t end = std::min(pattern.find_first_of(kMeta), pattern.size());
  end = std::min(end, ascii_length(pattern));
  const bool repeated =
      end < pattern.size() && std::string_view("?*+{").find(pattern[end]) != std::string_view::npos;
  return std::string(pattern.substr(0, repeated && end > 0 ? end - 1 : end));
}

pcre2_code* compile_pcre2(const std::string& pattern, bool utf8, std::string& fault) {
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* out = pcre2_compile(bytes_of(pattern), pattern.size(), utf8 ? PCRE2_UTF : 0, &code,
                                  &offset, nullptr);
  if (out != nullptr) return out;
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  fault = reinterpret_cast<const char*>(text.data());
  return nullptr;
}

// Whether RE2, if it takes the pattern at all, means the same by it. "$" and most letters behind a
// backslash it reads otherwise.
bool means_same_in_re2(std::string_view pattern) {
  constexpr std::string_view kSameLetters = "dDwWbB";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '$') return false;
    if (pattern[i] != '\\') continue;
    ++i;
    if (i == pattern.size()) return false;
    const bool letter = is_alnum(pattern[i]) || static_cast<uint8_t>(pattern[i]) >= 0x80;
    if (letter && kSameLetters.find(pattern[i]) == std::string_view::npos) return false;
  }
  return pattern.find("[[") == std::string_view::npos;
}

std::unique_ptr<const re2::RE2> compile_re2(const std::string& pattern, bool utf8) {
  constexpr int64_t kMemoryBytes = 1 << 20;
  if (!means_same_in_re2(pattern)) return nullptr;
  re2::RE2::Options options(utf8 ? re2::RE2::DefaultOptions : re2::RE2::Latin1);
  options.set_log_errors(false);
  options.set_max_mem(kMemoryBytes);
  auto out = std::make_unique<const re2::RE2>(pattern, options);
  if (!out->ok()) out.reset();
  return out;
}

}  // namespace

void EvalPattern::FreeCode::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

std::unique_ptr<const EvalPattern> EvalPattern::compile(std::string_view text, Form form,
                                                        std::string& fault) {
  PatternText parts = {.pattern = std::string(text)};
  if (form == kDelimited && !split(text, parts, fault)) return nullptr;
  const std::string flags = parts.flags.empty() ? "" : "(?" + parts.flags + ")";
  auto out = std::make_unique<EvalPattern>();
  if (!compile_code(flags + utf8_of_latin1(parts.pattern), true, out->utf8_code_, fault) ||
      !compile_code(flags + parts.pattern, false, out->latin1_code_, fault)) {
    return nullptr;
  }
  out->literal_ = literal_of(parts);
  return out;
}

EvalPattern::EvalPattern() = default;
EvalPattern::~EvalPattern() = default;

bool EvalPattern::compile_code(const std::string& pattern, bool utf8, Code& out,
                               std::string& fault) {
  out.pcre2.reset(compile_pcre2(pattern, utf8, fault));
  if (out.pcre2 == nullptr) return false;
  out.re2 = compile_re2(pattern, utf8);
  return true;
}

bool EvalPattern::matches(const Code& code, std::string_view text, bool utf8) {
  thread_local MatchSpace space;
  if (code.re2 == nullptr) return space.matches(code.pcre2.get(), text, utf8);
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *code.re2);
}

bool EvalPattern::matches(std::string_view text) const {
  if (text.find(literal_) == std::string_view::npos) return false;
  return mime::valid_utf8(text) ? matches(utf8_code_, text, true)
                                : matches(latin1_code_, text, false);
}

}  // namespace sluice::rules
