#include "rules/evals/html_eval.h"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <optional>
#include <vector>

#include "rules/evals/arguments.h"
#include "rules/evals/characters.h"
#include "rules/evals/eval_pattern.h"
#include "rules/evals/families.h"
#include "rules/evals/locales.h"
#include "rules/evals/number_expression.h"
#include "rules/evals/part_search.h"

namespace sluice::rules {

namespace {

template <typename Holds>
int any_part(EvalContext& context, Holds&& holds) {
  for (const HtmlFacts* html : html_parts(context)) {
    if (holds(*html)) return 1;
  }
  return 0;
}

// ---- numbers

// The first argument as a fact, the others as numbers.
struct FactArguments final : EvalPrepared {
  std::optional<HtmlFact> fact = {};  // nullopt: one that no HTML has
  std::unique_ptr<const EvalPrepared> numbers = {};

  [[nodiscard]] std::optional<double> value(const HtmlFacts& html) const {
    return fact ? html.value(*fact) : std::nullopt;
  }
};

std::unique_ptr<const EvalPrepared> prepare_fact(std::span<const std::string> arguments,
                                                 std::string& fault) {
  auto out = std::make_unique<FactArguments>();
  out->fact = html_fact_named(arguments[0]);
  out->numbers = prepare_numbers(arguments, fault);
  return out;
}

int html_range(EvalContext& context) {
  const auto& fact = static_cast<const FactArguments&>(*context.prepared);
  const auto& given = static_cast<const NumberArguments&>(*fact.numbers);
  const bool endless = !given.has(2) || context.arguments[2] == "inf";
  return any_part(context, [&](const HtmlFacts& html) {
    const auto value = fact.value(html);
    return value && *value > given.at(1) && (endless || *value <= given.at(2));
  });
}

int html_test(EvalContext& context) {
  const auto& fact = static_cast<const FactArguments&>(*context.prepared);
  return any_part(context,
                  [&fact](const HtmlFacts& html) { return fact.value(html).value_or(0) != 0; });
}

int html_image_only(EvalContext& context) {
  const NumberArguments& given = numbers(context);
  return any_part(context, [&given](const HtmlFacts& html) {
    const auto length = html.value(HtmlFact::kLength);
    return length && *length > given.at(0) && *length <= given.at(1) && has_tag(html, "img");
  });
}

int html_image_ratio(EvalContext& context) {
  const NumberArguments& given = numbers(context);
  return any_part(context, [&given](const HtmlFacts& html) {
    const auto letters = html.value(HtmlFact::kNonSpaceLen);
    const double area = html.value(HtmlFact::kImageArea).value_or(0);
    if (!letters || !(area > 0)) return false;
    const double ratio = *letters / area;
    return ratio > given.at(0) && ratio <= given.at(1);
  });
}

struct ExpressionArgument final : EvalPrepared {
  explicit ExpressionArgument(const NumberExpression& parsed) : expression(parsed) {}

  NumberExpression expression;
  std::optional<HtmlFact> fact = {};  // nullopt: one that no HTML has
};

std::unique_ptr<const EvalPrepared> prepare_expression(std::span<const std::string> arguments,
                                                       std::string& fault) {
  const auto parsed = NumberExpression::parse(arguments[1]);
  if (!parsed) {
    fault = "write a comparison, as '< 384' or '!= 0'";
    return nullptr;
  }
  auto out = std::make_unique<ExpressionArgument>(*parsed);
  out->fact = html_fact_named(arguments[0]);
  return out;
}

const ExpressionArgument& expression_of(const EvalContext& context) {
  return static_cast<const ExpressionArgument&>(*context.prepared);
}

int html_eval(EvalContext& context) {
  const ExpressionArgument& given = expression_of(context);
  if (!given.fact) return 0;
  return any_part(context, [&given](const HtmlFacts& html) {
    const auto value = html.value(*given.fact);
    return value && given.expression.holds(*value);
  });
}

// ---- tags

int html_tag_balance(EvalContext& context) {
  const std::string& tag = context.arguments[0];
  return any_part(context, [&](const HtmlFacts& html) {
    return has_tag(html, tag) && expression_of(context).expression.holds(html.open_tags(tag));
  });
}

int html_tag_exists(EvalContext& context) {
  const std::string& tag = context.arguments[0];
  return any_part(context, [&tag](const HtmlFacts& html) { return has_tag(html, tag); });
}

int check_iframe_src(EvalContext& context) {
  return any_part(context, [](const HtmlFacts& html) {
    return std::any_of(html.uris.begin(), html.uris.end(),
                       [](const HtmlUri& uri) { return (uri.types & kUriIframe) != 0; });
  });
}

// ---- texts

using TextList = std::pmr::vector<std::string_view> HtmlFacts::*;

struct TextListName {
  std::string_view name;
  TextList list;
};

constexpr std::array kTextLists = {
    TextListName{"anchor", &HtmlFacts::anchors},
    TextListName{"comment", &HtmlFacts::comments},
    TextListName{"script", &HtmlFacts::scripts},
    TextListName{"title", &HtmlFacts::titles},
};

struct TextArguments final : EvalPrepared {
  TextList list = nullptr;
  std::unique_ptr<const EvalPattern> pattern = {};
};

std::unique_ptr<const EvalPrepared> prepare_text(std::span<const std::string> arguments,
                                                 std::string& fault) {
  auto out = std::make_unique<TextArguments>();
  const auto* const found =
      std::find_if(kTextLists.begin(), kTextLists.end(),
                   [&arguments](const TextListName& list) { return list.name == arguments[0]; });
  if (found == kTextLists.end()) {
    fault = "write one of anchor comment script title";
    return nullptr;
  }
  out->list = found->list;
  out->pattern = EvalPattern::compile(arguments[1], EvalPattern::kBare, fault);
  if (out->pattern == nullptr) return nullptr;
  return out;
}

int any_text(EvalContext& context, bool matching) {
  const auto& given = static_cast<const TextArguments&>(*context.prepared);
  return any_part(context, [&](const HtmlFacts& html) {
    const auto& texts = html.*given.list;
    return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
      return given.pattern->matches(text) == matching;
    });
  });
}

