#include "rules/keywords.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr int32_t kWeightMax = 100'000'000;  // thousandths

// ---- patterns -----------------------------------------------------------------------------------

// Reads `text`, a view into the statement, as the rule's pattern.
bool read_regex(const Statement& statement, std::string_view text, RuleText& rule,
                Diagnostics& diagnostics) {
  if (text.starts_with("eval:")) {
    report(diagnostics, statement.error(text, "eval: functions are not known",
                                        "write a pattern, or a defect rule"));
    return false;
  }
  RegexFault fault;
  const std::optional<RegexText> regex = split_regex(text, fault);
  if (!regex.has_value()) {
    report(diagnostics, statement.error(text.substr(fault.offset), fault.message));
    return false;
  }
  if (regex->pattern.size() > limits::kRulePatternBytesMax) {
    report(diagnostics, statement.error(text, fmt::format("the pattern is longer than {} bytes",
                                                          limits::kRulePatternBytesMax)));
    return false;
  }
  rule.regex = *regex;
  rule.regex_place = place_of(statement, text.substr(pattern_offset(text)));
  return true;
}

void read_pattern_rule(RuleKind kind, Statement& statement, RuleBook& book,
                       Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, kind, diagnostics);
  if (draft == nullptr) return;
  if (!read_regex(statement, statement.rest(), draft->rule, diagnostics)) draft->rule.off = true;
}

void read_body(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_pattern_rule(RuleKind::kBody, statement, book, diagnostics);
}

void read_rawbody(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_pattern_rule(RuleKind::kRawBody, statement, book, diagnostics);
}

void read_uri(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_pattern_rule(RuleKind::kUri, statement, book, diagnostics);
}

void read_full(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_pattern_rule(RuleKind::kFull, statement, book, diagnostics);
}

// ---- header -------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kPseudoHeaders = {"ALL", "ToCc", "EnvelopeFrom",
                                                            "MESSAGEID"};

struct FormName {
  std::string_view name;
  HeaderSelector::Form form;
};

constexpr std::array<FormName, 3> kForms = {{{"raw", HeaderSelector::Form::kRaw},
                                             {"addr", HeaderSelector::Form::kAddress},
                                             {"name", HeaderSelector::Form::kName}}};

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

// `text` is "Subject", "From:addr", "ALL:raw".
std::optional<HeaderSelector> read_selector(const Statement& statement, std::string_view text,
                                            Diagnostics& diagnostics) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (!is_field_name(name)) {
    report(diagnostics,
           statement.error(text, fmt::format("'{}' is no header name", printable(name, 64))));
    return std::nullopt;
  }
  const bool pseudo =
      std::find(kPseudoHeaders.begin(), kPseudoHeaders.end(), name) != kPseudoHeaders.end();
  HeaderSelector out{.name = pseudo ? std::string(name) : to_lower(name)};
  if (colon == kNone) return out;

  const std::string_view form = text.substr(colon + 1);
  const auto known = std::find_if(kForms.begin(), kForms.end(),
                                  [form](const FormName& f) { return f.name == form; });
  if (known == kForms.end()) {
    report(diagnostics,
           statement.error(form, fmt::format("unknown header form ':{}'", printable(form, 32)),
                           "forms are :raw, :addr and :name"));
    return std::nullopt;
  }
  out.form = known->form;
  return out;
}

// Takes "[if-unset: text]" off the end of `text`.
std::optional<std::string> take_if_unset(std::string_view& text) {
  constexpr std::string_view kOpen = "[if-unset:";
  const std::size_t open = text.rfind(kOpen);
  if (open == kNone || !text.ends_with(']')) return std::nullopt;
  std::string out(trim(text.substr(open + kOpen.size(), text.size() - 1 - open - kOpen.size())));
  text = trim(text.substr(0, open));
  return out;
}

bool read_exists(const Statement& statement, std::string_view text, RuleText& rule,
                 Diagnostics& diagnostics) {
  const std::optional<HeaderSelector> selector = read_selector(statement, text, diagnostics);
  if (!selector.has_value()) return false;
  rule.kind = RuleKind::kExists;
  rule.selector = *selector;
  return true;
}

bool read_comparison(const Statement& statement, std::string_view text, RuleText& rule,
                     Diagnostics& diagnostics) {
  const std::size_t sign = std::min(text.find("=~"), text.find("!~"));
  if (sign == kNone) {
    report(diagnostics, statement.error(text, "a header rule needs =~ or !~ and a pattern",
                                        "write: header NAME Subject =~ /pattern/"));
    return false;
  }
  const std::string_view left = trim(text.substr(0, sign));
  const std::optional<HeaderSelector> selector = read_selector(statement, left, diagnostics);
  if (!selector.has_value()) return false;
  rule.selector = *selector;
  rule.negated = text[sign] == '!';
  std::string_view right = trim(text.substr(sign + 2));
  rule.if_unset = take_if_unset(right).value_or("");
  return read_regex(statement, right, rule, diagnostics);
}

