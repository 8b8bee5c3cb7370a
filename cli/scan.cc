// sluice scan: what the rules say of messages, without a broker.

#include <iostream>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/envelope_options.h"
#include "cli/mail_crew.h"
#include "cli/mail_scan.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "rules/language/sender_condition.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  EnvelopeOptions envelope;
  std::vector<std::string> paths;
  bool json = false;
  bool all_hits = false;
  std::string sender;
  std::size_t jobs = 0;
};

std::string coloured_action(records::Action action) {
  const char* const name = records::EnumNameAction(action);
  const std::string padded = fmt::format("{:<6}", name);
  if (action == records::Action::reject) return coloured(Colour::kRed, padded);
  if (action == records::Action::hold) return coloured(Colour::kYellow, padded);
  return coloured(Colour::kGreen, padded);
}

std::string row(const Scan& scan, const rules::RuleSet& set) {
  std::string hits;
  for (const rules::WeightedHit& hit : scan.hits) {
    hits += fmt::format("{}{}", hits.empty() ? "" : " ", set.rules()[hit.rule].name);
  }
  return fmt::format("{} {:>8}  {}{}{}\n", coloured_action(scan.action), decimal(scan.score),
                     coloured(Colour::kBold, scan.name), hits.empty() ? "" : "  ",
                     coloured(Colour::kDim, hits));
}

std::string json_line(const Scan& scan, const rules::RuleSet& set, const SenderView& sender,
                      bool all_hits) {
  nlohmann::ordered_json out;
  out["file"] = scan.name;
  out["action"] = records::EnumNameAction(scan.action);
  out["score"] = scan.score / 1000.0;
  out["hits"] = nlohmann::ordered_json::array();
  for (const rules::WeightedHit& hit : scan.hits) out["hits"].push_back(set.rules()[hit.rule].name);
  if (all_hits) {
    out["counts"] = nlohmann::ordered_json::object();
    out["subhits"] = nlohmann::ordered_json::object();
    for (const rules::Hit& hit : set.judge_part().all_hits(scan.scan_hits, sender)) {
      const rules::RuleInfo& rule = set.rules()[hit.rule];
      out[rule.counted ? "counts" : "subhits"][rule.name] = hit.count;
    }
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

class Scanning {
 public:
  Scanning(const Options& options, const config::Config& config, const rules::RuleSet& set,
           const rules::EnvelopeFacts& envelope, const SenderView& sender)
      : options_(options),
        set_(set),
        sender_(sender),
        source_(options.paths),
        crew_(options.jobs),
        scans_(crew_.slots()) {
    for (std::size_t i = 0; i < crew_.workers(); ++i) {
      scanners_.push_back(std::make_unique<MailScanner>(set, config.judge, &envelope));
      scanners_.back()->set_sender(sender);
      scanners_.back()->remember(config.rules.remembered_bytes());
    }
  }

  int run() {
    crew_.run(
        source_,
        [this](std::size_t worker, std::span<const MailCrew::Task> tasks) {
          scanners_[worker]->scan(tasks, scans_);
        },
        [this](std::size_t slot) { report(scans_[slot]); });
    if (!options_.json) summary();
    for (const std::string& error : source_.errors()) fail(kFailed, error);
    return source_.errors().empty() ? kOk : kFailed;
  }

 private:
  void report(const Scan& scan) {
    ++count_;
    if (scan.action != records::Action::accept) ++not_accepted_;
    std::cout << (options_.json ? json_line(scan, set_, sender_, options_.all_hits)
                                : row(scan, set_));
    progress_.show(count_);
  }

  void summary() const {
    std::cout << fmt::format("{} messages, {} not accepted\n", count_, not_accepted_);
  }

  const Options& options_;
  const rules::RuleSet& set_;
  const SenderView& sender_;
  MailSource source_;
  MailCrew crew_;
  std::vector<Scan> scans_;  // of each slot
  std::vector<std::unique_ptr<MailScanner>> scanners_;
  Progress progress_{"messages"};
  std::size_t count_ = 0;
  std::size_t not_accepted_ = 0;
};

int scan(Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  SenderView sender;
  rules::SenderFault fault;
  if (!rules::set_sender_terms(sender, options.sender, fault)) {
    return fail(kUsage, fmt::format("--sender: {}; {}", fault.message, fault.hint));
  }
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;
  return Scanning(options, *config, *set, options.envelope.facts(), sender).run();
}

}  // namespace

void define_scan(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("scan", "What the rules say of messages; no broker needed");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  options->envelope.add_to(*sub);
  sub->add_option("paths", options->paths,
                  "Files, directories, Maildirs, mboxes, - for standard input")
      ->required();
  sub->add_flag("--json", options->json, "One JSON object a line: file, action, score, hits");
  sub->add_flag("--all-hits", options->all_hits,
                "With --json: how often each rule hit, as counts and, of sub-rules, subhits");
  sub->add_option("--sender", options->sender,
                  "What is known of the sender, for rules that ask: rate_1h=501,standing=good; "
                  "default: nobody has seen him before");
  sub->add_option("-j,--jobs", options->jobs, "Threads; default: one for each processor");
  sub->callback([options, &exit] { exit = scan(*options); });
}

}  // namespace sluice::cli
