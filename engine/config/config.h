// What an operator can set: one struct, one table of options, one TOML file.
//
//   [judge]                                  Config config;
//   hold_at = 5.0                            config.judge.hold_at == 5000
//
//   auto config = load_config("sluice.toml", {"judge.hold_at=4.5"});
//
// The table (config_options) is the only place where an option has its name, default, range and
// meaning; `sluice config`, docs/CONFIGURATION.md and deploy/sluice.toml are printed from it.
//
// Failure:  all faults at once, each with file, line and column; an unknown key is a fault.
// Tests:    tests/engine/config_test.cc

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/verdict/policy.h"

namespace sluice::config {

struct Config {
  struct Log {
    std::string brokers = "127.0.0.1:9092";
    std::map<std::string, std::string> consumer;  // librdkafka properties, passed through
    std::map<std::string, std::string> producer;
  } log;

  struct Topics {
    std::string prefix = "sluice.";
    int64_t partitions = 12;
    int64_t verdict_partitions = 12;
    int64_t dead_letter_partitions = 4;
    int64_t replication = 3;
  } topics;

  struct Rules {
    std::vector<std::string> paths;
    std::string cache_directory;
    int64_t reload_interval_s = 10;
    int64_t remembered_mib = 64;

    [[nodiscard]] std::size_t remembered_bytes() const {
      return static_cast<std::size_t>(remembered_mib) << 20U;
    }
  } rules;

  struct Pipeline {
    std::string instance;
    std::string group = "sluice-judge";
    int64_t workers = 0;
    int64_t in_flight_bytes_max = 256 << 20;
    int64_t commit_interval_ms = 100;
    int64_t commit_records_max = 10'000;
    int64_t tick_interval_ms = 1'000;
    int64_t drain_deadline_ms = 5'000;
    int64_t session_timeout_ms = 10'000;
  } pipeline;

  verdict::Limits judge;

  struct Verdicts {
    std::string format = "flatbuffers";
  } verdicts;

  struct Admin {
    std::string listen = "127.0.0.1:9464";
  } admin;
};

// One row of the reference.
struct OptionInfo {
  std::string key;       // "judge.hold_at"
  std::string type;      // "integer", "decimal", "text", "texts", "yes or no", "table of texts"
  std::string fallback;  // as written in TOML
  std::string range;     // "1..1000", "one of: a, b"; empty if any value will do
  std::string meaning;   // one sentence
};

std::vector<OptionInfo> config_options();

// Defaults, then the file (none if `path` is empty), then `settings` ("section.key=value", the
// value as in TOML; bare words are taken as text). The error's message holds one fault a line.
Result<Config> load_config(const std::string& path, const std::vector<std::string>& settings);

// The same from text, for tests and standard input; `name` stands in messages.
Result<Config> parse_config(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings);

// A complete file with every option at its default, each under its meaning.
std::string sample_config();

// docs/CONFIGURATION.md.
std::string config_reference();

// `config` as TOML; values of properties that may hold secrets are replaced by "(hidden)".
std::string to_toml(const Config& config);

}  // namespace sluice::config
