// Claim:   what rules/DIFFERENCES.md says is so, line by line.
// Oracle:  by hand, one small message a test.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"

namespace sluice::rules {
namespace {

struct Compiled {
  std::shared_ptr<const RuleSet> set = {};
  Diagnostics diagnostics = {};
};

Compiled compile(const std::string& rules) {
  Compiled out;
  out.set = compile_rules(std::vector<RuleFile>{{"a.cf", rules}}, {}, out.diagnostics);
  return out;
}

struct Outcome {
  std::string hits = {};  // "A=1 B=3", metas and sub-rules as well
  int32_t score = 0;
  std::vector<std::string> undecided = {};
};

Outcome scan(const std::string& rules, std::string_view raw) {
  const Compiled compiled = compile(rules);
  EXPECT_NE(compiled.set, nullptr);
  if (compiled.set == nullptr) return {};
  Arena arena;
  const mime::Message message = mime::read_message(raw, arena);
  Scratch scratch(*compiled.set);
  std::vector<Hit> hits;
  compiled.set->scan({.message = message, .received_s = 1'700'000'000}, scratch, hits);
  Evaluation evaluation;
  compiled.set->judge_part().evaluate(hits, evaluation);
  Outcome out{.score = evaluation.score};
  for (const Hit& hit : compiled.set->judge_part().all_hits(hits)) {
    out.hits += out.hits.empty() ? "" : " ";
    out.hits += compiled.set->rules()[hit.rule].name + "=" + std::to_string(hit.count);
  }
  for (const RuleIndex rule : scratch.unconfirmed()) {
    out.undecided.push_back(compiled.set->rules()[rule].name);
  }
  return out;
}

bool warns_of(const Diagnostics& diagnostics, std::string_view text) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [text](const Diagnostic& d) {
    return d.severity == Severity::kWarning && d.message.find(text) != std::string::npos;
  });
}

TEST(Differences, NetworkAndLearningNeverHit) {
  const Compiled compiled = compile(
      "header A eval:check_for_spf_fail()\n"
      "body   B eval:check_bayes('0.99', '1.00')\n"
      "body   C eval:check_base64_length('79')\n"
      "tflags C net\n");
  ASSERT_NE(compiled.set, nullptr);
  const auto rules = compiled.set->rules();
  EXPECT_EQ(rules[0].inactive, Inactive::kNetwork);
  EXPECT_EQ(rules[1].inactive, Inactive::kLearning);
  EXPECT_EQ(rules[2].inactive, Inactive::kNetwork);
}

TEST(Differences, OnlyLoopbackIsTrustedUnlessTold) {
  constexpr std::string_view kMail =
      "Received: from a.example (a.example [10.0.0.9])\n"
      "\tby mx.b.example (Postfix) with ESMTP id 1234\n"
      "\tfor <c@b.example>; Mon, 6 Nov 2023 10:00:00 +0000\n"
      "\n"
      "Hello\n";
  const std::string rule = "header A X-Spam-Relays-Trusted =~ /ip=10\\.0\\.0\\.9/\n";
  EXPECT_EQ(scan(rule, kMail).hits, "");
  EXPECT_EQ(scan(rule + "trusted_networks 10.0.0.0/8\n", kMail).hits, "A=1");
  EXPECT_EQ(scan(rule + "infer_trusted_networks 1\n", kMail).hits, "A=1");
}

TEST(Differences, CirclesOfMetasAreErrors) {
  EXPECT_EQ(compile("meta A B\nmeta B A\n").set, nullptr);
}

TEST(Differences, SwitchedOffMetasAreWorthNothing) {
  const std::string rules = "body __W /word/\nmeta M __W\nscore M 0\nmeta N !M && __W\n";
  EXPECT_EQ(scan(rules, "Subject: x\n\nword\n").hits, "__W=1 N=1");
}

TEST(Differences, TextsStayWhileRulesLook) {
  const std::string rules =
      "freemail_domains mail.example\n"
      "header __F eval:check_freemail_from()\n"
      "body   __E /ann\\@b\\.example/\n"
      "header __G eval:check_freemail_from()\n"
      "body   __H /ann\\@b\\.example/\n";
  constexpr std::string_view kMail = "From: x@mail.example\n\nann@b.example wrote:\n";
  EXPECT_EQ(scan(rules, kMail).hits, "__F=1 __E=1 __G=1 __H=1");
}

TEST(Differences, NamedGroupsAreNotHandedOn) {
  const std::string rules = "body __A /(?<NAME>\\w+)ly/\nbody __B /x%\\{NAME\\}/\n";
  EXPECT_EQ(scan(rules, "Subject: s\n\nlovely xlove\n").hits, "__A=1");
  EXPECT_EQ(scan(rules, "Subject: s\n\nx%{NAME}\n").hits, "__B=1");
}

TEST(Differences, UndecidedRulesAreNamed) {
  const std::string text = std::string(1'500, 'a') + "c xyz";
  const Outcome outcome =
      scan("body A /(?:a|aa)+c(?=z)/\nbody B /xyz/\n", "Subject: s\n\n" + text + "\n");
  EXPECT_EQ(outcome.hits, "B=1");
  EXPECT_EQ(outcome.undecided, std::vector<std::string>{"A"});
}

TEST(Differences, UnknownFlagsAreWarnedOf) {
  const Compiled compiled = compile("body A /a/\ndescribe A a\ntflags A multple\n");
  EXPECT_NE(compiled.set, nullptr);
  EXPECT_TRUE(warns_of(compiled.diagnostics, "unknown flag 'multple'"));
}

TEST(Differences, ScoresAreThousandths) {
  EXPECT_EQ(
      scan("body A /a/\nscore A 0.1239\nbody B /a/\nscore B 0.1\n", "Subject: s\n\na\n").score,
      223);
}

TEST(Differences, PrioritiesDoNotMatter) {
  const std::string rules =
      "body A /a/\npriority A 100\nshortcircuit A spam\nbody B /a/\npriority B -100\n";
  EXPECT_EQ(scan(rules, "Subject: s\n\na\n").hits, "A=1 B=1");
}

TEST(Differences, FirstAttributeOfANameCounts) {
  constexpr std::string_view kMail =
      "Content-Type: text/html\n\n"
      "<html><body><a href=\"http://first.example.com/\" href=\"http://second.example.com/\">x</a>"
      "</body></html>\n";
  const std::string rules = "uri A m{^http://first}\nuri B m{^http://second}\n";
  EXPECT_EQ(scan(rules, kMail).hits, "A=1");
}

TEST(Differences, LinksBeyondABoundLeaveRulesUndecided) {
  const auto with_links = [](int count) {
    std::string raw = "Subject: links\n\n";
    for (int i = 0; i < count; ++i) raw += "http://h" + std::to_string(i) + ".co/\n";
    return raw;
  };
  const std::string rules = "uri __FIRST m{//h0\\.}\nuri __NOWHERE m{//nowhere\\.}\n";
  EXPECT_TRUE(scan(rules, with_links(500)).undecided.empty());
  const Outcome outcome = scan(rules, with_links(3'000));
  EXPECT_EQ(outcome.hits, "__FIRST=1");
  EXPECT_EQ(outcome.undecided, (std::vector<std::string>{"__NOWHERE"}));
}

TEST(Differences, AddressesBeyondABoundAreNotRead) {
  const auto with_fields = [](int count) {
    std::string raw;
    for (int i = 0; i < count; ++i) {
      raw += "To: first@a.example";
      for (int k = 0; k < 100; ++k) raw += ", somebody.of.many." + std::to_string(k) + "@b.example";
      raw += '\n';
    }
    return raw + "To: last@z.example\n\nbody\n";
  };
  const std::string rules =
      "header __FIRST To:addr =~ /first\\@/\nheader __LAST To:addr =~ /last\\@/\n";
  EXPECT_EQ(scan(rules, with_fields(2)).hits, "__FIRST=1 __LAST=1");
  EXPECT_EQ(scan(rules, with_fields(40)).hits, "__FIRST=1");
}

}  // namespace
}  // namespace sluice::rules
