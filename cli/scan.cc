// sluice scan: what the rules say of messages, without a broker.

#include <atomic>
#include <iostream>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "cli/scan_one.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  std::vector<std::string> paths;
  bool json = false;
  bool all_hits = false;
  std::size_t jobs = 0;
};

constexpr std::size_t kBatchPerJob = 64;  // messages in memory at a time, for each thread

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

std::string json_line(const Scan& scan, const rules::RuleSet& set, bool all_hits) {
  nlohmann::ordered_json out;
  out["file"] = scan.name;
  out["action"] = records::EnumNameAction(scan.action);
  out["score"] = scan.score / 1000.0;
  out["hits"] = nlohmann::ordered_json::array();
  for (const rules::WeightedHit& hit : scan.hits) out["hits"].push_back(set.rules()[hit.rule].name);
  if (all_hits) {
    out["subhits"] = nlohmann::ordered_json::object();
    for (const rules::Hit& hit : set.judge_part().all_hits(scan.scan_hits)) {
      if (!set.rules()[hit.rule].counted) out["subhits"][set.rules()[hit.rule].name] = hit.count;
    }
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

class Scanning {
 public:
  Scanning(const Options& options, const config::Config& config, const rules::RuleSet& set)
      : options_(options), set_(set), source_(options.paths) {
    const std::size_t jobs =
        options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < jobs; ++i) {
      scanners_.push_back(std::make_unique<OneScanner>(set, config.judge));
    }
  }

  int run() {
    while (read_batch()) {
      scan_batch();
      for (const Scan& scan : scans_) report(scan);
      progress_.show(count_);
    }
    if (!options_.json) summary();
    for (const std::string& error : source_.errors()) fail(kFailed, error);
    return source_.errors().empty() ? kOk : kFailed;
  }

 private:
  bool read_batch() {
    batch_.clear();
    while (batch_.size() < kBatchPerJob * scanners_.size()) {
      auto mail = source_.next();
      if (!mail) break;
      batch_.push_back(std::move(*mail));
    }
    return !batch_.empty();
  }

  void scan_batch() {
    scans_.assign(batch_.size(), {});
    std::atomic<std::size_t> next = 0;
    const auto work = [this, &next](OneScanner& scanner) {
      for (std::size_t i = next++; i < batch_.size(); i = next++) {
        scans_[i] = scanner.scan(batch_[i].name, batch_[i].bytes);
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < scanners_.size(); ++i) {
      threads.emplace_back([&work, scanner = scanners_[i].get()] { work(*scanner); });
    }
    work(*scanners_.front());
  }

  void report(const Scan& scan) {
    ++count_;
    if (scan.action != records::Action::accept) ++not_accepted_;
    std::cout << (options_.json ? json_line(scan, set_, options_.all_hits) : row(scan, set_));
  }

  void summary() const {
    std::cout << fmt::format("{} messages, {} not accepted\n", count_, not_accepted_);
  }

  const Options& options_;
  const rules::RuleSet& set_;
  MailSource source_;
  std::vector<std::unique_ptr<OneScanner>> scanners_;
  std::vector<Mail> batch_;
  std::vector<Scan> scans_;
  Progress progress_{"messages"};
  std::size_t count_ = 0;
  std::size_t not_accepted_ = 0;
};

int scan(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;
  return Scanning(options, *config, *set).run();
}

}  // namespace

void define_scan(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("scan", "What the rules say of messages; no broker needed");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  sub->add_option("paths", options->paths,
                  "Files, directories, Maildirs, mboxes, - for standard input")
      ->required();
  sub->add_flag("--json", options->json, "One JSON object a line: file, action, score, hits");
  sub->add_flag("--all-hits", options->all_hits,
                "With --json: sub-rules as well, with their counts");
  sub->add_option("-j,--jobs", options->jobs, "Threads; default: one for each processor");
  sub->callback([options, &exit] { exit = scan(*options); });
}

}  // namespace sluice::cli
