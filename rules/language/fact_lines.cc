#include "rules/language/fact_lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "rules/language/definitions.h"

namespace sluice::rules {
namespace {

// ---- lookup -------------------------------------------------------------------------------------

Diagnostic unknown_text(const Statement& statement, std::string_view word) {
  std::vector<std::string_view> names;
  for (const LookupTextInfo& info : lookup_texts()) names.push_back(info.name);
  const std::string near = did_you_mean(word, names);
  return statement.error(word,
                         word.empty() ? "what is looked up is missing"
                                      : fmt::format("unknown text '{}'", printable(word, 64)),
                         near.empty() ? "write: lookup NAME uri:host in MAP; or mail_from, "
                                        "From:addr and others of LANGUAGE.md"
                                      : near);
}

bool read_lookup_line(Statement& statement, LookupLine& out, Diagnostics& diagnostics) {
  const std::string_view text = statement.take_word();
  std::optional<LookupText> found = find_lookup_text(text);
  if (!found.has_value()) {
    report(diagnostics, unknown_text(statement, text));
    return false;
  }
  const std::string_view in = statement.take_word();
  const std::string_view map = statement.take_word();
  if (in != "in" || map.empty() || !statement.rest().empty()) {
    const std::string_view at = in != "in" ? in : map.empty() ? map : statement.rest();
    report(diagnostics, statement.error(at, "a lookup rule names one map behind 'in'",
                                        fmt::format("write: lookup NAME {} in MAP", text)));
    return false;
  }
  out = {.text = std::move(*found), .map = std::string(map), .map_place = place_of(statement, map)};
  return true;
}

// ---- conditions ---------------------------------------------------------------------------------

struct Operator {
  std::string_view sign = {};
  FactOp op = FactOp::kEqual;
};

// A sign stands before one that it begins with.
constexpr std::array<Operator, 8> kOperators = {{{"==", FactOp::kEqual},
                                                 {"!=", FactOp::kNotEqual},
                                                 {"<=", FactOp::kLessOrEqual},
                                                 {">=", FactOp::kGreaterOrEqual},
                                                 {"=~", FactOp::kMatches},
                                                 {"!~", FactOp::kMatchesNot},
                                                 {"<", FactOp::kLess},
                                                 {">", FactOp::kGreater}}};

bool is_pattern(FactOp op) {
  return op == FactOp::kMatches || op == FactOp::kMatchesNot;
}

bool is_order(FactOp op) {
  return !is_pattern(op) && op != FactOp::kEqual && op != FactOp::kNotEqual;
}

// The pieces of a condition; all are views into the statement.
struct Condition {
  std::string_view field = {};
  std::string_view argument = {};
  std::string_view sign = {};
  std::string_view value = {};
};

Condition split_condition(std::string_view text) {
  const auto is_name = [](char c) {
    return is_alnum(c) || c == '_' || c == ':' || c == '-' || c == '.';
  };
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_name);
  const std::string_view left(text.begin(), static_cast<std::size_t>(end - text.begin()));
  const std::string_view right = trim(text.substr(left.size()));
  const std::size_t colon = std::min(left.find(':'), left.size());
  Condition out{.field = left.substr(0, colon),
                .argument = left.substr(std::min(colon + 1, left.size())),
                .sign = right.substr(0, 0)};
  for (const Operator& one : kOperators) {
    if (!right.starts_with(one.sign)) continue;
    out.sign = right.substr(0, one.sign.size());
    break;
  }
  out.value = trim(right.substr(out.sign.size()));
  return out;
}

std::string list_of(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", word);
  }
  return out;
}

std::string near_or_all(std::string_view word, std::span<const std::string_view> words,
                        std::string_view what) {
  const std::string near = did_you_mean(word, words);
  return near.empty() ? fmt::format("{} are {}", what, list_of(words)) : near;
}

class ConditionReader {
 public:
  ConditionReader(const Statement& statement, RuleText& rule, Diagnostics& diagnostics)
      : statement_(statement), rule_(rule), diagnostics_(diagnostics) {}

  bool read(FactFamily family) {
    const Condition condition = split_condition(statement_.rest());
    rule_.fact.family = family;
    if (!read_field(condition) || !read_operator(condition)) return false;
    return read_value(condition);
  }

 private:
  bool fail(std::string_view at, std::string message, std::string hint = {}) {
    report(diagnostics_, statement_.error(at, std::move(message), std::move(hint)));
    return false;
  }

  bool read_field(const Condition& condition) {
    FactLine& fact = rule_.fact;
    fact.field = find_fact_field(fact.family, condition.field);
    if (fact.field == nullptr) return unknown_field(condition.field);
    if (!fact.field->named && !condition.argument.empty()) {
      return fail(condition.argument, fmt::format("{} takes no name", condition.field),
                  fmt::format("write {} without ':'", condition.field));
    }
    if (fact.field->named && condition.argument.empty()) {
      return fail(condition.field, fmt::format("{} needs a name", condition.field),
                  fmt::format("write {}:NAME", condition.field));
    }
    fact.argument = condition.argument;
    return true;
  }

