#include "rules/language/definitions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "rules/evals/evals.h"
#include "rules/evals/uri_detail.h"
#include "rules/language/eval_call.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;

}  // namespace

bool read_regex(const Statement& statement, std::string_view text, RuleText& rule,
                Diagnostics& diagnostics) {
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

namespace {

// ---- patterns and calls -------------------------------------------------------------------------

std::string suggest_eval(std::string_view name) {
  std::vector<std::string_view> names;
  for (const std::span<const EvalEntry> family : eval_families()) {
    for (const EvalEntry& entry : family) names.push_back(entry.name);
  }
  return did_you_mean(name, names);
}

// Reads "check_for_x('a', 1)".
bool read_eval(const Statement& statement, std::string_view text, EvalCaller caller, RuleText& rule,
               Diagnostics& diagnostics) {
  RegexFault fault;
  std::optional<EvalCall> call = parse_eval_call(text, fault);
  if (!call.has_value()) {
    report(diagnostics, statement.error(text.substr(fault.offset), fault.message));
    return false;
  }
  const EvalEntry* const entry = find_eval(call->name);
  if (entry == nullptr) {
    report(diagnostics,
           statement.error(text, fmt::format("unknown function '{}'", printable(call->name, 64)),
                           suggest_eval(call->name)));
    return false;
  }
  if (call->arguments.size() < entry->arguments_min ||
      call->arguments.size() > entry->arguments_max) {
    const std::string number =
        entry->arguments_min == entry->arguments_max
            ? std::to_string(entry->arguments_min)
            : fmt::format("{} to {}", entry->arguments_min, entry->arguments_max);
    report(diagnostics,
           statement.error(text, fmt::format("{} takes {} arguments, not {}", entry->name, number,
                                             call->arguments.size())));
    return false;
  }
  rule.kind = RuleKind::kEval;
  rule.eval = std::move(*call);
  rule.eval.caller = caller;
  rule.regex_place = place_of(statement, text);
  return true;
}

// A rule of the body: a pattern, or, where the kind has functions, a call.
void read_text_rule(RuleKind kind, std::optional<EvalCaller> caller, Statement& statement,
                    RuleBook& book, Diagnostics& diagnostics) {
  constexpr std::string_view kEval = "eval:";
  Draft* const draft = book.define(statement, kind, diagnostics);
  if (draft == nullptr) return;
  const std::string_view text = statement.rest();
  const bool calls = caller.has_value() && text.starts_with(kEval);
  const bool read =
      calls ? read_eval(statement, text.substr(kEval.size()), *caller, draft->rule, diagnostics)
            : read_regex(statement, text, draft->rule, diagnostics);
  if (!read) draft->rule.off = true;
}

// ---- header -------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 12> kPseudoHeaders = {"ALL",
                                                             "ALL-TRUSTED",
                                                             "ALL-INTERNAL",
                                                             "ALL-UNTRUSTED",
                                                             "ALL-EXTERNAL",
                                                             "ToCc",
                                                             "MESSAGEID",
                                                             "EnvelopeFrom",
                                                             "X-Spam-Relays-Trusted",
                                                             "X-Spam-Relays-Untrusted",
                                                             "X-Spam-Relays-Internal",
                                                             "X-Spam-Relays-External"};

constexpr std::array<std::string_view, 9> kForms = {"raw", "addr",  "name",  "host", "domain",
                                                    "ip",  "revip", "first", "last"};

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alnum(c) || c == '_' || c == '.' || c == '-';
  });
}

std::string selector_name(std::string_view name) {
  const bool pseudo =
      std::find(kPseudoHeaders.begin(), kPseudoHeaders.end(), name) != kPseudoHeaders.end();
  return pseudo ? std::string(name) : to_lower(name);
}

// `text` is ":addr", ":name:first", or ":" alone, which says nothing.
bool read_forms(const Statement& statement, std::string_view text, std::string& out,
                Diagnostics& diagnostics) {
  if (text.size() <= 1) return true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(':', at + 1), text.size());
    const std::string_view form = text.substr(at + 1, next - at - 1);
    if (std::find(kForms.begin(), kForms.end(), form) == kForms.end()) {
      report(diagnostics,
             statement.error(form, fmt::format("unknown header form ':{}'", printable(form, 32)),
                             "forms are :raw, :addr, :name, :host, :domain, :ip, :revip, :first "
                             "and :last"));
      return false;
    }
    at = next;
  }
  out = text;
  return true;
}