void read_header(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kHeader, diagnostics);
  if (draft == nullptr) return;
  constexpr std::string_view kExists = "exists:";
  const std::string_view text = statement.rest();
  bool read = false;
  if (text.starts_with("eval:")) {
    read = read_regex(statement, text, draft->rule, diagnostics);
  } else if (text.starts_with(kExists)) {
    read = read_exists(statement, text.substr(kExists.size()), draft->rule, diagnostics);
  } else {
    read = read_comparison(statement, text, draft->rule, diagnostics);
  }
  if (!read) draft->rule.off = true;
}

// ---- defects and metas --------------------------------------------------------------------------

bool add_defect(const Statement& statement, std::string_view name, RuleText& rule,
                Diagnostics& diagnostics) {
  const std::optional<mime::Defect> defect = mime::defect_by_name(name);
  if (defect.has_value()) {
    rule.defects.add(*defect);
    return true;
  }
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < mime::kDefectCount; ++i) {
    names.push_back(mime::defect_name(static_cast<mime::Defect>(i)));
  }
  report(diagnostics, statement.error(name, fmt::format("unknown defect '{}'", printable(name, 64)),
                                      did_you_mean(name, names)));
  return false;
}

void read_defect(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kDefect, diagnostics);
  if (draft == nullptr) return;
  std::string_view text = statement.rest();
  for (bool more = true; more;) {
    const std::size_t bar = text.find('|');
    more = bar != kNone;
    add_defect(statement, trim(text.substr(0, bar)), draft->rule, diagnostics);
    text.remove_prefix(more ? bar + 1 : text.size());
  }
}

void read_meta(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kMeta, diagnostics);
  if (draft == nullptr) return;
  const std::string_view text = statement.rest();
  RegexFault fault;
  std::optional<MetaExpression> meta = parse_meta(text, fault);
  if (meta.has_value()) {
    draft->meta = std::move(*meta);
    draft->meta_place = place_of(statement, text);
    return;
  }
  report(diagnostics, statement.error(text.substr(fault.offset), fault.message));
  draft->meta.program = {{.op = MetaOp::kConstant, .operand = 0}};
}

// ---- what is said of a rule ---------------------------------------------------------------------

// "2", "-0.25", "1.5": in thousandths. Digits beyond the third after the point are dropped.
std::optional<int32_t> read_weight(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  int places = -1;  // digits after the point; -1 before it
  bool digits = false;
  for (const char c : text) {
    if (c == '.' && places < 0) {
      places = 0;
    } else if (is_digit(c)) {
      digits = true;
      if (places < 3) value = value * 10 + (c - '0');
      if (places >= 0 && places < 3) ++places;
    } else {
      return std::nullopt;
    }
    if (value > kWeightMax) return std::nullopt;
  }
  for (int i = std::max(places, 0); i < 3; ++i) value *= 10;
  if (!digits || value > kWeightMax) return std::nullopt;
  return static_cast<int32_t>(negative ? -value : value);
}

// SpamAssassin's four scores are for: neither network nor learning, network, learning, both.
// Patterns alone are the first.
void read_score(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  const std::string_view whole = statement.rest();
  std::vector<int32_t> scores;
  bool relative = false;
  while (!statement.rest().empty()) {
    std::string_view word = statement.take_word();
    const std::string_view at = word;
    const bool wrapped = word.size() > 2 && word.front() == '(' && word.back() == ')';
    if (wrapped) word = word.substr(1, word.size() - 2);
    relative = relative || wrapped;
    const std::optional<int32_t> score = read_weight(word);
    if (!score.has_value()) {
      report(diagnostics, statement.error(at, fmt::format("'{}' is no score", printable(at, 32)),
                                          "a score is a number such as 2.5 or -0.1"));
      return;
    }
    scores.push_back(*score);
  }
  if (scores.size() != 1 && scores.size() != 4) {
    report(diagnostics,
           statement.error(whole, "a rule has one score, or four", "write: score NAME 2.5"));
    return;
  }
  if (relative) {
    draft->relative_score += scores.front();
  } else {
    draft->score = scores.front();
  }
}

void read_describe(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  if (statement.rest().empty()) {
    report(diagnostics, statement.error(statement.rest(), "the description is missing"));
    return;
  }
  draft->rule.description = statement.rest();
}

