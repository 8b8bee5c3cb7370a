#include "rules/self_test.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "rules/language/sender_condition.h"
#include "rules/rule_set_parts.h"
#include "rules/text_view.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kSeparator = " || ";

// A message made of the text of a test. Header fields are read as those of mail are; texts of the
// body stand for what rules see, not for how mail says it.
class TestMessage {
 public:
  void add_header(std::string_view name, std::string_view value) {
    header_ += name;
    header_ += ": ";
    header_ += value;
    header_ += '\n';
  }

  void add_url(std::string_view url) {
    given_.uris.emplace_back(url);
    add_line(url);
  }

  void add_rawbody(std::string_view text) {
    given_.rawbody.emplace_back(text);
    add_line(text);
  }

  // Several texts become several paragraphs.
  void add_body(std::string_view text) {
    given_.body.push_back(std::string(text) + '\n');
    add_line(text);
    add_line("");
  }

  void set_full(std::string_view text) { given_.full = text; }

  void set_value(std::string_view text) { given_.value = text; }

  void set_mail_from(std::string_view address) { mail_from_ = address; }

  void add_defect(std::string_view name) {
    const std::optional<mime::Defect> defect = mime::defect_by_name(name);
    if (defect.has_value()) defects_.add(*defect);
  }

  void set_sender(std::string_view term, std::string_view value) {
    SenderFault fault;
    set_sender_term(sender_, term, value, fault);  // checked when the rules were read
  }

  [[nodiscard]] const SenderView& sender() const { return sender_; }

  ScanInput input() {
    raw_ = header_ + '\n' + body_;
    message_.emplace(mime::read_message(raw_, arena_));
    message_->defects = defects_;
    return {.message = *message_, .mail_from = mail_from_, .given = &given_};
  }

 private:
  void add_line(std::string_view text) {
    body_ += text;
    body_ += '\n';
  }

  Arena arena_;
  std::optional<mime::Message> message_;
  mime::DefectSet defects_;
  GivenTexts given_;
  std::string header_;
  std::string body_;
  std::string raw_;
  std::string_view mail_from_;
  SenderView sender_;
};

struct Item {
  std::string_view view;
  void (TestMessage::*add)(std::string_view text);
};

constexpr std::array<Item, 6> kItems = {{{"body", &TestMessage::add_body},
                                         {"rawbody", &TestMessage::add_rawbody},
                                         {"uri", &TestMessage::add_url},
                                         {"full", &TestMessage::set_full},
                                         {"defect", &TestMessage::add_defect},
                                         {"EnvelopeFrom", &TestMessage::set_mail_from}}};

// "body: some text", "Subject: hello".
void add_item(TestMessage& message, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == kNone) return;
  const std::string_view name = trim(text.substr(0, colon));
  const std::string_view value = trim(text.substr(colon + 1));
  for (const Item& item : kItems) {
    if (item.view == name) return (message.*item.add)(value);
  }
  if (find_sender_term(name).has_value()) return message.set_sender(name, value);
  message.add_header(name, value);
}

void add_items(TestMessage& message, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find(kSeparator);
    add_item(message, text.substr(0, end));
    text.remove_prefix(end == kNone ? text.size() : end + kSeparator.size());
  }
}

void add_selected(TestMessage& message, const HeaderSelector& selector, std::string_view text) {
  if (selector.name == "EnvelopeFrom") return message.set_mail_from(text);
  if (selector.name == "ALL") return add_items(message, text);
  if (selector.name == "ToCc") return message.add_header("To", text);
  if (selector.name == "MESSAGEID") return message.add_header("Message-Id", text);
  message.add_header(selector.name, text);
}

const HeaderSelector* selector_of(const RuleSetParts& set, RuleIndex rule) {
  for (const View& view : set.views) {
    for (const ViewPattern& pattern : view.patterns) {
      if (pattern.rule == rule) return &view.key.selector;
    }
  }
  return nullptr;  // a rule that is switched off
}

void fill(TestMessage& message, const RuleSet& set, RuleIndex rule, std::string_view text) {
  switch (set.rules()[rule].kind) {
    case RuleKind::kBody:
      return message.add_body(text);
    case RuleKind::kRawBody:
      return message.add_rawbody(text);
    case RuleKind::kUri:
      return message.add_url(text);
    case RuleKind::kFull:
      return message.set_full(text);
    case RuleKind::kDefect:
      return message.add_defect(text);
    case RuleKind::kHeader:
    case RuleKind::kMimeHeader: {
      const HeaderSelector* const selector = selector_of(set.parts(), rule);
      if (selector != nullptr) add_selected(message, *selector, text);
      return;
    }
    case RuleKind::kLookup:
    case RuleKind::kFact:
      return message.set_value(text);
    case RuleKind::kExists:
    case RuleKind::kUriDetail:
    case RuleKind::kEval:
    case RuleKind::kMeta:
    case RuleKind::kSender:
      return add_items(message, text);
  }
}

// Sub-rules are evaluated but not reported: for a test each rule is one that is.
JudgePart with_all_counted(const JudgePart& part) {
  JudgePart out = part;
  for (JudgeRule& rule : out.rules) rule.counted = true;
  out.prepare();
  return out;
}

}  // namespace

std::vector<TestResult> run_rule_tests(const RuleSet& set) {
  const JudgePart judge = with_all_counted(set.judge_part());
  Scratch scratch(set);
  std::vector<Hit> hits;
  Evaluation evaluation;
  std::vector<TestResult> results;
  const RuleSetParts& parts = set.parts();
  for (std::size_t i = 0; i < parts.tests.size(); ++i) {
    const RuleTest& test = parts.tests[i];
    const RuleIndex rule = parts.tested[i];
    if (set.rules()[rule].inactive != Inactive::kNot) continue;
    TestMessage message;
    fill(message, set, rule, test.text);
    set.scan(message.input(), scratch, hits);
    judge.evaluate(hits, message.sender(), evaluation);
    const bool hit = std::any_of(evaluation.hits.begin(), evaluation.hits.end(),
                                 [rule](const WeightedHit& h) { return h.rule == rule; });
    results.push_back({.rule = rule,
                       .passed = hit == test.hits,
                       .expected = test.hits,
                       .text = test.text,
                       .place = test.place});
  }
  return results;
}

}  // namespace sluice::rules
