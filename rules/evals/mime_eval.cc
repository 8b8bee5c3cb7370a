#include "rules/evals/mime_eval.h"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "base/text.h"
#include "rules/evals/arguments.h"
#include "rules/evals/capitals.h"
#include "rules/evals/families.h"
#include "rules/evals/locales.h"
#include "rules/evals/mime_facts.h"
#include "rules/evals/part_search.h"
#include "rules/mail/content_type.h"

namespace sluice::rules {

namespace {

using Facts = MimeEvalState::Facts;

// ---- check_for_mime

struct FactName {
  std::string_view name;
  bool (*holds)(const Facts& facts);
};

constexpr std::array kFactNames = {
    FactName{"mime_ascii_text_illegal", [](const Facts& f) { return f.ascii_text_illegal > 0; }},
    FactName{"mime_attachment", [](const Facts& f) { return f.attachments > 0; }},
    FactName{"mime_bad_iso_charset", [](const Facts& f) { return f.bad_iso_charset; }},
    FactName{"mime_base64_blanks", [](const Facts& /*f*/) { return false; }},  // no longer read
    FactName{"mime_base64_count", [](const Facts& f) { return f.base64_count > 0; }},
    FactName{"mime_base64_encoded_text", [](const Facts& f) { return f.base64_encoded_text; }},
    FactName{"mime_body_html_count", [](const Facts& f) { return f.body_html_count > 0; }},
    FactName{"mime_body_text_count", [](const Facts& f) { return f.body_text_count > 0; }},
    FactName{"mime_checked_attachments", [](const Facts& /*f*/) { return true; }},
    FactName{"mime_faraway_charset", [](const Facts& f) { return f.faraway_charset; }},
    FactName{"mime_html_charsets", [](const Facts& f) { return f.charset_named; }},
    FactName{"mime_multipart_alternative", [](const Facts& f) { return f.alternative; }},
    FactName{"mime_multipart_ratio", [](const Facts& f) { return f.multipart_ratio != 0; }},
    FactName{"mime_qp_count", [](const Facts& f) { return f.qp_count > 0; }},
    FactName{"mime_qp_long_line", [](const Facts& f) { return f.qp_long_line; }},
    FactName{"mime_qp_ratio", [](const Facts& f) { return f.qp_ratio != 0; }},
    FactName{"mime_text_unicode_ratio", [](const Facts& f) { return f.unicode_ratio != 0; }},
    FactName{"mimepart_limit_exceeded", [](const Facts& /*f*/) { return false; }},  // as there
};

struct FactArgument final : EvalPrepared {
  explicit FactArgument(const FactName& found) : fact(found) {}

