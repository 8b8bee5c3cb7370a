#include "rules/language/rule_lines.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr int32_t kWeightMax = 100'000'000;  // thousandths

}  // namespace

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
// There is no network here, and nothing learnt: the first counts.
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
    return;
  }
  draft->score = scores.front();
  draft->relative_score = 0;
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

namespace {

struct RuleFlag {
  std::string_view name;
  void (*set)(Draft& draft);
  std::string_view meaning;
};

void set_nothing(Draft& /*draft*/) {}

constexpr std::array<RuleFlag, 21> kRuleFlags = {{
    {"multiple", [](Draft& d) { d.rule.multiple = true; },
     "the rule counts its matches; metas see the number"},
    {"nosubject", [](Draft& d) { d.rule.nosubject = true; },
     "a body rule does not look at the subject"},
    {"shadow", [](Draft& d) { d.rule.shadow = true; },
     "the rule is reported, its score is not added"},
    {"nice", [](Draft& d) { d.nice = true; }, "without a `score`, the rule's score is -1"},
    {"net", [](Draft& d) { d.rule.net = true; },
     "the function asks the network: it is not called here"},
    {"concat", [](Draft& d) { d.rule.parts += " concat"; },
     "a mimeheader rule sees the fields of all parts as one text"},
    {"learn", set_nothing, {}},
    {"publish", set_nothing, {}},
    {"nopublish", set_nothing, {}},
    {"noautolearn", set_nothing, {}},
    {"autolearn_force", set_nothing, {}},
    {"autolearn_header", set_nothing, {}},
    {"autolearn_body", set_nothing, {}},
    {"userconf", set_nothing, {}},
    {"noawl", set_nothing, {}},
    {"nolog", set_nothing, {}},
    {"ips_only", set_nothing, {}},
    {"domains_only", set_nothing, {}},
    {"notrim", set_nothing, {}},
    {"a", set_nothing, {}},
    {"ns", set_nothing, {}},
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

void forget_flags(Draft& draft) {
  RuleText& rule = draft.rule;
  draft.nice = false;
  rule.multiple = rule.nosubject = rule.shadow = rule.net = false;
  rule.maxhits = UINT16_MAX;
  rule.parts.clear();
}

void read_flag(const Statement& statement, std::string_view word, Draft& draft,
               Diagnostics& diagnostics) {
  if (read_maxhits(statement, word, draft.rule, diagnostics)) return;
  if (word.starts_with("range=")) {
    draft.rule.parts += ' ';
    draft.rule.parts += word;
    return;
  }
  const auto known = std::find_if(kRuleFlags.begin(), kRuleFlags.end(),
                                  [word](const RuleFlag& f) { return f.name == word; });
  if (known != kRuleFlags.end()) return known->set(draft);
  std::vector<std::string_view> names = {"maxhits", "range"};
  for (const RuleFlag& flag : kRuleFlags) names.push_back(flag.name);
  report(diagnostics, statement.warning(word, fmt::format("unknown flag '{}'", printable(word, 64)),
                                        did_you_mean(word, names)));
}

}  // namespace

// As in SpamAssassin, the last such line of a rule is the one that counts.
void read_tflags(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  Draft* const draft = book.draft(statement, diagnostics);
  if (draft == nullptr) return;
  if (statement.rest().empty()) {
    report(diagnostics, statement.error(statement.rest(), "the flags are missing"));
  }
  forget_flags(*draft);
  while (!statement.rest().empty()) {
    read_flag(statement, statement.take_word(), *draft, diagnostics);
  }
}

// All rules are looked at for each message, so that their order does not matter.
void read_priority(Statement& statement, RuleBook& book, Diagnostics& diagnostics) {
  if (book.draft(statement, diagnostics) == nullptr) return;
  std::string_view number = statement.take_word();
  const std::string_view at = number;
  if (number.starts_with('-')) number.remove_prefix(1);
  if (!number.empty() && std::all_of(number.begin(), number.end(), is_digit)) return;
  report(diagnostics, statement.error(at, "a priority is a whole number"));
}

std::string flags_reference() {
  std::string out = "What is particular about a rule.\n\n";
  std::string others;
  for (const RuleFlag& flag : kRuleFlags) {
    if (!flag.meaning.empty()) {
      out += fmt::format("- `{}`: {}\n", flag.name, flag.meaning);
    } else {
      others += fmt::format("{}`{}`", others.empty() ? "" : ", ", flag.name);
    }
  }
  out += "- `maxhits=N`: counting stops at N\n";
  out += "- `range=N-M`: a mimeheader rule looks at parts N to M only\n";
  return out + "- accepted, without meaning here: " + others + "\n";
}

}  // namespace sluice::rules
