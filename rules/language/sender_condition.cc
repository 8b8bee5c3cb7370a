#include "rules/language/sender_condition.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/text.h"
#include "rules/language/meta_expression.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kSeparator = " || ";  // of the items of a test
constexpr std::string_view kOperators =
    "comparisons are < <= > >= == and !=, between them stand && and ||";

std::vector<std::string_view> term_names() {
  std::vector<std::string_view> names;
  for (const SenderTermInfo& term : kSenderTermTable) names.push_back(term.name);
  return names;
}

std::string standing_names() {
  std::string out;
  for (const std::string_view name : kStandingNames) {
    if (!name.empty()) out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
  }
  return out;
}

SenderFault unknown_term(std::string_view name, std::size_t offset) {
  std::vector<std::string_view> names = term_names();
  names.insert(names.end(), kStandingNames.begin() + 1, kStandingNames.end());
  SenderFault fault{offset, fmt::format("unknown term '{}'", printable(name, 64)),
                    did_you_mean(name, names)};
  if (fault.hint.empty()) fault.hint = fmt::format("terms are {}", fmt::join(term_names(), ", "));
  return fault;
}

// ---- what kind of value each step leaves --------------------------------------------------------

enum class Kind : uint8_t { kNumber, kTruth, kStanding };

struct Typed {
  Kind kind = Kind::kNumber;
  std::size_t offset = 0;  // of a name in it
};

bool is_equality(MetaOp op) {
  return op == MetaOp::kEqual || op == MetaOp::kNotEqual;
}

bool is_comparison(MetaOp op) {
  return op >= MetaOp::kLess && op <= MetaOp::kNotEqual;
}

// Follows a program in postfix order, as the judge will run it.
class KindCheck {
 public:
  explicit KindCheck(SenderFault& fault) : fault_(fault) {}

  void push(Typed value) { stack_.push_back(value); }

  bool apply(MetaOp op) {
    const Typed right = pop();
    if (op == MetaOp::kNot) return needs(right, Kind::kTruth) && leave(Kind::kTruth, right);
    if (op == MetaOp::kNegate) return needs(right, Kind::kNumber) && leave(Kind::kNumber, right);
    const Typed left = pop();
    if (op == MetaOp::kAnd || op == MetaOp::kOr) {
      return needs(left, Kind::kTruth) && needs(right, Kind::kTruth) && leave(Kind::kTruth, left);
    }
    if (!is_comparison(op)) {
      return needs(left, Kind::kNumber) && needs(right, Kind::kNumber) &&
             leave(Kind::kNumber, left);
    }
    if (is_equality(op) && left.kind == Kind::kStanding && right.kind == Kind::kStanding) {
      return leave(Kind::kTruth, left);
    }
    return needs(left, Kind::kNumber) && needs(right, Kind::kNumber) && leave(Kind::kTruth, left);
  }

  bool finish() { return needs(pop(), Kind::kTruth); }

 private:
  Typed pop() {
    const Typed value = stack_.back();
    stack_.pop_back();
    return value;
  }

  bool leave(Kind kind, const Typed& of) {
    stack_.push_back({kind, of.offset});
    return true;
  }

  // Truth is 1 or 0 where a number is wanted; a number is no truth.
  bool needs(const Typed& value, Kind kind) {
    if (value.kind == kind || (value.kind == Kind::kTruth && kind == Kind::kNumber)) return true;
    if (value.kind == Kind::kStanding) {
      fault_ = {value.offset, "a standing is compared with a standing's name, by == or !=",
                fmt::format("write standing == watched; names are {}", standing_names())};
    } else {
      fault_ = {value.offset, "an operator is missing: this is a number, not a condition",
                fmt::format("write: rate_1h > 500; {}", kOperators)};
    }
    return false;
  }

  SenderFault& fault_;
  std::vector<Typed> stack_;
};

// A name as the value it stands for.
std::optional<MetaStep> value_of(const MetaName& name, Typed& typed) {
  typed = {Kind::kNumber, name.offset};
  if (const auto standing = find_standing(name.name)) {
    typed.kind = Kind::kStanding;
    return MetaStep{.op = MetaOp::kConstant, .operand = *standing};
  }
  const auto term = find_sender_term(name.name);
  if (!term.has_value()) return std::nullopt;
  if (*term == SenderTerm::kStanding) typed.kind = Kind::kStanding;
  return MetaStep{.op = MetaOp::kSender, .operand = static_cast<int64_t>(*term)};
}

bool link(MetaExpression& expression, SenderFault& fault) {
  KindCheck check(fault);
  for (MetaStep& step : expression.program) {
    if (step.op == MetaOp::kConstant) {
      check.push({});
    } else if (step.op != MetaOp::kRule) {
      if (!check.apply(step.op)) return false;
    } else {
      const MetaName& name = expression.names[static_cast<std::size_t>(step.operand)];
      Typed typed;
      const std::optional<MetaStep> value = value_of(name, typed);
      if (!value.has_value()) {
        fault = unknown_term(name.name, name.offset);
        return false;
      }
      step = *value;
      check.push(typed);
    }
  }
  return check.finish();
}

