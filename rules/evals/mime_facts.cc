#include "rules/evals/mime_facts.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <re2/re2.h>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/locales.h"
#include "rules/evals/part_search.h"
#include "rules/mail/content_type.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

// What the fields of one part say.
struct PartFields {
  ContentType type = {};
  std::string_view encoding = {};     // lower case, without the newline
  std::string_view disposition = {};  // as `encoding`
  std::string_view charset = {};      // lower case; empty as well where it is "0"

  [[nodiscard]] bool attached() const { return disposition.find("attachment") != kNone; }
};

std::string_view lower(std::string_view text, Arena& arena) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return text;
  }
  const std::span<char> out = arena.take(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
  return {out.data(), out.size()};
}

std::string_view lower_field(const MailPart& part, std::string_view name, Arena& arena) {
  std::string_view text = last_field_of(part, name).value_or("");
  if (text.ends_with('\n')) text.remove_suffix(1);
  return lower(text, arena);
}

PartFields read_fields(const MailPart& part, Arena& arena) {
  PartFields out;
  out.type = read_content_type(last_field_of(part, "content-type").value_or(""), arena);
  out.encoding = lower_field(part, "content-transfer-encoding", arena);
  out.disposition = lower_field(part, "content-disposition", arena);
  out.charset = lower(out.type.charset, arena);
  if (out.charset == "0") out.charset = {};
  return out;
}

// ---- fields

bool is_ascii_charset(std::string_view charset) {
  constexpr std::array<std::string_view, 8> kNames = {
      "us",    "ascii",  "ansi_x3.4-1968", "ansi_x3.4-1986",
      "cp367", "ibm367", "iso-ir-6",       "iso_646.irv:1991"};
  return charset.empty() || std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
           return charset.find(name) != kNone;
         });
}

// An "iso-x-y" that there is not.
bool is_bad_iso(std::string_view charset) {
  static const re2::RE2 kIso(R"((?i)iso-[^\t-\r ]+-[^\t-\r ]+\b)", re2::RE2::Latin1);
  static const re2::RE2 kKnown(R"(iso-(?:8859-\d{1,2}|2022-(?:jp|kr))\b)", re2::RE2::Latin1);
  if (charset.find("iso-") == kNone) return false;
  const re2::StringPiece text(charset.data(), charset.size());
  return re2::RE2::PartialMatch(text, kIso) && !re2::RE2::PartialMatch(text, kKnown);
}

void judge_charset(std::string_view charset, const LocaleSettings& locales,
                   MimeEvalState::Facts& facts) {
  facts.bad_iso_charset = facts.bad_iso_charset || is_bad_iso(charset);
  if (std::none_of(charset.begin(), charset.end(), is_alpha)) return;
  facts.charset_named = true;
  for_each_word(charset, [&facts](std::string_view word) {
    facts.charset_likely_to_fp = facts.charset_likely_to_fp || is_charset_likely_to_fp(word);
  });
  if (!locales.all && !is_charset_ok(charset, locales)) {
    facts.faraway_charset = true;
  }
}

void judge_fields(const PartFields& part, const LocaleSettings& locales,
                  MimeEvalState::Facts& facts) {
  const bool base64 = part.encoding.find("base64") != kNone;
  const bool text = part.type.type.starts_with("text");
  facts.alternative = facts.alternative || part.type.type == "multipart/alternative";
  facts.body_html_count += part.type.type == "text/html" ? 1U : 0U;
  facts.body_text_count += text && part.type.type != "text/html" ? 1U : 0U;
  facts.base64_count += base64 ? 1U : 0U;
  facts.qp_count += !base64 && part.encoding.find("quoted-printable") != kNone ? 1U : 0U;
  facts.attachments += part.attached() ? 1U : 0U;
  if (text && base64 && is_ascii_charset(part.charset) &&
      !part.disposition.starts_with("attachment") && !part.disposition.starts_with("inline")) {
    facts.base64_encoded_text = true;
  }
  judge_charset(part.charset, locales, facts);
}

// ---- lines

template <typename Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t bytes = newline == kNone ? text.size() : newline + 1;
    visit(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

struct QuotedPrintable {
  std::size_t bytes = 0;
  std::size_t encoded = 0;  // bytes that need not have been encoded do not count
};

constexpr bool is_upper_hex(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F');
}

// Whether =XY is a byte of ASCII that ordinary text has.
constexpr bool is_plain_escape(char high, char low) {
  switch (high) {
    case '0':
      return low == '9';
    case '3':
      return low == '0' || low == '9' || low == 'A' || low == 'B' || low == 'C' || low == 'E' ||
             low == 'F';
    case '2':
    case '4':
    case '5':
    case '6':
      return is_upper_hex(low);
    case '7':
      return is_upper_hex(low) && low != 'F';
    default:
      return false;
  }
}

// Blanks and tabs at the end of a line may be encoded; how many are.
std::size_t encoded_blanks_at_end(std::string_view line) {
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  std::size_t count = 0;
  for (; line.ends_with("=20") || line.ends_with("=09"); line.remove_suffix(3)) ++count;
  return count;
}

std::size_t count_escapes(std::string_view line) {
  std::size_t count = 0;
  for (std::size_t at = line.find('='); at != kNone && at + 2 < line.size();) {
    const bool plain = is_plain_escape(line[at + 1], line[at + 2]);
    count += plain ? 1 : 0;
    at = line.find('=', at + (plain ? 3 : 1));
  }
  return count == 0 ? 0 : count - std::min(count, encoded_blanks_at_end(line));
}

void read_quoted_printable(std::string_view raw, QuotedPrintable& total,
                           MimeEvalState::Facts& facts) {
  constexpr std::size_t kLineBytesMax = 79;  // with the newline
  for_each_line(raw, [&](std::string_view line) {
    if (line.starts_with("SPAM: ")) return;
    facts.qp_long_line = facts.qp_long_line || line.size() > kLineBytesMax;
    total.bytes += line.size();
    total.encoded += count_escapes(line);
  });
}

// NUL, carriage return and 8-bit bytes have no place in ASCII text.
constexpr bool is_illegal_in_ascii(char c) {
  return c == '\0' || c == '\r' || static_cast<uint8_t>(c) >= 0x80;
}

// Whether a byte of these eight may be illegal: high bits, and zero bytes before and after '\r' is
// taken off each.
bool may_be_illegal(const char* bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  const uint64_t returns = word ^ kOnes * static_cast<uint64_t>('\r');
  return ((word | ((word - kOnes) & ~word) | ((returns - kOnes) & ~returns)) & kHighs) != 0;
}

bool has_illegal_in_ascii(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    if (may_be_illegal(text.data() + at) &&
        std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                    text.begin() + static_cast<std::ptrdiff_t>(at + 8), is_illegal_in_ascii)) {
      return true;
    }
  }
  return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     is_illegal_in_ascii);
}