void read_test(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  const std::string_view expected = statement.take_word();
  if (expected != "ok" && expected != "fail") {
    report(diagnostics,
           statement.error(expected, "a test says 'ok' or 'fail' after the rule's name",
                           "write: test NAME ok some text"));
    return;
  }
  if (draft->rule.tests.size() == limits::kRuleTestsMax) {
    report(diagnostics, statement.error(expected, fmt::format("more than {} tests of one rule",
                                                              limits::kRuleTestsMax)));
    return;
  }
  draft->rule.tests.push_back({.hits = expected == "ok",
                               .text = std::string(statement.rest()),
                               .place = place_of(statement, statement.rest())});
}

// ---- tflags -------------------------------------------------------------------------------------

struct RuleFlag {
  std::string_view name;
  void (*set)(Draft& draft);
  std::string_view meaning;
};

constexpr std::array<RuleFlag, 7> kRuleFlags = {{
    {"multiple", [](Draft& d) { d.rule.multiple = true; },
     "the rule counts its matches; metas see the number"},
    {"shadow", [](Draft& d) { d.rule.shadow = true; },
     "the rule is reported, its score is not added"},
    {"nice", [](Draft& d) { d.nice = true; }, "without a `score`, the rule's score is -1"},
    {"publish", [](Draft&) {}, "accepted, without meaning here"},
    {"nopublish", [](Draft&) {}, "accepted, without meaning here"},
    {"noautolearn", [](Draft&) {}, "accepted, without meaning here"},
    {"userconf", [](Draft&) {}, "accepted, without meaning here"},
}};

// "maxhits=5". False if `word` is something else.
bool read_maxhits(const Statement& statement, std::string_view word, RuleText& rule,
                  Diagnostics& diagnostics) {
  constexpr std::string_view kPrefix = "maxhits=";
  if (!word.starts_with(kPrefix)) return false;
  const std::string_view digits = word.substr(kPrefix.size());
  uint32_t value = 0;
  for (const char c : digits) {
    value = is_digit(c) && value <= UINT16_MAX ? value * 10 + static_cast<uint32_t>(c - '0')
                                               : UINT16_MAX + 1U;
  }
  if (digits.empty() || value == 0 || value > UINT16_MAX) {
    report(diagnostics, statement.error(word, "maxhits is a number from 1 to 65535"));
    return true;
  }
  rule.maxhits = static_cast<uint16_t>(value);
  return true;
}

void read_tflags(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  if (statement.rest().empty()) {
    report(diagnostics, statement.error(statement.rest(), "the flags are missing"));
  }
  while (!statement.rest().empty()) {
    const std::string_view word = statement.take_word();
    if (read_maxhits(statement, word, draft->rule, diagnostics)) continue;
    const auto known = std::find_if(kRuleFlags.begin(), kRuleFlags.end(),
                                    [word](const RuleFlag& f) { return f.name == word; });
    if (known != kRuleFlags.end()) {
      known->set(*draft);
      continue;
    }
    std::vector<std::string_view> names = {"maxhits"};
    for (const RuleFlag& flag : kRuleFlags) names.push_back(flag.name);
    report(diagnostics, statement.error(word, fmt::format("unknown flag '{}'", printable(word, 64)),
                                        did_you_mean(word, names)));
  }
}

// ---- the table ----------------------------------------------------------------------------------