// `text` is "Subject", "From:addr", "ALL:raw".
std::optional<HeaderSelector> read_selector(const Statement& statement, std::string_view text,
                                            Diagnostics& diagnostics) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, colon);
  if (!is_field_name(name)) {
    report(diagnostics,
           statement.error(text, fmt::format("'{}' is no header name", printable(name, 64))));
    return std::nullopt;
  }
  HeaderSelector out{.name = selector_name(name)};
  if (!read_forms(statement, text.substr(colon), out.forms, diagnostics)) return std::nullopt;
  return out;
}

// Takes "[if-unset: text]" off the end of `text`.
std::optional<std::string> take_if_unset(std::string_view& text) {
  constexpr std::string_view kOpen = "[if-unset:";
  const std::size_t open = text.find(kOpen);
  if (open == kNone || open == 0 || !is_space(text[open - 1]) || !text.ends_with(']')) {
    return std::nullopt;
  }
  std::string_view value = text.substr(open + kOpen.size());
  value.remove_suffix(1);
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  text = trim(text.substr(0, open));
  return std::string(value);
}

bool read_exists(const Statement& statement, std::string_view text, RuleText& rule,
                 Diagnostics& diagnostics) {
  const std::optional<HeaderSelector> selector = read_selector(statement, text, diagnostics);
  if (!selector.has_value()) return false;
  rule.kind = RuleKind::kExists;
  rule.selector = *selector;
  return true;
}

// "FIELD =~ /PATTERN/ [if-unset: TEXT]".
bool read_comparison(std::string_view keyword, const Statement& statement, std::string_view text,
                     RuleText& rule, Diagnostics& diagnostics) {
  const std::size_t sign = std::min(text.find("=~"), text.find("!~"));
  if (sign == kNone) {
    report(diagnostics,
           statement.error(text, fmt::format("a {} rule needs =~ or !~ and a pattern", keyword),
                           fmt::format("write: {} NAME Subject =~ /pattern/", keyword)));
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

// ---- defects ------------------------------------------------------------------------------------

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

}  // namespace

void read_body(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_text_rule(RuleKind::kBody, EvalCaller::kBody, statement, book, diagnostics);
}

void read_rawbody(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_text_rule(RuleKind::kRawBody, EvalCaller::kRawbody, statement, book, diagnostics);
}

void read_uri(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_text_rule(RuleKind::kUri, std::nullopt, statement, book, diagnostics);
}

void read_full(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_text_rule(RuleKind::kFull, EvalCaller::kFull, statement, book, diagnostics);
}

void read_header(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kHeader, diagnostics);
  if (draft == nullptr) return;
  constexpr std::string_view kExists = "exists:";
  std::string_view text = statement.rest();
  bool read = false;
  if (text.starts_with("eval:") || text.starts_with("rbleval:")) {
    text.remove_prefix(text.find(':') + 1);
    read = read_eval(statement, text, EvalCaller::kHeader, draft->rule, diagnostics);
  } else if (text.starts_with(kExists)) {
    read = read_exists(statement, text.substr(kExists.size()), draft->rule, diagnostics);
  } else {
    read = read_comparison("header", statement, text, draft->rule, diagnostics);
  }
  if (!read) draft->rule.off = true;
}

void read_mimeheader(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kMimeHeader, diagnostics);
  if (draft == nullptr) return;
  RuleText& rule = draft->rule;
  const std::string_view text = statement.rest();
  if (!read_comparison("mimeheader", statement, text, rule, diagnostics)) {
    rule.off = true;
  } else if (!rule.selector.forms.empty() && rule.selector.forms != ":raw") {
    report(diagnostics, statement.error(text, "a mimeheader rule knows the form :raw only"));
    rule.off = true;
  }
}

void read_uri_detail(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kUriDetail, diagnostics);
  if (draft == nullptr) return;
  const std::string_view text = statement.rest();
  std::string fault;
  if (!UriDetailRule::parse(text, fault).has_value()) {
    report(diagnostics, statement.error(text, fault));
    draft->rule.off = true;
  }
  draft->rule.uri_conditions = text;
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

// Read when all rules are known: rules_matching() names them.
void read_meta(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kMeta, diagnostics);
  if (draft == nullptr) return;
  const std::string_view text = statement.rest();
  draft->meta_text = text;
  draft->meta_place = place_of(statement, text);
}

}  // namespace sluice::rules
