// sluice hits: how often each rule hits ham and spam.

#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/corpus.h"
#include "cli/mail_crew.h"
#include "cli/mail_scan.h"
#include "cli/progress.h"
#include "rules/tools/hit_table.h"
#include "rules/tools/hit_tally.h"
#include "rules/tools/sub_rules.h"

namespace sluice::cli {
namespace {

using rules::ClassCounts;
using rules::HitOrder;
using rules::MailClass;
using Json = nlohmann::ordered_json;

const std::map<std::string, HitOrder> kOrders = {
    {"rank", HitOrder::kRank},       {"spam", HitOrder::kSpam},   {"ham", HitOrder::kHam},
    {"overall", HitOrder::kOverall}, {"so", HitOrder::kRatio},    {"score", HitOrder::kScore},
    {"name", HitOrder::kName},       {"place", HitOrder::kPlace},
};

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  std::vector<std::string> corpus;
  std::vector<std::string> ham;
  std::vector<std::string> spam;
  std::size_t jobs = 0;
  bool json = false;
  bool overlap = false;
  double overlap_min = 50;
  std::string order = "rank";
  rules::HitTableOptions table;
};

struct Incomplete {
  std::string name = {};
  std::string why = {};
};

void print(const Json& line) {
  std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

// Scans a corpus and counts.
class Counting {
 public:
  Counting(const Options& options, const config::Config& config, const rules::RuleSet& set)
      : judge_(options.table.sub_rules ? rules::with_sub_rules(set.judge_part())
                                       : set.judge_part()),
        hold_at_(config.judge.hold_at),
        crew_(options.jobs),
        scans_(crew_.slots()),
        tally_(set.rules().size(), {.overlaps = options.overlap}) {
    for (std::size_t i = 0; i < crew_.workers(); ++i) {
      scanners_.push_back(std::make_unique<MailScanner>(set, judge_, config.judge));
      scanners_.back()->remember(config.rules.remembered_bytes());
    }
  }

  void count(MailClass mail_class, const std::vector<std::string>& paths) {
    MailSource source(paths);
    crew_.run(
        source,
        [this](std::size_t worker, std::span<const MailCrew::Task> tasks) {
          scanners_[worker]->scan(tasks, scans_);
        },
        [this, mail_class](std::size_t slot) { add(mail_class, scans_[slot]); });
    errors_.insert(errors_.end(), source.errors().begin(), source.errors().end());
  }

  [[nodiscard]] const rules::HitTally& tally() const { return tally_; }

  // Messages that would be held.
  [[nodiscard]] const ClassCounts& over() const { return over_; }

  [[nodiscard]] const std::vector<Incomplete>& incomplete() const { return incomplete_; }

  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

 private:
  void add(MailClass mail_class, const Scan& scan) {
    tally_.add(mail_class, scan.hits);
    if (scan.score >= hold_at_) ++(mail_class == MailClass::kHam ? over_.ham : over_.spam);
    if (!scan.complete())
      incomplete_.push_back({scan.name, why_incomplete(scan.defects, scan.findings)});
    progress_.show(tally_.messages().all());
  }

  rules::JudgePart judge_;
  int32_t hold_at_;
  MailCrew crew_;
  std::vector<Scan> scans_;  // of each slot
  std::vector<std::unique_ptr<MailScanner>> scanners_;
  rules::HitTally tally_;
  ClassCounts over_;
  std::vector<Incomplete> incomplete_;
  std::vector<std::string> errors_;
  Progress progress_{"messages"};
};

double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// What is printed of it, as text and as JSON.
struct Report {
  const Options& options;
  const rules::RuleSet& set;
  const Counting& counting;
  int32_t hold_at;

  [[nodiscard]] std::string label(rules::RuleIndex rule) const {
    return set.rules()[rule].name + (set.rules()[rule].shadow ? " (shadow)" : "");
  }
};

void print_head(const ClassCounts& messages) {
  const double spam = percent(messages.spam, messages.all());
  const double ham = percent(messages.ham, messages.all());
  const double ratio = rules::spam_ratio(spam, ham);
  std::cout << "OVERALL%   SPAM%     HAM%     S/O    RANK   SCORE  NAME\n"
            << fmt::format("{:>7}  {:>7}  {:>7}  {:7.3f} {:6.2f}  {:6.2f}  (all messages)\n",
                           messages.all(), messages.spam, messages.ham, ratio, 0.0, 0.0)
            << fmt::format("{:7.3f}  {:7.4f}  {:7.4f}  {:7.3f} {:6.2f}  {:6.2f}  {}\n", 100.0, spam,
                           ham, ratio, 0.0, 0.0, "(all messages as %)");
}

void print_rows(const Report& report, const std::vector<rules::HitRow>& rows) {
  for (const rules::HitRow& row : rows) {
    const rules::RuleInfo& rule = report.set.rules()[row.rule];
    std::cout << fmt::format("{:7.3f}  {:7.4f}  {:7.4f}  {:7.3f} {:6.2f}  {:6.2f}  {}\n",
                             row.overall_percent, row.spam_percent, row.ham_percent, row.spam_ratio,
                             row.rank, rule.counted ? rule.weight / 1000.0 : 0.0,
                             report.label(row.rule));
  }
}

void print_overlaps(const Report& report, const std::vector<rules::Overlap>& overlaps) {
  std::cout << "\n   BOTH    %OF A    %OF B  A  B\n";
  for (const rules::Overlap& overlap : overlaps) {
    std::cout << fmt::format("{:>7}  {:7.2f}  {:7.2f}  {}  {}\n", overlap.both,
                             overlap.percent_of_a, overlap.percent_of_b, report.label(overlap.a),
                             report.label(overlap.b));
  }
}

void print_totals(const Report& report, std::size_t rows) {
  const ClassCounts& messages = report.counting.tally().messages();
  const ClassCounts& over = report.counting.over();
  const auto& incomplete = report.counting.incomplete();
  std::cout << fmt::format(
      "# {} messages, {} ham and {} spam; {} rules listed; {} messages not scanned completely\n",
      messages.all(), messages.ham, messages.spam, rows, incomplete.size());
  std::cout << fmt::format("# at {} and over: {} of the ham ({:.3f}%), {} of the spam ({:.3f}%)\n",
                           decimal(report.hold_at), over.ham, percent(over.ham, messages.ham),
                           over.spam, percent(over.spam, messages.spam));
  if (report.counting.tally().pairs_cut()) {
    std::cout << fmt::format("# overlaps: only of the first {} rules that hit\n",
                             rules::HitTally::kOverlapRulesMax);
  }
  for (const Incomplete& mail : incomplete) {
    std::cout << fmt::format("# not scanned completely: {}: {}\n", mail.name, mail.why);
  }
}

void print_text(const Report& report, const std::vector<rules::HitRow>& rows,
                const std::vector<rules::Overlap>& overlaps) {
  print_head(report.counting.tally().messages());
  print_rows(report, rows);
  if (report.options.overlap) print_overlaps(report, overlaps);
  print_totals(report, rows.size());
}

Json row_json(const Report& report, const rules::HitRow& row) {
  const rules::RuleInfo& rule = report.set.rules()[row.rule];
  return {{"type", "rule"},
          {"name", rule.name},
          {"overall_percent", row.overall_percent},
          {"spam_percent", row.spam_percent},
          {"ham_percent", row.ham_percent},
          {"spam", row.counts.spam},
          {"ham", row.counts.ham},
          {"so", row.spam_ratio},
          {"rank", row.rank},
          {"score", rule.counted ? rule.weight / 1000.0 : 0.0},
          {"shadow", rule.shadow},
          {"sub_rule", !rule.counted}};
}

void print_json(const Report& report, const std::vector<rules::HitRow>& rows,
                const std::vector<rules::Overlap>& overlaps) {
  const auto& all = report.set.rules();
  for (const rules::HitRow& row : rows) print(row_json(report, row));
  for (const rules::Overlap& overlap : overlaps) {
    print({{"type", "overlap"},
           {"a", all[overlap.a].name},
           {"b", all[overlap.b].name},
           {"both", overlap.both},
           {"percent_of_a", overlap.percent_of_a},
           {"percent_of_b", overlap.percent_of_b}});
  }
  for (const Incomplete& mail : report.counting.incomplete()) {
    print({{"type", "incomplete"}, {"file", mail.name}, {"why", mail.why}});
  }
  const ClassCounts& messages = report.counting.tally().messages();
  print({{"type", "total"},
         {"messages", messages.all()},
         {"ham", messages.ham},
         {"spam", messages.spam},
         {"hold_at", report.hold_at / 1000.0},
         {"ham_over", report.counting.over().ham},
         {"spam_over", report.counting.over().spam},
         {"incomplete", report.counting.incomplete().size()}});
}

// Faults in the command line; empty if there are none.
std::string corpus_of(const Options& options, Corpus& corpus) {
  corpus.ham = options.ham;
  corpus.spam = options.spam;
  for (const std::string& argument : options.corpus) corpus.add(argument);
  if (!corpus.unknown.empty()) {
    return corpus.unknown.front() + ": say what it is, as ham:PATH or spam:PATH";
  }
  return corpus.ham.empty() && corpus.spam.empty() ? "no mail: --ham PATH, --spam PATH" : "";
}

int hits(const Options& options) {
  Corpus corpus;
  const std::string fault = corpus_of(options, corpus);
  if (!fault.empty()) return fail(kUsage, fault);
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;

  Counting counting(options, *config, *set);
  counting.count(MailClass::kHam, corpus.ham);
  counting.count(MailClass::kSpam, corpus.spam);

  const Report report{options, *set, counting, config->judge.hold_at};
  const auto rows = rules::hit_table(counting.tally(), set->rules(), options.table);
  const auto overlaps = rules::overlaps(counting.tally(), set->rules(),
                                        {.percent_min = options.overlap_min,
                                         .both_min = options.table.hits_min,
                                         .sub_rules = options.table.sub_rules});
  (options.json ? print_json : print_text)(report, rows, overlaps);
  for (const std::string& error : counting.errors()) fail(kFailed, error);
  return counting.errors().empty() ? kOk : kFailed;
}

}  // namespace

void define_hits(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand("hits", "How often each rule hits ham and spam");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  sub->add_option("corpus", options->corpus,
                  "Mail and its class: ham:PATH, spam:PATH; mass-check's ham:dir:PATH as well");
  sub->add_option("--ham", options->ham, "Ham: files, directories, Maildirs, mboxes")
      ->type_name("PATH");
  sub->add_option("--spam", options->spam, "Spam, likewise")->type_name("PATH");
  sub->add_option("--min-hits", options->table.hits_min,
                  "Rules that hit fewer messages are left out; default: 1")
      ->type_name("N");
  sub->add_flag("--sub-rules", options->table.sub_rules, "Sub-rules (__NAME) as well");
  sub->add_option("--sort", options->order,
                  "rank, spam, ham, overall, so, score, name or place; default: rank")
      ->type_name("ORDER")
      ->check(CLI::IsMember(kOrders).description(""));
  sub->add_flag("--overlap", options->overlap, "Which rules hit the same messages, in % both ways");
  sub->add_option("--overlap-min", options->overlap_min,
                  "The least % of either rule's hits that counts as overlap; default: 50")
      ->type_name("PERCENT");
  sub->add_flag("--json", options->json,
                "One JSON object a line; type: rule, overlap, incomplete, total");
  sub->add_option("-j,--jobs", options->jobs, "Threads; default: one for each processor");
  sub->callback([options, &exit] {
    options->table.order = kOrders.at(options->order);
    exit = hits(*options);
  });
}

}  // namespace sluice::cli
