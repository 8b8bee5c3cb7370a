// sluice lint: every fault in rule files, with its place and what to do; what each rule costs.

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/mail_scan.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "rules/lines/diagnostic.h"
#include "rules/tools/cost.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> paths;
  bool cost = false;
  std::vector<std::string> corpus;
  double budget_us = 0;  // 0: none
  std::string cache;
  std::string format = "text";
  bool json = false;
  bool werror = false;

  [[nodiscard]] bool as_json() const { return json || format == "json"; }

  [[nodiscard]] bool with_cost() const { return cost || !corpus.empty(); }
};

void print_json(const Json& line) {
  std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print(const rules::Diagnostic& diagnostic, bool json) {
  if (!json) {
    std::cout << rules::to_string(diagnostic) << '\n';
    return;
  }
  print_json({{"type", "fault"},
              {"severity", diagnostic.severity == rules::Severity::kError ? "error" : "warning"},
              {"file", diagnostic.file},
              {"line", diagnostic.line},
              {"column", diagnostic.column},
              {"message", diagnostic.message},
              {"hint", diagnostic.hint}});
}

// What the rules cost, printed, and held against the budget.
class CostReport {
 public:
  CostReport(const Options& options, const rules::RuleSet& set)
      : options_(options), set_(set), meter_(set) {}

  int run() {
    MailSource source(options_.corpus);
    while (const auto mail = source.next()) {
      mail_.read(mail->bytes);
      meter_.add(mail_.input());
    }
    for (const std::string& error : source.errors()) fail(kFailed, error);
    costs_ = meter_.costs();
    for (const rules::RuleCost& cost : costs_) compile_us_ += cost.compile_us;
    options_.as_json() ? print_costs_as_json() : print_costs();
    const bool kept = keep_budget();
    if (!source.errors().empty()) return kFailed;
    return kept ? kOk : kFindings;
  }

 private:
  [[nodiscard]] bool measured() const { return meter_.messages() > 0; }

  [[nodiscard]] const rules::RuleInfo& info(const rules::RuleCost& cost) const {
    return set_.rules()[cost.rule];
  }

  [[nodiscard]] double compile_percent(const rules::RuleCost& cost) const {
    return compile_us_ > 0 ? 100 * cost.compile_us / compile_us_ : 0;
  }

  [[nodiscard]] std::string time(double us) const {
    return measured() ? fmt::format("{:.2f}", us) : "-";
  }

  void print_costs() const {
    std::cout << "   US/MSG      OWN    SHARE     RUNS  COMPILE-MS      %     BYTES  LIT  CHAINS  "
                 "ENGINE      NAME\n";
    for (const rules::RuleCost& cost : costs_) {
      std::cout << fmt::format(
          "{:>9}{:>9}{:>9}{:>9}{:>12.2f}{:>7.2f}{:>10}{:>5}{:>8}  {:<10}  {}  {}\n",
          time(cost.us()), time(cost.own_us), time(cost.share_us), time(cost.runs),
          cost.compile_us / 1000, compile_percent(cost), cost.bytes, cost.literals, cost.chains,
          cost.engine, info(cost).name, coloured(Colour::kDim, place_of(cost)));
    }
    print_totals();
  }

  // "(body; rules/a.cf:12)"
  [[nodiscard]] std::string place_of(const rules::RuleCost& cost) const {
    return fmt::format("({}; {}:{})", cost.view, info(cost).file, info(cost).line);
  }

  void print_totals() const {
    double us = 0;
    double own = 0;
    for (const rules::RuleCost& cost : costs_) {
      us += cost.us();
      own += cost.own_us;
    }
    std::cout << fmt::format("# {} rules that look at mail, {} that do not\n", costs_.size(),
                             set_.rules().size() - costs_.size());
    if (measured()) {
      std::cout << fmt::format(
          "# {} messages; {:.2f} us each, {:.2f} of them in what single rules run\n",
          meter_.messages(), us, own);
    }
  }

  void print_costs_as_json() const {
    for (const rules::RuleCost& cost : costs_) {
      Json line = {{"type", "cost"},
                   {"name", info(cost).name},
                   {"file", info(cost).file},
                   {"line", info(cost).line},
                   {"view", cost.view},
                   {"engine", cost.engine},
                   {"literals", cost.literals},
                   {"chains", cost.chains},
                   {"bytes", cost.bytes},
                   {"compile_us", cost.compile_us},
                   {"compile_percent", compile_percent(cost)}};
      if (measured()) {
        line.update({{"us", cost.us()},
                     {"own_us", cost.own_us},
                     {"share_us", cost.share_us},
                     {"runs", cost.runs}});
      }
      print_json(line);
    }
  }

  // Prints a fault for each rule that costs more than it may.
  [[nodiscard]] bool keep_budget() const {
    if (options_.budget_us <= 0) return true;
    if (!measured()) {
      fail(kFindings, "the corpus holds no mail, so that nothing could be measured");
      return false;
    }
    bool kept = true;
    for (const rules::RuleCost& cost : costs_) {
      if (cost.us() <= options_.budget_us) continue;
      kept = false;
      print(over_budget(cost), options_.as_json());
    }
    return kept;
  }

  [[nodiscard]] rules::Diagnostic over_budget(const rules::RuleCost& cost) const {
    return {.severity = rules::Severity::kError,
            .file = info(cost).file,
            .line = info(cost).line,
            .message = fmt::format("rule '{}' costs {:.2f} us a message; it may cost {:g}",
                                   info(cost).name, cost.us(), options_.budget_us),
            .hint = advice(cost)};
  }

  [[nodiscard]] static std::string advice(const rules::RuleCost& cost) {
    if (cost.engine == "eval") return fmt::format("it is the time of {}()", cost.view);
    if (cost.engine == "map" || cost.engine == "fact") return advice_on_fact(cost);
    if (cost.engine == "uri_detail") {
      return "its conditions look at every link: let their patterns hold a few rare characters";
    }
    if (cost.engine == "exists" || cost.engine == "defect") return "it is the time to look for it";
    if (cost.own_us < cost.share_us) {
      return fmt::format("most of it is scanning '{}', which too few rules share", cost.view);
    }
    return fmt::format(
        "its pattern runs {:.1f} times a message (engine: {}): let it hold a few rare characters",
        cost.runs, cost.engine);
  }

  [[nodiscard]] static std::string advice_on_fact(const rules::RuleCost& cost) {
    if (cost.own_us < cost.share_us) {
      return fmt::format("most of it is to read '{}', which too few rules share", cost.view);
    }
    if (cost.engine == "map") return fmt::format("it is the time to look up '{}'", cost.view);
    return fmt::format("it is the time to compare '{}'", cost.view);
  }

  const Options& options_;
  const rules::RuleSet& set_;
  rules::CostMeter meter_;
  ReadMail mail_;
  std::vector<rules::RuleCost> costs_;
  double compile_us_ = 0;  // of all
};

void print_summary(const rules::RuleSet& set, std::size_t warnings) {
  std::cout << fmt::format("{} rules, no errors, {} warning{}\n", set.rules().size(), warnings,
                           warnings == 1 ? "" : "s");
}

// None where compile times are asked for: those of a cache say nothing.
std::string cache_of(const Options& options) {
  if (options.with_cost()) return {};
  return options.cache.empty() ? user_cache() : options.cache;
}

int lint(const Options& options) {
  if (options.budget_us > 0 && options.corpus.empty()) {
    return fail(kUsage, "--budget-us needs mail to measure with: --corpus PATH");
  }
  const auto files = rules::load_rule_files(options.paths);
  if (!files.ok()) return fail(kFailed, files.error().message);
  rules::Diagnostics diagnostics;
  const auto set =
      rules::compile_rules(files.value(), {.cache_directory = cache_of(options)}, diagnostics);
  for (rules::Diagnostic& diagnostic : diagnostics) {
    if (options.werror) diagnostic.severity = rules::Severity::kError;
    print(diagnostic, options.as_json());
  }
  if (set == nullptr) return kFindings;
  const bool refused = options.werror && !diagnostics.empty();
  const int cost = options.with_cost() ? CostReport(options, *set).run() : kOk;
  if (refused) return kFindings;
  if (cost == kOk && !options.as_json()) print_summary(*set, diagnostics.size());
  return cost;
}

}  // namespace