  const FactName& fact;
};

std::unique_ptr<const EvalPrepared> prepare_fact(std::span<const std::string> arguments,
                                                 std::string& fault) {
  for (const FactName& fact : kFactNames) {
    if (fact.name == arguments[0]) return std::make_unique<FactArgument>(fact);
  }
  fault = "write one of";
  for (const FactName& fact : kFactNames) fault.append(" ").append(fact.name);
  return nullptr;
}

int check_for_mime(EvalContext& context) {
  const auto& argument = static_cast<const FactArgument&>(*context.prepared);
  return argument.fact.holds(mime_facts(context)) ? 1 : 0;
}

// ---- counts and ratios

bool message_is_html(EvalContext& context) {
  return istarts_with(context.mail.get_first("Content-Type", "").value_or(""), "text/html");
}

int check_for_mime_html(EvalContext& context) {
  return message_is_html(context) || mime_facts(context).body_html_count > 0 ? 1 : 0;
}

int check_for_mime_html_only(EvalContext& context) {
  if (message_is_html(context)) return 1;
  const Facts& facts = mime_facts(context);
  return facts.body_html_count > 0 && facts.body_text_count == 0 ? 1 : 0;
}

int check_mime_multipart_ratio(EvalContext& context) {
  const double ratio = mime_facts(context).multipart_ratio;
  return ratio >= numbers(context).at(0) && ratio < numbers(context).at(1) ? 1 : 0;
}

int check_for_ascii_text_illegal(EvalContext& context) {
  return mime_facts(context).ascii_text_illegal > 0 ? 1 : 0;
}

int check_abundant_unicode_ratio(EvalContext& context) {
  return mime_facts(context).unicode_ratio >= numbers(context).at(0) ? 1 : 0;
}

std::unique_ptr<const EvalPrepared> prepare_ratio(std::span<const std::string> arguments,
                                                  std::string& fault) {
  static const re2::RE2 kRatio(R"(\d{0,3}\.\d{1,3}\n?)");
  if (re2::RE2::FullMatch(arguments[0], kRatio)) return prepare_numbers(arguments, fault);
  fault = "write a ratio with up to three digits on both sides of its point, as 0.02";
  return nullptr;
}

int check_qp_ratio(EvalContext& context) {
  return mime_facts(context).qp_ratio >= numbers(context).at(0) ? 1 : 0;
}

// ---- check_for_faraway_charset

// The charset of a Content-Type, as these two functions read it.
std::optional<std::string_view> charset_of_field(std::string_view field) {
  static const std::array<re2::RE2, 3> kPatterns = {
      re2::RE2("(?i)charset=\"([^\"]+)\"", re2::RE2::Latin1),
      re2::RE2(R"((?i)charset='([^']+)')", re2::RE2::Latin1),
      re2::RE2(R"((?i)charset=([^\t-\r ]+))", re2::RE2::Latin1)};
  if (ifind(field, "charset=") == std::string_view::npos) return std::nullopt;
  const re2::StringPiece text(field.data(), field.size());
  re2::StringPiece found;
  for (const re2::RE2& pattern : kPatterns) {
    if (re2::RE2::PartialMatch(text, pattern, &found)) {
      return std::string_view(found.data(), found.size());
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> charset_of_message(EvalContext& context) {
  const auto field = context.mail.get_first("Content-Type", "");
  return field ? charset_of_field(*field) : std::nullopt;
}

// Whether at least half of the bytes are no ASCII, and more than three.
bool is_mostly_8bit(const TextUnits& units) {
  std::size_t high = 0;
  std::size_t all = units.units.empty() ? 0 : units.units.size() - 1;  // newlines between units
  for (std::size_t i = 0; i < units.units.size(); ++i) {
    const std::string_view text = units.text(i);
    all += text.size();
    high += static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) >= 0x80; }));
  }
  return all - high <= high && high > 3;
}

int check_for_faraway_charset(EvalContext& context) {
  const LocaleSettings& locales = context.settings.locales;
  if (locales.all) return 0;
  const auto charset = charset_of_message(context);
  if (!charset || is_charset_ok(*charset, locales)) return 0;
  return is_mostly_8bit(texts_of_caller(context)) ? 1 : 0;
}

// ---- check_for_uppercase

double capitals_percent(EvalContext& context) {
  constexpr std::size_t kBytesMin = 200;
  if (mime_facts(context).charset_likely_to_fp) return 0;
  if (is_charset_likely_to_fp(charset_of_message(context).value_or(""))) return 0;
  Capitals capitals;
  const TextUnits& units = texts_of_caller(context);
  for (std::size_t i = 0; i < units.units.size(); ++i) capitals.read(units.text(i));
  const auto letters = static_cast<double>(capitals.upper + capitals.lower);
  if (capitals.bytes < kBytesMin || letters == 0) return 0;
  return static_cast<double>(capitals.upper) / letters * 100;
}

int check_for_uppercase(EvalContext& context) {
  double& percent = context.state.mime.capitals_percent;
  if (percent < 0) percent = capitals_percent(context);
  return percent > numbers(context).at(0) && percent <= numbers(context).at(1) ? 1 : 0;
}

// ---- check_msg_parse_flags

struct FlagName {
  std::string_view name;
  bool ParseFlags::*flag;
};

constexpr std::array kFlagNames = {
    FlagName{"mime_epilogue_exists", &ParseFlags::mime_epilogue_exists},
    FlagName{"missing_head_body_separator", &ParseFlags::missing_head_body_separator},
    FlagName{"missing_mime_head_body_separator", &ParseFlags::missing_mime_head_body_separator},
    FlagName{"missing_mime_headers", &ParseFlags::missing_mime_headers},
    FlagName{"truncated_header", &ParseFlags::truncated_header},
};

struct FlagArgument final : EvalPrepared {
  explicit FlagArgument(bool ParseFlags::*found) : flag(found) {}