constexpr std::array<Keyword, 11> kKeywords = {{
    {"header", read_header, "NAME FIELD[:raw|:addr|:name] =~ /PATTERN/FLAGS [if-unset: TEXT]",
     "Looks for a pattern in a header field; `!~` hits if it is not there. `exists:FIELD` hits if "
     "the field is there at all. The text is the field's value, unfolded, encoded words decoded, "
     "ended by a newline; a field that stands several times gives one text, its values one after "
     "the other, each with its newline. `:raw` is the value as written, folds and all; `:addr` the "
     "first "
     "address; `:name` its display name. Without the field the text is empty, or that of "
     "`[if-unset:]`.\n\n"
     "`ALL` is every field, as `Name: value`; `ToCc` is To and Cc; `MESSAGEID` is Message-Id, "
     "Resent-Message-Id and X-Message-Id; `EnvelopeFrom` is the sender of the SMTP dialogue.",
     "header   SUBJECT_SHOUTS  Subject =~ /^[A-Z !]{20,}$/\n"
     "header   FROM_FREE_MAIL  From:addr =~ /\\@freemail\\.example$/i\n"
     "header   NO_MAILER       X-Mailer !~ /\\w/ [if-unset: none]\n"
     "header   HAS_LIST_ID     exists:List-Id"},
    {"body", read_body, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the text that a reader sees: first the subject, then all text parts, "
     "HTML rendered. Each paragraph is looked at by itself, with its newline at the end; white "
     "space inside is single blanks.",
     "body     ACT_NOW         /\\bact now\\b/i"},
    {"rawbody", read_rawbody, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the text parts, decoded to UTF-8, markup kept. Each part is looked at "
     "in pieces that end at the first line end after 2 KiB.",
     "rawbody  HTML_FONT_ZERO  /font-size:\\s*0/i"},
    {"uri", read_uri, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in each URL of the message, both as written and in its canonical form "
     "(scheme and host in lower case, host decoded, dots resolved).",
     "uri      LOGIN_PHP       m{/login\\.php(?:\\?|$)}"},
    {"full", read_full, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the whole message as it came, header and all, nothing decoded.",
     "full     PGP_BLOCK       /^-----BEGIN PGP MESSAGE-----/m"},
    {"defect", read_defect, "NAME DEFECT[|DEFECT...]",
     "Hits if the message is odd in one of the named ways; `ingest/mime/defects.h` lists them.",
     "defect   BAD_BASE64      bad_base64|base64_after_padding"},
    {"meta", read_meta, "NAME EXPRESSION",
     "Hits if the expression over other rules is not 0. A rule's name stands for the number of its "
     "hits. Operators, the tightest first: `!` and `-` before one operand, `*` `/`, `+` `-`, `<` "
     "`<=` `>` `>=`, `==` `!=`, `^`, `&&`, `||`, `?:`; and parentheses. `&&` and `||` give the "
     "operand "
     "that decided; a division by 0 gives 0. Numbers count in thousandths.",
     "meta     PHISHY          ACT_NOW && (LOGIN_PHP + HTML_FONT_ZERO > 1)"},
    {"score", read_score, "NAME NUMBER",
     "What a hit adds to the message's score; `(NUMBER)` changes an earlier score by so much. "
     "Without one it is 1, for names that begin with `T_` 0.01. A score of 0 switches the rule "
     "off. Of four numbers the first counts.",
     "score    ACT_NOW         0.8"},
    {"describe", read_describe, "NAME TEXT", "What the rule finds, in a few words for people.",
     "describe ACT_NOW         Presses the reader to act at once"},
    {"tflags", read_tflags, "NAME FLAG...", "", "tflags   ACT_NOW         multiple maxhits=3"},
    {"test", read_test, "NAME ok|fail TEXT",
     "A text on which the rule must hit (`ok`) or must not (`fail`). The text stands for what the "
     "rule looks at: a paragraph, a field's value, a URL, the name of a defect. A test of a meta "
     "or of `exists:` describes a small message, its parts separated by ` || `: `body: TEXT`, "
     "`rawbody: TEXT`, `uri: TEXT`, `full: TEXT`, `defect: NAME`, or a header field.",
     "test     ACT_NOW         ok    You must act now!\n"
     "test     ACT_NOW         fail  React nowhere.\n"
     "test     PHISHY          ok    Subject: Hello || body: act now || uri: "
     "http://a.example/login.php"},
}};

std::string flags_reference() {
  std::string out = "What is particular about a rule.\n\n";
  for (const RuleFlag& flag : kRuleFlags)
    out += fmt::format("- `{}`: {}\n", flag.name, flag.meaning);
  out += "- `maxhits=N`: counting stops at N\n";
  return out;
}

}  // namespace

std::span<const Keyword> keywords() {
  return kKeywords;
}

std::string language_reference() {
  std::string out =
      "# The rule language\n\n"
      "Written from the table of keywords in `rules/keywords.cc`; a test keeps it so.\n\n"
      "The language is SpamAssassin's. A file has one statement a line: a keyword, the name of a "
      "rule, and what is said of it. `#` begins a comment (`\\#` is the character itself); a line "
      "is never continued on the next. Statements about one rule may stand in any order and in "
      "several files; a rule that is defined again replaces the earlier one. Rules whose name "
      "begins "
      "with `__` are sub-rules: metas can name them, they have no score and are never reported.\n\n"
      "A pattern is a Perl regular expression, `/.../` or `m{...}` with any delimiter, and the "
      "flags `i` `m` `s` `x`. It sees bytes: UTF-8 text is the bytes it is made of, letter case "
      "and `\\w` know ASCII only. No match reaches from one paragraph, piece or URL into the next; "
      "`^` and `$` are its begin and end.\n";
  for (const Keyword& keyword : kKeywords) {
    const std::string meaning =
        keyword.meaning.empty() ? flags_reference() : std::string(keyword.meaning) + "\n";
    out += fmt::format("\n## {0}\n\n    {0} {1}\n\n{2}\n```\n{3}\n```\n", keyword.name,
                       keyword.usage, meaning, keyword.example);
  }
  return out;
}

}  // namespace sluice::rules