int html_text_match(EvalContext& context) {
  return any_text(context, true);
}

int html_text_not_match(EvalContext& context) {
  return any_text(context, false);
}

int html_title_subject_ratio(EvalContext& context) {
  const std::string_view subject = context.mail.get_first("Subject", "").value_or("");
  if (subject.empty()) return 0;
  const auto subject_bytes = static_cast<double>(subject.size());
  return any_part(context, [&](const HtmlFacts& html) {
    return std::any_of(html.titles.begin(), html.titles.end(), [&](std::string_view title) {
      const auto characters = static_cast<double>(title == "0" ? 0 : count_characters(title));
      return characters / subject_bytes > numbers(context).at(0);
    });
  });
}

// ---- charsets

std::string_view text_fact(const HtmlFacts& html, std::string_view name) {
  for (const auto& [found, text] : html.texts) {
    if (found == name) return text;
  }
  return {};
}

int html_charset_faraway(EvalContext& context) {
  const LocaleSettings& locales = context.settings.locales;
  if (locales.all) return 0;
  return any_part(context, [&locales](const HtmlFacts& html) {
    std::size_t good = 0;
    std::size_t bad = 0;
    for_each_word(text_fact(html, "charsets"), [&](std::string_view charset) {
      ++(is_charset_ok(charset, locales) ? good : bad);
    });
    return bad > 0 && bad >= good;
  });
}

constexpr EvalEntry plain_entry(std::string_view name, std::string_view meaning,
                                int (*run)(EvalContext& context), uint8_t arguments = 0) {
  return {.name = name,
          .plugin = "HTMLEval",
          .meaning = meaning,
          .run = run,
          .arguments_min = arguments,
          .arguments_max = arguments};
}

constexpr EvalEntry number_entry(std::string_view name, std::string_view meaning,
                                 int (*run)(EvalContext& context), uint8_t arguments_min,
                                 uint8_t arguments_max) {
  EvalEntry out = plain_entry(name, meaning, run, arguments_min);
  out.prepare = prepare_numbers;
  out.arguments_max = arguments_max;
  return out;
}

constexpr EvalEntry fact_entry(std::string_view name, std::string_view meaning,
                               int (*run)(EvalContext& context), uint8_t arguments_min,
                               uint8_t arguments_max) {
  EvalEntry out = number_entry(name, meaning, run, arguments_min, arguments_max);
  out.prepare = prepare_fact;
  return out;
}

constexpr EvalEntry expression_entry(std::string_view name, std::string_view meaning,
                                     int (*run)(EvalContext& context)) {
  EvalEntry out = plain_entry(name, meaning, run, 2);
  out.prepare = prepare_expression;
  return out;
}

constexpr EvalEntry text_entry(std::string_view name, std::string_view meaning,
                               int (*run)(EvalContext& context)) {
  EvalEntry out = plain_entry(name, meaning, run, 2);
  out.prepare = prepare_text;
  return out;
}

constexpr std::array kEntries = {
    expression_entry("html_tag_balance", "how many of a tag stay open compares so",
                     html_tag_balance),
    number_entry("html_image_only", "images, and bytes of HTML above min, to max", html_image_only,
                 2, 2),
    number_entry("html_image_ratio", "letters for one pixel above min, to max", html_image_ratio, 2,
                 2),
    plain_entry("html_charset_faraway", "character sets that ok_locales do not use",
                html_charset_faraway),
    plain_entry("html_tag_exists", "there is such a tag", html_tag_exists, 1),
    fact_entry("html_test", "a fact holds, as font_low_contrast", html_test, 1, 1),
    expression_entry("html_eval", "a number compares so", html_eval),
    text_entry("html_text_match", "one of the anchors, comments, scripts or titles matches",
               html_text_match),
    number_entry("html_title_subject_ratio", "a title is so many times as long as the subject",
                 html_title_subject_ratio, 1, 1),
    text_entry("html_text_not_match", "one of the anchors, comments, scripts or titles does not",
               html_text_not_match),
    fact_entry("html_range", "a number is above min, to max", html_range, 2, 3),
    plain_entry("check_iframe_src", "a frame that shows a link", check_iframe_src),
};

}  // namespace

std::span<const HtmlFacts* const> html_parts(EvalContext& context) {
  HtmlEvalState& state = context.state.html;
  if (state.read) return state.parts;
  state.read = true;
  std::pmr::vector<const HtmlFacts*> found(&context.mail.arena());
  for (const MailPart& part : rendered_parts(context)) {
    if (part.leaf && part.text.html != nullptr) found.push_back(part.text.html);
  }
  state.parts = {found.data(), found.size()};  // arenas keep what their vectors let go
  return state.parts;
}

std::span<const EvalEntry> html_evals() {
  return kEntries;
}

}  // namespace sluice::rules