  bool unknown_field(std::string_view word) {
    std::vector<std::string_view> names;
    for (const FactField& field : fact_fields(rule_.fact.family)) names.push_back(field.name);
    const std::string_view family = fact_family_name(rule_.fact.family);
    return fail(word,
                word.empty() ? fmt::format("the field of the {} is missing", family)
                             : fmt::format("unknown field '{}' of {}", printable(word, 64), family),
                near_or_all(word, names, "fields"));
  }

  bool read_operator(const Condition& condition) {
    const FactField& field = *rule_.fact.field;
    const bool number = field.number != nullptr;
    const std::string hint = number ? "write ==, !=, <, <=, > or >= and a number"
                                    : "write == or != and a text, or =~ or !~ and a pattern";
    if (condition.sign.empty()) return fail(condition.sign, "an operator should stand here", hint);
    for (const Operator& one : kOperators) {
      if (one.sign == condition.sign) rule_.fact.test.op = one.op;
    }
    const FactOp op = rule_.fact.test.op;
    const bool fits = number ? !is_pattern(op) : field.may_be_number || !is_order(op);
    if (fits) return true;
    return fail(condition.sign,
                fmt::format("{} is a {}, to which {} does not apply", field.name,
                            number ? "number" : "text", condition.sign),
                hint);
  }

  bool read_value(const Condition& condition) {
    FactTest& test = rule_.fact.test;
    if (is_pattern(test.op)) {
      return read_regex(statement_, condition.value, rule_, diagnostics_);
    }
    test.numeric = rule_.fact.field->number != nullptr || is_order(test.op);
    return test.numeric ? read_number(condition.value) : read_text(condition.value);
  }

  bool read_number(std::string_view value) {
    const std::optional<int64_t> number = whole_number(value);
    if (!number.has_value()) {
      return fail(value,
                  value.empty() ? std::string("the number is missing")
                                : fmt::format("'{}' is no whole number", printable(value, 64)),
                  "write a whole number, without a unit");
    }
    rule_.fact.test.number = *number;
    return true;
  }

  bool read_text(std::string_view value) {
    if (value.empty()) {
      return fail(value, "the text is missing", "the empty text is written <>");
    }
    const std::span<const std::string_view> words = rule_.fact.field->words;
    const bool known = words.empty() ||
                       std::any_of(words.begin(), words.end(),
                                   [value](std::string_view word) { return iequals(word, value); });
    if (!known) {
      return fail(value,
                  fmt::format("{} is never '{}'", rule_.fact.field->name, printable(value, 64)),
                  near_or_all(value, words, "values"));
    }
    rule_.fact.test.text = value == "<>" ? "" : value;
    return true;
  }

  const Statement& statement_;
  RuleText& rule_;
  Diagnostics& diagnostics_;
};

void read_condition(FactFamily family, Statement& statement, RuleBook& book,
                    Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kFact, diagnostics);
  if (draft == nullptr) return;
  if (!ConditionReader(statement, draft->rule, diagnostics).read(family)) draft->rule.off = true;
}

std::string fields_reference(FactFamily family) {
  std::string out;
  for (const FactField& field : fact_fields(family)) {
    const std::string_view type = field.number != nullptr ? " (number)" : "";
    out +=
        fmt::format("- `{}{}`{}: {}", field.name, field.named ? ":NAME" : "", type, field.meaning);
    for (const std::string_view word : field.words) {
      out += fmt::format("{}`{}`", word == field.words.front() ? "; " : ", ", word);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

void read_lookup(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kLookup, diagnostics);
  if (draft == nullptr) return;
  if (!read_lookup_line(statement, draft->rule.lookup, diagnostics)) draft->rule.off = true;
}

void read_envelope(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_condition(FactFamily::kEnvelope, statement, book, diagnostics);
}

void read_structure(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_condition(FactFamily::kStructure, statement, book, diagnostics);
}

void read_auth(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  read_condition(FactFamily::kAuth, statement, book, diagnostics);
}

std::string lookup_texts_reference() {
  std::string out = "Texts:\n\n";
  for (const LookupTextInfo& info : lookup_texts()) {
    out += fmt::format("- `{}`: {}; in {}\n", info.name, info.meaning, kinds_that_fit(info.type));
  }
  out += fmt::format(
      "- `FIELD:addr`: the addresses of a header field, or of `ToCc` or `EnvelopeFrom`; in {}\n"
      "- `FIELD:host`, `FIELD:domain`: the first host in its text, and what is registered of it; "
      "in {}\n"
      "- `FIELD:ip`: the first IP address in its text; in {}\n",
      kinds_that_fit(LookupType::kAddress), kinds_that_fit(LookupType::kHost),
      kinds_that_fit(LookupType::kIp));
  return out;
}

std::string envelope_reference() {
  return fields_reference(FactFamily::kEnvelope);
}

std::string structure_reference() {
  return fields_reference(FactFamily::kStructure);
}

std::string auth_reference() {
  return fields_reference(FactFamily::kAuth);
}

}  // namespace sluice::rules
