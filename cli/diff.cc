// sluice diff: which verdicts change from one rule set to another, and why.

#include <cmath>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/corpus.h"
#include "cli/mail_crew.h"
#include "cli/mail_scan.h"
#include "cli/progress.h"
#include "rules/language/rule_groups.h"
#include "rules/tools/change_reasons.h"
#include "rules/tools/diff_tally.h"
#include "rules/tools/set_pair.h"

namespace sluice::cli {
namespace {

using rules::Crossing;
using rules::HitChange;
using rules::MailClass;
using Json = nlohmann::ordered_json;

struct Options {
  ConfigOptions config;
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::string cache;
  std::vector<std::string> corpus;
  std::vector<std::string> ham;
  std::vector<std::string> spam;
  std::optional<double> threshold;
  std::optional<uint64_t> newly_over_max;
  std::optional<uint64_t> newly_under_max;
  std::size_t jobs = 0;
  bool summary = false;
  bool crossings = false;
  bool json = false;
};

// What became of one message.
struct Compared {
  std::string name = {};
  rules::SetPair::Comparison comparison = {};
  std::vector<rules::ChangeReason> reasons = {};  // of each change
  std::vector<rules::ActionChange> causes = {};   // why its action differs, besides its score
  mime::DefectSet defects = {};
  rules::ScanFindings findings_before = {};
  rules::ScanFindings findings_after = {};
  records::Action action_before = records::Action::accept;
  records::Action action_after = records::Action::accept;

  [[nodiscard]] bool same() const { return comparison.same() && action_before == action_after; }

  [[nodiscard]] bool complete() const {
    return !mime::cut_short(defects) && findings_before.complete() && findings_after.complete();
  }

  [[nodiscard]] std::string why() const {
    return findings_before.complete() ? why_incomplete(defects, findings_after)
                                      : why_incomplete(defects, findings_before);
  }
};

// Reads each message once and runs both rule sets on it.
class PairScanner {
 public:
  PairScanner(const rules::RuleSet& before, const rules::RuleSet& after, const rules::SetPair& pair,
              const rules::ChangeReasons& reasons, const verdict::Limits& limits)
      : before_(before),
        after_(after),
        pair_(pair),
        reasons_(reasons),
        limits_(limits),
        batch_(nullptr, std::max(before.extent(), after.extent())),
        old_run_(before),
        new_run_(after) {}

  // What becomes of each task's mail goes to its slot of `out`.
  void scan(std::span<const MailCrew::Task> tasks, std::span<Compared> out) {
    batch_.read(tasks);
    old_run_.scan(batch_.inputs());
    new_run_.scan(batch_.inputs());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      Compared& compared = out[tasks[i].slot];
      compared.name = tasks[i].mail.name;
      compared.defects = batch_.defects(i);
      compared.findings_before = old_run_.findings(i);
      compared.findings_after = new_run_.findings(i);
      compare(i, compared);
    }
  }

 private:
  void compare(std::size_t message, Compared& out) {
    old_run_.evaluate(message, before_.judge_part());
    new_run_.evaluate(message, after_.judge_part());
    const rules::Evaluation& before = old_run_.evaluation();
    const rules::Evaluation& after = new_run_.evaluation();
    pair_.compare(before, after, out.comparison);
    out.reasons.clear();
    for (const HitChange& change : out.comparison.changes) {
      out.reasons.push_back(reasons_.of(change, old_run_.hits(message), new_run_.hits(message)));
    }
    out.action_before = verdict::decide(before, limits_).action;
    out.action_after = verdict::decide(after, limits_).action;
    out.causes.clear();
    for (const rules::ActionChange& change : out.comparison.actions) {
      const verdict::Demand demand{.before = change.before, .after = change.after};
      if (verdict::is_cause(demand, before, after, limits_)) out.causes.push_back(change);
    }
  }

