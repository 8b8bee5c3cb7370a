// What every subcommand shares: exit codes, the table they stand in, options common to several.
//
// Each subcommand is one file with one function define_NAME(), which adds itself to the CLI11 app
// and stores its exit code when it has run. Adding one: that file, a declaration here, a row in
// main.cc.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "engine/config/config.h"
#include "ingest/log/log.h"
#include "rules/rule_set.h"

namespace sluice::cli {

enum Exit : int {
  kOk = 0,
  kFindings = 1,  // it ran, and found something wrong: a failed test, a faulty rule, a difference
  kUsage = 2,     // the command line or the configuration is wrong
  kFailed = 3,    // the world refused: a file, a broker, a topic
};

void define_run(CLI::App& app, int& exit);
void define_demo(CLI::App& app, int& exit);
void define_scan(CLI::App& app, int& exit);
void define_explain(CLI::App& app, int& exit);
void define_parse(CLI::App& app, int& exit);
void define_lint(CLI::App& app, int& exit);
void define_test(CLI::App& app, int& exit);
void define_hits(CLI::App& app, int& exit);
void define_diff(CLI::App& app, int& exit);
void define_produce(CLI::App& app, int& exit);
void define_verdicts(CLI::App& app, int& exit);
void define_topics(CLI::App& app, int& exit);
void define_replay(CLI::App& app, int& exit);
void define_config(CLI::App& app, int& exit);
void define_completion(CLI::App& app, int& exit);

// --config FILE and --set section.key=value.
struct ConfigOptions {
  std::string path;
  std::vector<std::string> settings;

  void add_to(CLI::App& app);

  // Prints what is wrong to standard error.
  [[nodiscard]] std::unique_ptr<config::Config> load() const;
};

// Where compiled rules are kept: in $XDG_CACHE_HOME or ~/.cache, made if need be; empty if there is
// no such place.
std::string user_cache();

// -r FILE|DIR (repeatable) and --cache DIR.
struct RuleOptions {
  std::vector<std::string> paths;
  std::string cache;

  void add_to(CLI::App& app);

  // Prints diagnostics to standard error; nullptr if the rules do not compile.
  [[nodiscard]] std::shared_ptr<const rules::RuleSet> load(const config::Config& config) const;
};

// Kafka as configured; prints why not, and returns nullptr, if it cannot be opened.
std::unique_ptr<log::Log> open_log(const config::Config& config);

// Prints `message` to standard error, with "sluice: " before it. Returns `exit`.
int fail(int exit, const std::string& message);

// "6.200" for 6200.
std::string decimal(int32_t thousandths);

}  // namespace sluice::cli
