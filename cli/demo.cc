// sluice demo: the whole path in one process, on a log in memory.

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/edge.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "cli/stop_signals.h"
#include "engine/service/service.h"
#include "ingest/log/memory_log.h"
#include "ingest/schemas/verdict_generated.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  std::vector<std::string> rules;
  std::vector<std::string> paths;
  std::string directory;
};

constexpr std::chrono::seconds kPatience{60};

std::string row(const records::Verdict& verdict, const std::string& name) {
  std::string hits;
  for (const records::RuleHit* hit : *verdict.hits()) {
    hits += fmt::format(" {}", hit->rule()->str());
  }
  const char* const action = records::EnumNameAction(verdict.action());
  const Colour colour = verdict.action() == records::Action::accept ? Colour::kGreen
                        : verdict.action() == records::Action::hold ? Colour::kYellow
                                                                    : Colour::kRed;
  return fmt::format("{} {:>8}  sender {:>3}  {}{}\n",
                     coloured(colour, fmt::format("{:<6}", action)), decimal(verdict.score()),
                     verdict.sender_score(), coloured(Colour::kBold, name),
                     coloured(Colour::kDim, hits));
}

class Demo {
 public:
  Demo(log::Log& log, const Options& options, const config::Config& config)
      : log_(log), options_(options), layout_(service::layout_of(config)), service_(log, config) {}

  int run() {
    if (Status made = log_.create_topics(log::topic_specs(layout_)); !made.ok()) {
      return fail(kFailed, made.error().message);
    }
    if (Status started = service_.start(); !started.ok()) {
      return fail(kFailed, started.error().message);
    }
    if (!begin_at_end()) return kFailed;
    Status ended;
    std::jthread engine(
        [this, &ended](const std::stop_token& stop) { ended = service_.run(stop); });
    const bool put = put_all();
    const bool complete = put && show_verdicts();
    engine.request_stop();
    engine.join();
    if (!ended.ok()) return fail(kFailed, ended.error().message);
    return complete ? check_journal() : kFailed;
  }

 private:
  // A log kept in a directory may hold the verdicts of an earlier demo.
  bool begin_at_end() {
    auto reader = log_.open_reader();
    if (!reader.ok()) return false;
    reader_ = std::move(reader).value();
    std::vector<log::Position> from;
    for (int32_t i = 0; i < layout_.verdict_partitions; ++i) {
      from.push_back({.at = {layout_.verdicts(), i}, .next = log::kEnd});
    }
    return reader_->seek(from).ok();
  }

  bool put_all() {
    auto appender = log_.open_appender();
    if (!appender.ok()) return false;
    Edge edge(*appender.value(), layout_.messages(), {});
    MailSource source(options_.paths);
    while (const auto mail = source.next()) {
      const auto id = edge.put(*mail);
      if (!id.ok()) {
        fail(kFailed, mail->name + ": " + id.error().message);
        return false;
      }
      names_[std::string(id.value().view())] = mail->name;
    }
    for (const std::string& error : source.errors()) fail(kFailed, error);
    return true;
  }

  bool show_verdicts() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::size_t seen = 0;
    while (seen < names_.size() && std::chrono::steady_clock::now() < deadline) {
      const log::Event event = reader_->poll(std::chrono::milliseconds(100));
      const auto* const record = std::get_if<log::Record>(&event);
      if (record == nullptr) continue;
      ++seen;
      const std::string aligned(record->value);
      const records::Verdict& verdict = *records::GetVerdict(aligned.data());
      const auto* const id = verdict.message_id();
      std::cout << row(verdict, names_[std::string(id->begin(), id->end())]);
      std::cout.flush();
    }
    std::cout << fmt::format("{} messages, {} verdicts\n", names_.size(), seen);
    return seen == names_.size();
  }

  int check_journal() {
    const auto report = pipeline::replay(log_, service::replay_source(layout_),
                                         service::judge_factory(layout_, false), {});
    if (!report.ok()) return fail(kFailed, report.error().message);
    std::cout << fmt::format("the journal folded again: {} entries, {} differences\n",
                             report.value().entries, report.value().differences);
    return report.value().differences == 0 ? kOk : kFindings;
  }

  log::Log& log_;
  const Options& options_;
  log::TopicLayout layout_;
  service::Service service_;
  std::unique_ptr<log::Reader> reader_;
  std::map<std::string, std::string> names_;  // by message id
};

int demo(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  if (!options.rules.empty()) config->rules.paths = options.rules;
  config->verdicts.format = "flatbuffers";
  config->admin.listen.clear();
  auto log = log::MemoryLog::open({.directory = options.directory});
  if (!log.ok()) return fail(kFailed, log.error().message);
  return Demo(*log.value(), options, *config).run();
}

}  // namespace

void define_demo(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand(
      "demo", "Mail through the whole engine on a log in memory; ends by itself");
  options->config.add_to(*sub);
  sub->add_option("-r,--rules", options->rules, "Instead of rules.paths; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  sub->add_option("--directory", options->directory, "Keep the log here; default: nowhere")
      ->type_name("DIR");
  sub->add_option("paths", options->paths, "Files, directories, Maildirs, mboxes")->required();
  sub->callback([options, &exit] { exit = demo(*options); });
}

}  // namespace sluice::cli