void define_lint(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("lint", "Every fault in rule files, with its place");
  sub->add_option("rules", options->paths, "Rule files, or directories of *.cf files")->required();
  sub->add_option("--format", options->format,
                  "text: FILE:LINE:COLUMN: SEVERITY: MESSAGE; HINT, or json: one object a "
                  "line, told apart by type: fault, cost")
      ->type_name("text|json")
      ->check(CLI::IsMember({"text", "json"}).description(""));
  sub->add_flag("--json", options->json, "The same as --format json");
  sub->add_option("--cache", options->cache,
                  "Where compiled rules are kept; default: the user's cache")
      ->type_name("DIR");
  sub->add_flag("--werror", options->werror, "Warnings are errors");
  sub->add_flag("--cost", options->cost,
                "What each rule that looks at mail costs: engine, compile time, bytes; with "
                "--corpus: microseconds a message; dearest first");
  sub->add_option("--corpus", options->corpus,
                  "Mail to measure with: files, directories, Maildirs, mboxes; means --cost; "
                  "repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  sub->add_option("--budget-us", options->budget_us,
                  "A rule that costs more microseconds a message is an error; needs --corpus")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  sub->footer(
      "Exit codes: 0 no errors, 1 errors (with --werror: or warnings; with --budget-us: or a rule\n"
      "that is too dear), 2 wrong usage, 3 a file that cannot be read.");
  sub->callback([options, &exit] { exit = lint(*options); });
}

}  // namespace sluice::cli
