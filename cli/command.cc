#include "cli/command.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "engine/service/default_rules.h"
#include "ingest/log/kafka_log.h"
#include "rules/compiler.h"
#include "rules/language/rule_file.h"
#include "rules/lines/diagnostic.h"

namespace sluice::cli {

std::string user_cache() {
  const char* const xdg = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  std::filesystem::path base;
  if (xdg != nullptr && xdg[0] == '/') {
    base = xdg;
  } else if (home != nullptr && home[0] == '/') {
    base = std::filesystem::path(home) / ".cache";
  } else {
    return "";
  }
  const std::filesystem::path directory = base / "sluice" / "rules";
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (!failed) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
  }
  return failed ? "" : directory.string();
}

int fail(int exit, const std::string& message) {
  std::cerr << "sluice: " << message << '\n';
  return exit;
}

std::string decimal(int32_t thousandths) {
  const int64_t value = thousandths;
  return fmt::format("{}{}.{:03}", value < 0 ? "-" : "", std::abs(value) / 1000,
                     std::abs(value) % 1000);
}

void ConfigOptions::add_to(CLI::App& app) {
  app.add_option("-c,--config", path, "TOML file; `sluice config --sample` prints one")
      ->type_name("FILE");
  app.add_option("--set", settings, "One option, as section.key=value; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::unique_ptr<config::Config> ConfigOptions::load() const {
  auto config = config::load_config(path, settings);
  if (config.ok()) return std::make_unique<config::Config>(std::move(config).value());
  std::cerr << config.error().message << '\n';
  return nullptr;
}

void RuleOptions::add_to(CLI::App& app) {
  app.add_option("-r,--rules", paths, "Rule file, or directory of *.cf files; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--cache", cache, "Where compiled rules are kept; default: the user's cache")
      ->type_name("DIR");
}

std::shared_ptr<const rules::RuleSet> RuleOptions::load(const config::Config& config) const {
  std::vector<std::string> all = paths.empty() ? config.rules.paths : paths;
  if (all.empty()) all.push_back(service::default_rules_path());
  const auto files = rules::load_rule_files(all);
  if (!files.ok()) {
    fail(kFailed, files.error().message);
    return nullptr;
  }
  const std::string& configured = config.rules.cache_directory;
  rules::Diagnostics diagnostics;
  auto set = rules::compile_rules(files.value(),
                                  {.cache_directory = !cache.empty()        ? cache
                                                      : !configured.empty() ? configured
                                                                            : user_cache()},
                                  diagnostics);
  for (const rules::Diagnostic& diagnostic : diagnostics) {
    if (set == nullptr || diagnostic.severity == rules::Severity::kError) {
      std::cerr << rules::to_string(diagnostic) << '\n';
    }
  }
  return set;
}

std::unique_ptr<log::Log> open_log(const config::Config& config) {
  auto log = log::open_kafka({.bootstrap = config.log.brokers,
                              .consumer = config.log.consumer,
                              .producer = config.log.producer});
  if (log.ok()) return std::move(log).value();
  fail(kFailed, log.error().message);
  return nullptr;
}

}  // namespace sluice::cli
