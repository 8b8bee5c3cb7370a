// sluice topics create|check: the topics that the engine reads and writes.

#include "ingest/log/topics.h"

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "engine/service/service.h"

namespace sluice::cli {
namespace {

int check(log::Log& log, const log::TopicLayout& layout) {
  const auto problems = log::check_topics(log, layout);
  if (!problems.ok()) return fail(kFailed, problems.error().message);
  for (const std::string& problem : problems.value()) std::cout << problem << '\n';
  if (problems.value().empty()) std::cout << "all topics fit\n";
  return problems.value().empty() ? kOk : kFindings;
}

int create(log::Log& log, const log::TopicLayout& layout) {
  const auto specs = log::topic_specs(layout);
  if (Status created = log.create_topics(specs); !created.ok()) {
    return fail(kFailed, created.error().message);
  }
  for (const log::TopicSpec& spec : specs) {
    std::cout << fmt::format("{}: {} partitions\n", spec.name, spec.partitions);
  }
  return check(log, layout);
}

int with_log(const ConfigOptions& options, int (*act)(log::Log&, const log::TopicLayout&)) {
  const auto config = options.load();
  if (config == nullptr) return kUsage;
  const auto log = open_log(*config);
  if (log == nullptr) return kFailed;
  return act(*log, service::layout_of(*config));
}

}  // namespace

void define_topics(CLI::App& app, int& exit) {
  CLI::App* const sub = app.add_subcommand("topics", "Creates or checks the topics");
  sub->require_subcommand(1);
  const auto add = [sub, &exit](const char* name, const char* what,
                                int (*act)(log::Log&, const log::TopicLayout&)) {
    auto options = std::make_shared<ConfigOptions>();
    CLI::App* const verb = sub->add_subcommand(name, what);
    options->add_to(*verb);
    verb->callback([options, act, &exit] { exit = with_log(*options, act); });
  };
  add("create", "Creates the topics that do not exist yet", &create);
  add("check", "Says what is wrong with the topics; exit code 1 if anything is", &check);
}

}  // namespace sluice::cli