  const rules::RuleSet& before_;
  const rules::RuleSet& after_;
  const rules::SetPair& pair_;
  const rules::ChangeReasons& reasons_;
  const verdict::Limits& limits_;
  MailBatch batch_;
  RuleRun old_run_;
  RuleRun new_run_;
};

void print(const Json& line) {
  std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

const char* name_of(HitChange::Kind kind) {
  if (kind == HitChange::Kind::kGained) return "gained";
  return kind == HitChange::Kind::kLost ? "lost" : "reweighed";
}

const char* name_of(Crossing crossing) {
  if (crossing == Crossing::kNewlyOver) return "newly_over";
  return crossing == Crossing::kNewlyUnder ? "newly_under" : "none";
}

const char* name_of(rules::ChangeReason::Why why) {
  switch (why) {
    case rules::ChangeReason::Why::kNewRule:
      return "new rule";
    case rules::ChangeReason::Why::kRuleGone:
      return "rule gone";
    case rules::ChangeReason::Why::kParts:
      return "parts:";
    case rules::ChangeReason::Why::kDefinition:
      return "definition changed";
    case rules::ChangeReason::Why::kWeight:
      return "score changed";
  }
  return "";
}

// "NAME", and "NAME (shadow)" if what it would add is not added with the new set.
std::string label(const rules::PairedRule& rule) {
  const rules::RuleInfo* const latest = rule.after != nullptr ? rule.after : rule.before;
  return std::string(rule.name) + (latest->shadow ? " (shadow)" : "");
}

std::string change_line(const HitChange& change, const rules::PairedRule& rule) {
  const std::string name = label(rule);
  switch (change.kind) {
    case HitChange::Kind::kGained:
      return fmt::format("    + {:>7}  {}\n", decimal(change.after), name);
    case HitChange::Kind::kLost:
      return fmt::format("    - {:>7}  {}\n", decimal(change.before), name);
    case HitChange::Kind::kReweighed:
      return fmt::format("    ~ {:>7}  {}, was {}\n", decimal(change.after), name,
                         decimal(change.before));
  }
  return "";
}

// "3.500", "none": the cap of a group that one set may not have.
std::string cap_of(const rules::RuleGroup* group) {
  return group == nullptr ? "none" : decimal(group->cap);
}

Json cap_json(const rules::RuleGroup* group) {
  return group == nullptr ? Json() : Json(group->cap / 1000.0);
}

class Diffing {
 public:
  Diffing(const Options& options, const verdict::Limits& limits, const rules::RuleSet& before,
          const rules::RuleSet& after)
      : options_(options),
        limits_(limits),
        pair_(before, after),
        reasons_(before, after, pair_),
        tally_(pair_.rules().size(), limits.hold_at),
        crew_(options.jobs),
        compared_(crew_.slots()) {
    for (std::size_t i = 0; i < crew_.workers(); ++i) {
      scanners_.push_back(std::make_unique<PairScanner>(before, after, pair_, reasons_, limits));
    }
  }

  int run(const Corpus& corpus) {
    for (const MailClass mail_class : {MailClass::kUnknown, MailClass::kHam, MailClass::kSpam}) {
      compare(mail_class, corpus.of(mail_class));
    }
    options_.json ? summary_json() : summary();
    for (const std::string& error : errors_) fail(kFailed, error);
    return errors_.empty() ? verdict_of_gates() : kFailed;
  }

 private:
  void compare(MailClass mail_class, const std::vector<std::string>& paths) {
    MailSource source(paths);
    crew_.run(
        source,
        [this](std::size_t worker, std::span<const MailCrew::Task> tasks) {
          scanners_[worker]->scan(tasks, compared_);
        },
        [this, mail_class](std::size_t slot) { add(mail_class, compared_[slot]); });
    errors_.insert(errors_.end(), source.errors().begin(), source.errors().end());
  }

  void add(MailClass mail_class, const Compared& mail) {
    tally_.add(mail_class, mail.comparison,
               {.differs = mail.action_before != mail.action_after, .causes = mail.causes});
    progress_.show(tally_.messages().messages);
    if (!mail.complete()) add_incomplete(mail);
    if (mail.same() || options_.summary) return;
    if (options_.crossings && tally_.crossing(mail.comparison) == Crossing::kNone) return;
    options_.json ? message_json(mail_class, mail) : message(mail_class, mail);
  }

  void add_incomplete(const Compared& mail) {
    ++incomplete_;
    if (options_.json) {
      print({{"type", "incomplete"}, {"file", mail.name}, {"why", mail.why()}});
    } else {
      std::cout << fmt::format("{}\n    not scanned completely: {}\n", mail.name, mail.why());
    }
  }

  void message(MailClass mail_class, const Compared& mail) const {
    const int32_t before = mail.comparison.score_before;
    const int32_t after = mail.comparison.score_after;
    const std::string from = records::EnumNameAction(mail.action_before);
    const std::string to = records::EnumNameAction(mail.action_after);
    const std::string actions = from == to ? from : from + " -> " + to;
    const Crossing crossed = tally_.crossing(mail.comparison);
    const bool known = mail_class != MailClass::kUnknown;
    std::cout << fmt::format(
        "{}{}{}  {} -> {}  {}\n", known ? sluice::cli::name_of(mail_class) : "", known ? "  " : "",
        coloured(Colour::kBold, mail.name), decimal(before), decimal(after),
        crossed == Crossing::kNone ? actions : coloured(Colour::kYellow, actions));
    for (std::size_t i = 0; i < mail.comparison.changes.size(); ++i) {
      const HitChange& change = mail.comparison.changes[i];
      std::cout << change_line(change, pair_.rules()[change.rule]) << reason_line(mail.reasons[i]);
    }
    for (const rules::GroupChange& change : mail.comparison.groups) std::cout << group_line(change);
    for (const rules::ActionChange& cause : mail.causes) std::cout << action_line(cause);
  }

  [[nodiscard]] std::string group_line(const rules::GroupChange& change) const {
    const rules::PairedGroup& group = pair_.groups()[change.group];
    const std::string before = cap_of(group.before);
    const std::string after = cap_of(group.after);
    const std::string caps = before == after ? "" : fmt::format("cap: {} -> {}", before, after);
    return fmt::format("    ~ {:>7}  group {}, was {}\n", decimal(change.after), group.name,
                       decimal(change.before)) +
           dim_line(caps);
  }

  [[nodiscard]] std::string action_line(const rules::ActionChange& cause) const {
    return fmt::format("    action of {}: {} -> {}\n", label(pair_.rules()[cause.rule]),
                       rules::rule_action_name(cause.before), rules::rule_action_name(cause.after));
  }

  // Indented to the names; empty where the change says it all.
  [[nodiscard]] std::string reason_line(const rules::ChangeReason& reason) const {
    if (reason.why == rules::ChangeReason::Why::kWeight) return "";
    std::string text = name_of(reason.why);
    for (const rules::ChangeReason::Part& part : reason.parts) {
      text += fmt::format(" {}{}", part.gained ? '+' : '-', pair_.rules()[part.rule].name);
    }
    return dim_line(text);
  }

  static std::string dim_line(const std::string& text) {
    return text.empty() ? "" : fmt::format("{:17}{}\n", "", coloured(Colour::kDim, text));
  }

  void message_json(MailClass mail_class, const Compared& mail) const {
    Json line = {{"type", "message"}, {"file", mail.name}};
    if (mail_class != MailClass::kUnknown) line["class"] = sluice::cli::name_of(mail_class);
    const int32_t before = mail.comparison.score_before;
    const int32_t after = mail.comparison.score_after;
    line["old"] = {{"score", before / 1000.0},
                   {"action", records::EnumNameAction(mail.action_before)}};
    line["new"] = {{"score", after / 1000.0},
                   {"action", records::EnumNameAction(mail.action_after)}};
    line["crossing"] = name_of(tally_.crossing(mail.comparison));
    line["changes"] = Json::array();
    for (std::size_t i = 0; i < mail.comparison.changes.size(); ++i) {
      line["changes"].push_back(change_json(mail.comparison.changes[i], mail.reasons[i]));
    }
    for (const rules::GroupChange& change : mail.comparison.groups) {
      line["groups"].push_back(group_json(change));
    }
    for (const rules::ActionChange& cause : mail.causes) {
      line["actions"].push_back({{"rule", pair_.rules()[cause.rule].name},
                                 {"old", rules::rule_action_name(cause.before)},
                                 {"new", rules::rule_action_name(cause.after)}});
    }
    print(line);
  }

  [[nodiscard]] Json change_json(const HitChange& change, const rules::ChangeReason& reason) const {
    const rules::PairedRule& rule = pair_.rules()[change.rule];
    Json out = {{"rule", rule.name},
                {"change", name_of(change.kind)},
                {"old", change.before / 1000.0},
                {"new", change.after / 1000.0},
                {"shadow", is_shadow(rule)},
                {"why", reason.parts.empty() ? name_of(reason.why) : "parts"}};
    for (const rules::ChangeReason::Part& part : reason.parts) {
      out[part.gained ? "parts_gained" : "parts_lost"].push_back(pair_.rules()[part.rule].name);
    }
    return out;
  }

  [[nodiscard]] Json group_json(const rules::GroupChange& change) const {
    const rules::PairedGroup& group = pair_.groups()[change.group];
    return {{"group", group.name},
            {"old", change.before / 1000.0},
            {"new", change.after / 1000.0},
            {"old_cap", cap_json(group.before)},
            {"new_cap", cap_json(group.after)}};
  }

  static bool is_shadow(const rules::PairedRule& rule) {
    return (rule.after != nullptr ? rule.after : rule.before)->shadow;
  }

  // Rules that changed in any message, those that changed most first.
  [[nodiscard]] std::vector<uint32_t> changed_rules() const {
    std::vector<uint32_t> changed(pair_.rules().size());
    std::iota(changed.begin(), changed.end(), 0U);
    std::erase_if(changed, [this](uint32_t rule) { return tally_.rules()[rule].all() == 0; });
    std::stable_sort(changed.begin(), changed.end(), [this](uint32_t a, uint32_t b) {
      return tally_.rules()[a].all() > tally_.rules()[b].all();
    });
    return changed;
  }

  void summary() const {
    const std::vector<uint32_t> changed = changed_rules();
    if (!changed.empty())
      std::cout << "\n GAINED     LOST  REWEIGHED  ACTION   OVER  UNDER  RULE\n";
    for (const uint32_t rule : changed) {
      const rules::RuleDiff& diff = tally_.rules()[rule];
      std::cout << fmt::format("{:>7}  {:>7}  {:>9}  {:>6}  {:>5}  {:>5}  {}\n", diff.gained,
                               diff.lost, diff.reweighed, diff.actions, diff.newly_over,
                               diff.newly_under, label(pair_.rules()[rule]));
    }
    const rules::DiffTotals& all = tally_.messages();
    std::cout << fmt::format(
        "\n{} messages: {} unchanged, {} changed, {} of them in score, {} in action\n"
        "newly over {}:  {}\nnewly under {}: {}\n",
        all.messages, all.messages - all.changed, all.changed, all.rescored, all.action_changed,
        decimal(limits_.hold_at), by_class(all.newly_over), decimal(limits_.hold_at),
        by_class(all.newly_under));
    if (incomplete_ > 0) std::cout << fmt::format("not scanned completely: {}\n", incomplete_);
  }

  static std::string by_class(const rules::CrossingCounts& counts) {
    if (counts.all() == counts.unknown) return fmt::format("{}", counts.all());
    return fmt::format("{} ({} ham, {} spam)", counts.all(), counts.ham, counts.spam);
  }

  void summary_json() const {
    for (const uint32_t rule : changed_rules()) {
      const rules::RuleDiff& diff = tally_.rules()[rule];
      print({{"type", "rule"},
             {"rule", pair_.rules()[rule].name},
             {"gained", diff.gained},
             {"lost", diff.lost},
             {"reweighed", diff.reweighed},
             {"actions", diff.actions},
             {"newly_over", diff.newly_over},
             {"newly_under", diff.newly_under},
             {"shadow", is_shadow(pair_.rules()[rule])}});
    }
    const auto counts = [](const rules::CrossingCounts& c) {
      return Json{{"all", c.all()}, {"ham", c.ham}, {"spam", c.spam}};
    };
    const rules::DiffTotals& all = tally_.messages();
    print({{"type", "total"},
           {"messages", all.messages},
           {"unchanged", all.messages - all.changed},
           {"changed", all.changed},
           {"rescored", all.rescored},
           {"action_changed", all.action_changed},
           {"threshold", limits_.hold_at / 1000.0},
           {"newly_over", counts(all.newly_over)},
           {"newly_under", counts(all.newly_under)},
           {"incomplete", incomplete_}});
  }

  // Spam that is newly over, and ham that is newly under, are what one wanted.
  [[nodiscard]] int verdict_of_gates() const {
    const rules::DiffTotals& all = tally_.messages();
    if (!options_.newly_over_max && !options_.newly_under_max) {
      return all.changed == 0 ? kOk : kFindings;
    }
    const uint64_t over = all.newly_over.all() - all.newly_over.spam;
    const uint64_t under = all.newly_under.all() - all.newly_under.ham;
    return over > options_.newly_over_max.value_or(over) ||
                   under > options_.newly_under_max.value_or(under)
               ? kFindings
               : kOk;
  }

  const Options& options_;
  const verdict::Limits& limits_;
  rules::SetPair pair_;
  rules::ChangeReasons reasons_;
  rules::DiffTally tally_;
  MailCrew crew_;
  std::vector<Compared> compared_;  // of each slot
  std::vector<std::unique_ptr<PairScanner>> scanners_;
  std::vector<std::string> errors_;
  std::size_t incomplete_ = 0;
  Progress progress_{"messages"};
};

int diff(const Options& options) {
  Corpus corpus{.ham = options.ham, .spam = options.spam};
  for (const std::string& argument : options.corpus) corpus.add(argument);
  if (corpus.ham.empty() && corpus.spam.empty() && corpus.unknown.empty()) {
    return fail(kUsage, "no mail: PATH, --ham PATH, --spam PATH");
  }
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  // Code 1 is kept for changes.
  const auto before = RuleOptions{.paths = options.before, .cache = options.cache}.load(*config);
  const auto after = RuleOptions{.paths = options.after, .cache = options.cache}.load(*config);
  if (before == nullptr || after == nullptr) return kUsage;

  verdict::Limits limits = config->judge;
  if (options.threshold) {
    limits.hold_at = static_cast<int32_t>(std::lround(*options.threshold * 1'000));
  }
  return Diffing(options, limits, *before, *after).run(corpus);
}

constexpr const char* kFooter =
    "Exit codes: 0 no change (with --max-newly-...: none beyond it), 1 changes, 2 wrong usage or\n"
    "rules that do not compile, 3 mail that cannot be read.";

void add_options(CLI::App& sub, Options& options) {
  options.config.add_to(sub);
  sub.add_option("--old", options.before, "Rule file, or directory of *.cf files; repeatable")
      ->required()
      ->type_name("PATH")
      ->allow_extra_args(false);
  sub.add_option("--new", options.after, "Likewise: the rules to compare with")
      ->required()
      ->type_name("PATH")
      ->allow_extra_args(false);
  sub.add_option("--cache", options.cache,
                 "Where compiled rules are kept; default: the user's cache")
      ->type_name("DIR");
  sub.add_option("corpus", options.corpus,
                 "Files, directories, Maildirs, mboxes; as ham:PATH or spam:PATH if known");
  sub.add_option("--ham", options.ham, "Ham")->type_name("PATH");
  sub.add_option("--spam", options.spam, "Spam")->type_name("PATH");
  sub.add_option("--threshold", options.threshold,
                 "The score that counts as over; default: judge.hold_at")
      ->type_name("SCORE")
      ->check(CLI::Range(-1e6, 1e6));
  sub.add_option("--max-newly-over", options.newly_over_max,
                 "Fail only if more messages, spam not counted, come over the threshold")
      ->type_name("N");
  sub.add_option("--max-newly-under", options.newly_under_max,
                 "Fail only if more messages, ham not counted, come under the threshold")
      ->type_name("N");
  sub.add_flag("--crossings", options.crossings, "Show only messages that cross the threshold");
  sub.add_flag("--summary", options.summary, "Show no single messages");
  sub.add_flag("--json", options.json,
               "One JSON object a line; type: message, incomplete, rule, total");
  sub.add_option("-j,--jobs", options.jobs, "Threads; default: one for each processor");
  sub.footer(kFooter);
}

}  // namespace

void define_diff(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("diff", "Which verdicts change from one rule set to another, and why");
  add_options(*sub, *options);
  sub->callback([options, &exit] { exit = diff(*options); });
}

}  // namespace sluice::cli