  bool ParseFlags::*flag;
};

std::unique_ptr<const EvalPrepared> prepare_flag(std::span<const std::string> arguments,
                                                 std::string& fault) {
  for (const FlagName& flag : kFlagNames) {
    if (flag.name == arguments[0]) return std::make_unique<FlagArgument>(flag.flag);
  }
  fault = "write one of";
  for (const FlagName& flag : kFlagNames) fault.append(" ").append(flag.name);
  return nullptr;
}

int check_msg_parse_flags(EvalContext& context) {
  const auto& argument = static_cast<const FlagArgument&>(*context.prepared);
  // Whether a header is too long shows when all of it is asked for.
  if (argument.flag == &ParseFlags::truncated_header) context.mail.get("ALL", "");
  return context.mail.flags().*argument.flag ? 1 : 0;
}

// ---- parts

// Whether an alternative has a part that is neither text nor what often stands beside text.
int check_ma_non_text(EvalContext& context) {
  const std::span<const MailPart> parts = context.mail.tree();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const MailPart& part = parts[i];
    if (!part.leaf || parts[part.parent].type != "multipart/alternative") continue;
    if (part.type.empty() || part.type == "multipart/related" || part.type == "application/rtf" ||
        part.type.starts_with("text/")) {
      continue;
    }
    return 1;
  }
  return 0;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    longest = std::max(longest, end - at);
    at = end;
  }
  return longest;
}

std::size_t longest_base64_line(EvalContext& context) {
  std::size_t longest = 0;
  for (const MailPart& part : context.mail.tree()) {
    const auto encoding = last_field_of(part, "content-transfer-encoding");
    if (!part.leaf || !encoding || !is_base64_encoding(*encoding)) continue;
    const ContentType type =
        read_content_type(last_field_of(part, "content-type").value_or(""), context.mail.arena());
    if (type.type != "application/ics") longest = std::max(longest, longest_line(part.raw));
  }
  return longest;
}

int check_base64_length(EvalContext& context) {
  int64_t& bytes = context.state.mime.base64_line;
  if (bytes < 0) bytes = static_cast<int64_t>(longest_base64_line(context));
  const auto found = static_cast<double>(bytes);
  if (numbers(context).has(1) && found > numbers(context).at(1)) return 0;
  return found >= numbers(context).at(0) ? 1 : 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context), uint8_t arguments_min = 0,
                          uint8_t arguments_max = 0) {
  return {.name = name,
          .plugin = "MIMEEval",
          .meaning = meaning,
          .run = run,
          .prepare = arguments_max == 0 ? nullptr : prepare_numbers,
          .arguments_min = arguments_min,
          .arguments_max = arguments_max};
}

constexpr EvalEntry named_entry(EvalEntry entry, decltype(EvalEntry::prepare) prepare) {
  entry.prepare = prepare;
  return entry;
}

constexpr std::array kEntries = {
    named_entry(
        entry("check_for_mime", "a fact about all parts, as mime_attachment", check_for_mime, 1, 1),
        prepare_fact),
    entry("check_for_mime_html", "there is HTML", check_for_mime_html),
    entry("check_for_mime_html_only", "there is HTML, and no other text", check_for_mime_html_only),
    entry("check_mime_multipart_ratio",
          "bytes of plain text for one of HTML, from min to below max", check_mime_multipart_ratio,
          2, 2),
    named_entry(entry("check_msg_parse_flags", "a defect of the message's form",
                      check_msg_parse_flags, 1, 1),
                prepare_flag),
    entry("check_for_ascii_text_illegal", "bytes in ASCII text that are no ASCII",
          check_for_ascii_text_illegal),
    named_entry(
        entry("check_abundant_unicode_ratio", "so many &#xABCD; for one other byte of plain text",
              check_abundant_unicode_ratio, 1, 1),
        prepare_ratio),
    entry("check_for_faraway_charset", "8-bit text in a character set that ok_locales do not use",
          check_for_faraway_charset),
    entry("check_for_uppercase", "percent of capital letters, above min, to max",
          check_for_uppercase, 2, 2),
    entry("check_ma_non_text", "an alternative that is no text", check_ma_non_text),
    entry("check_base64_length", "bytes of the longest line of base64, from min to max",
          check_base64_length, 1, 2),
    entry("check_qp_ratio", "so many encoded bytes for one of quoted-printable", check_qp_ratio, 1,
          1),
};

}  // namespace

std::span<const EvalEntry> mime_evals() {
  return kEntries;
}

}  // namespace sluice::rules
