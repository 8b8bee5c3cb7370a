// sluice test: runs the `test` lines that stand beside the rules, and sample messages.

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/mail_scan.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "rules/self_test.h"
#include "rules/tools/meta_parts.h"
#include "rules/tools/sample_cases.h"
#include "rules/tools/sub_rules.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  std::vector<std::string> paths;
  std::vector<std::string> samples;
};

struct Outcome {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

void run_test_lines(const rules::RuleSet& set, Outcome& outcome) {
  for (const rules::TestResult& result : rules::run_rule_tests(set)) {
    ++(result.passed ? outcome.passed : outcome.failed);
    if (result.passed) continue;
    const rules::RuleInfo& rule = set.rules()[result.rule];
    std::cout << fmt::format("{}:{}: {}: {} should {}hit \"{}\"\n", rule.file, result.place.line,
                             coloured(Colour::kRed, "failed"), rule.name,
                             result.expected ? "" : "not ", result.text);
  }
}

// Runs the messages of sample folders.
class SampleTests {
 public:
  SampleTests(const rules::RuleSet& set, Outcome& outcome)
      : set_(set), judge_(rules::with_sub_rules(set.judge_part())), run_(set), outcome_(outcome) {}

  // kFailed if something could not be read.
  int run(const std::string& folder) {
    const auto found = rules::find_sample_cases(folder, set_.rules());
    if (!found.ok()) return fail(kFailed, found.error().message);
    for (const std::string& fault : found.value().faults) add_failure(fault, "");
    int result = kOk;
    for (const rules::SampleCase& sample : found.value().cases) {
      if (run(sample) != kOk) result = kFailed;
    }
    if (found.value().cases.empty()) add_failure(folder + ": no folder NAME.ok or NAME.fail", "");
    return result;
  }

 private:
  int run(const rules::SampleCase& sample) {
    MailSource source({sample.path});
    std::size_t count = 0;
    while (const auto mail = source.next()) {
      test(*mail, sample);
      ++count;
    }
    for (const std::string& error : source.errors()) fail(kFailed, error);
    if (!source.errors().empty()) return kFailed;
    if (count == 0) add_failure(sample.path + ": holds no mail", "");
    return kOk;
  }

  void test(const Mail& mail, const rules::SampleCase& sample) {
    mail_.read(mail.bytes);
    run_.run(mail_.input(), judge_);
    if (rules::is_among(run_.evaluation().hits, sample.rule) == sample.expected) {
      ++outcome_.passed;
      return;
    }
    const std::string& name = set_.rules()[sample.rule].name;
    add_failure(fmt::format("{}: {} should {}hit", mail.name, name, sample.expected ? "" : "not "),
                parts_of(sample.rule));
  }

  // "    + __ACCOUNT\n    - __LOCKED\n" of a meta.
  [[nodiscard]] std::string parts_of(rules::RuleIndex rule) const {
    std::string text;
    for (const rules::MetaPart& part : rules::meta_parts(judge_, rule, run_.evaluation().hits)) {
      text += fmt::format("    {} {}\n", part.held ? '+' : '-', set_.rules()[part.rule].name);
    }
    return text;
  }

  void add_failure(const std::string& what, const std::string& details) {
    ++outcome_.failed;
    std::cout << fmt::format("{}: {}\n{}", coloured(Colour::kRed, "failed"), what, details);
  }

  const rules::RuleSet& set_;
  const rules::JudgePart judge_;
  ReadMail mail_;
  RuleRun run_;
  Outcome& outcome_;
};

int test(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  RuleOptions rule_options = options.rules;
  rule_options.paths.insert(rule_options.paths.end(), options.paths.begin(), options.paths.end());
  const auto set = rule_options.load(*config);
  if (set == nullptr) return kFindings;

  Outcome outcome;
  int result = kOk;
  run_test_lines(*set, outcome);
  SampleTests samples(*set, outcome);
  for (const std::string& folder : options.samples) {
    if (samples.run(folder) != kOk) result = kFailed;
  }
  std::cout << fmt::format("{} passed, {} failed\n", outcome.passed, outcome.failed);
  if (result != kOk) return result;
  return outcome.failed == 0 ? kOk : kFindings;
}

}  // namespace

void define_test(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("test", "Runs the test lines beside the rules, and sample messages");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  sub->add_option("files", options->paths, "Rule files, or directories of *.cf files");
  sub->add_option("--samples", options->samples,
                  "Folder with NAME.ok/ and NAME.fail/: mail that the rule NAME must hit, and must "
                  "not; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  sub->callback([options, &exit] { exit = test(*options); });
}

}  // namespace sluice::cli