// "12.5" in thousandths; digits beyond the third after the point are dropped.
std::optional<int64_t> read_number(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || whole.size() > 12 || !std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return std::nullopt;
  }
  int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (std::size_t i = 0; i < 3; ++i) {
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return value;
}

Diagnostic at_offset(const Place& place, const SenderFault& fault) {
  Diagnostic out = at_place(Severity::kError, place, fault.message, fault.hint);
  out.column += static_cast<int>(fault.offset);
  return out;
}

// ---- tests --------------------------------------------------------------------------------------

// One "rate_1h: 501". A test of another rule than a sender's may hold other items as well.
bool check_item(std::string_view item, bool sender_rule, SenderFault& fault) {
  const std::size_t colon = item.find(':');
  const std::string_view name = trim(item.substr(0, std::min(colon, item.size())));
  if (colon == kNone || !find_sender_term(name).has_value()) {
    if (!sender_rule) return true;
    fault = unknown_term(name, 0);
    if (colon == kNone) {
      fault.message = fmt::format("'{}' says nothing of a sender", printable(name, 64));
      fault.hint = "write: test NAME ok rate_1h: 501 || age_days: 3";
    }
    return false;
  }
  SenderView view;
  const std::string_view value = trim(item.substr(colon + 1));
  if (set_sender_term(view, name, value, fault)) return true;
  fault.offset += static_cast<std::size_t>(value.data() - item.data());
  return false;
}

void check_test(const RuleText& rule, const RuleTest& test, Diagnostics& diagnostics) {
  const std::string_view text = test.text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(kSeparator, at), text.size());
    SenderFault fault;
    if (!check_item(text.substr(at, end - at), rule.kind == RuleKind::kSender, fault)) {
      fault.offset += at;
      report(diagnostics, at_offset(test.place, fault));
    }
    at = end + kSeparator.size();
  }
}

}  // namespace

std::optional<std::vector<MetaStep>> parse_sender_condition(std::string_view text,
                                                            SenderFault& fault) {
  RegexFault wrong;
  std::optional<MetaExpression> expression = parse_meta(text, wrong);
  if (!expression.has_value()) {
    fault = {wrong.offset, wrong.message, std::string(kOperators)};
    if (text.empty()) fault = {0, "the condition is missing", "write: sender NAME rate_1h > 500"};
    if (wrong.message == "the number is too large") fault.hint = "numbers go up to 2147483";
    return std::nullopt;
  }
  if (!link(*expression, fault)) return std::nullopt;
  return std::move(expression->program);
}

bool set_sender_term(SenderView& view, std::string_view name, std::string_view value,
                     SenderFault& fault) {
  const auto term = find_sender_term(name);
  SLUICE_ASSERT(term.has_value());
  const bool standing = *term == SenderTerm::kStanding;
  const std::optional<int64_t> number = standing ? find_standing(value) : read_number(value);
  if (!number.has_value()) {
    fault = {0,
             fmt::format("'{}' is no {}", printable(value, 64), standing ? "standing" : "number"),
             standing ? fmt::format("standings are {}", standing_names())
                      : fmt::format("write: {}: 500", name)};
    return false;
  }
  view.set(*term, *number);
  return true;
}

bool set_sender_terms(SenderView& view, std::string_view text, SenderFault& fault) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view item = text.substr(at, end - at);
    const std::size_t sign = std::min(item.find('='), item.size());
    const std::string_view name = trim(item.substr(0, sign));
    if (!find_sender_term(name).has_value()) {
      fault = unknown_term(name, at);
      return false;
    }
    const std::string_view value = trim(item.substr(std::min(sign + 1, item.size())));
    if (!set_sender_term(view, name, value, fault)) return false;
    at = end + 1;
  }
  return true;
}

void read_sender(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.define(statement, RuleKind::kSender, diagnostics);
  if (draft == nullptr) return;
  const std::string_view text = statement.rest();
  SenderFault fault;
  std::optional<std::vector<MetaStep>> program = parse_sender_condition(text, fault);
  if (!program.has_value()) {
    report(diagnostics, at_offset(place_of(statement, text), fault));
    program = {{.op = MetaOp::kConstant, .operand = 0}};
  }
  draft->rule.program = std::move(*program);
}

void check_sender_tests(const RuleText& rule, Diagnostics& diagnostics) {
  const bool items = rule.kind == RuleKind::kSender || rule.kind == RuleKind::kMeta;
  if (!items) return;
  for (const RuleTest& test : rule.tests) check_test(rule, test, diagnostics);
}

std::string sender_reference() {
  std::string out;
  for (const SenderTermInfo& term : kSenderTermTable) {
    out += fmt::format("- `{}`: {}\n", term.name, term.meaning);
  }
  return out;
}

}  // namespace sluice::rules