// Counts "&#xABCD;", which plain text has no use for.
std::size_t count_unicode_entities(std::string_view text) {
  constexpr std::string_view kFront = "&#x";
  constexpr std::size_t kDigits = 4;
  std::size_t count = 0;
  for (std::size_t at = text.find('&'); at != kNone; at = text.find('&', at + 1)) {
    const std::string_view found = text.substr(at, kFront.size() + kDigits + 1);
    if (found.size() == kFront.size() + kDigits + 1 && found.starts_with(kFront) &&
        found.back() == ';' &&
        std::all_of(found.begin() + kFront.size(), found.end() - 1, is_upper_hex)) {
      ++count;
    }
  }
  return count;
}

// ---- all parts

class FactsReader {
 public:
  FactsReader(const LocaleSettings& locales, Arena& arena, MimeEvalState::Facts& facts)
      : locales_(locales), arena_(arena), facts_(facts) {}

  void read(const MailPart& part) {
    const PartFields fields = read_fields(part, arena_);
    judge_fields(fields, locales_, facts_);
    if (!part.leaf) return;
    measure(fields, part.raw);
    if (fields.encoding == "quoted-printable") read_quoted_printable(part.raw, qp_, facts_);
    if (fields.type.type == "text/plain") read_plain(fields, part.raw);
  }

  void finish() {
    if (qp_.bytes != 0) {
      facts_.qp_count = static_cast<uint32_t>(qp_.encoded);
      facts_.qp_ratio = static_cast<double>(qp_.encoded) / static_cast<double>(qp_.bytes);
    }
    if (normal_bytes_ != 0) {
      facts_.unicode_ratio = static_cast<double>(entities_) / static_cast<double>(normal_bytes_);
    }
    if (facts_.alternative && has_text_ && has_html_ && html_bytes_ > 0) {
      facts_.multipart_ratio = static_cast<double>(text_bytes_) / static_cast<double>(html_bytes_);
    }
  }

 private:
  // Of the last plain and the last HTML part, those inside of an alternative only.
  void measure(const PartFields& fields, std::string_view raw) {
    if (fields.attached()) return;
    const std::size_t bytes = facts_.alternative ? raw.size() : 0;
    if (fields.type.type == "text/html") {
      has_html_ = true;
      html_bytes_ = bytes;
    } else if (fields.type.type == "text/plain") {
      has_text_ = true;
      text_bytes_ = bytes;
    }
  }

  void read_plain(const PartFields& fields, std::string_view raw) {
    // A charset that is given and empty is no ASCII.
    const bool given = fields.type.charset.data() != nullptr;
    const bool ascii = !given || iequals(fields.type.charset, "us-ascii");
    if (ascii && has_illegal_in_ascii(raw)) ++facts_.ascii_text_illegal;
    if (fields.encoding.empty() || fields.encoding == "7bit" || fields.encoding == "8bit") {
      constexpr std::size_t kEntityBytes = 8;
      const std::size_t entities = count_unicode_entities(raw);
      entities_ += entities;
      normal_bytes_ += raw.size() - entities * kEntityBytes;
    }
  }

  const LocaleSettings& locales_;
  Arena& arena_;
  MimeEvalState::Facts& facts_;
  QuotedPrintable qp_ = {};
  std::size_t normal_bytes_ = 0;
  std::size_t entities_ = 0;
  std::size_t text_bytes_ = 0;
  std::size_t html_bytes_ = 0;
  bool has_text_ = false;
  bool has_html_ = false;
};

}  // namespace

const MimeEvalState::Facts& mime_facts(EvalContext& context) {
  MimeEvalState::Facts& facts = context.state.mime.facts;
  if (facts.read) return facts;
  facts.read = true;
  FactsReader reader(context.settings.locales, context.mail.arena(), facts);
  for (const MailPart& part : context.mail.tree()) reader.read(part);
  reader.finish();
  return facts;
}

bool is_charset_likely_to_fp(std::string_view charset) {
  constexpr std::array<std::string_view, 12> kPieces = {
      "koi",   "jp",     "jis",          "euc",        "gb",    "big5",
      "isoir", "cp1251", "windows-1251", "georgianps", "pt154", "tis"};
  if (charset.ends_with('\n')) charset.remove_suffix(1);
  if (!std::all_of(charset.begin(), charset.end(),
                   [](char c) { return is_alnum(c) || c == '-' || c == '_'; })) {
    return false;
  }
  return std::any_of(kPieces.begin(), kPieces.end(),
                     [charset](std::string_view piece) { return ifind(charset, piece) != kNone; });
}

}  // namespace sluice::rules
