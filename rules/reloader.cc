#include "rules/reloader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "rules/language/rule_file.h"
#include "rules/patterns/hyperscan.h"
#include "rules/self_test.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

Diagnostic as_diagnostic(const Error& error) {
  return {.file = "rules", .message = error.message};
}

void add_failed_tests(const RuleSet& set, Diagnostics& diagnostics) {
  for (const TestResult& result : run_rule_tests(set)) {
    if (result.passed) continue;
    report(diagnostics,
           {.file = result.place.file,
            .line = result.place.line,
            .column = result.place.column,
            .message = fmt::format("test of '{}' failed: it {}", set.rules()[result.rule].name,
                                   result.expected ? "does not hit" : "hits")});
  }
}

// Name, size and time of a file: changes when the file does.
std::string look_of(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  const auto time = fs::last_write_time(path, failed).time_since_epoch().count();
  return fmt::format("{}:{}:{}:{}\n", path.string(), size, time, failed.value());
}

std::string look_of_folder(const fs::path& path) {
  std::vector<std::string> looks;
  std::error_code failed;
  fs::directory_iterator entry(path, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (entry->path().extension() == ".cf") looks.push_back(look_of(entry->path()));
  }
  std::sort(looks.begin(), looks.end());
  std::string out;
  for (const std::string& look : looks) out += look;
  return out;
}

ReloaderOptions with_maps(ReloaderOptions options) {
  if (options.compile.maps == nullptr) options.compile.maps = std::make_shared<MapLibrary>();
  return options;
}

}  // namespace

std::shared_ptr<const RuleSet> load_tested_rules(const std::vector<std::string>& paths,
                                                 const CompileOptions& options,
                                                 Diagnostics& diagnostics) {
  const Status library = check_hyperscan();
  if (!library.ok()) {
    report(diagnostics, as_diagnostic(library.error()));
    return nullptr;
  }
  const Result<std::vector<RuleFile>> files = load_rule_files(paths);
  if (!files.ok()) {
    report(diagnostics, as_diagnostic(files.error()));
    return nullptr;
  }
  std::shared_ptr<const RuleSet> set = compile_rules(files.value(), options, diagnostics);
  if (set == nullptr) return nullptr;
  add_failed_tests(*set, diagnostics);
  return has_errors(diagnostics) ? nullptr : set;
}

Result<std::unique_ptr<Reloader>> Reloader::start(ReloaderOptions options) {
  std::unique_ptr<Reloader> out(new Reloader(std::move(options)));
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> first =
      load_tested_rules(out->options_.paths, out->options_.compile, diagnostics);
  if (first == nullptr) {
    const auto error =
        std::find_if(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
    return Error{ErrorCode::kInvalid, to_string(*error)};
  }
  out->current_ = std::move(first);
  if (out->options_.on_reload) {
    out->options_.on_reload({.accepted = true,
                             .diagnostics = std::move(diagnostics),
                             .id = std::string(out->current_->id())});
  }
  out->watcher_ = std::thread([reloader = out.get()] { reloader->watch(); });
  return out;
}

Reloader::Reloader(ReloaderOptions options)
    : options_(with_maps(std::move(options))), last_look_(look_of_files()) {}

Reloader::~Reloader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

std::shared_ptr<const RuleSet> Reloader::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

bool Reloader::reload_now() {
  const std::lock_guard reloading(reloading_);
  // Taken before reading: a file that changes meanwhile looks new at the next poll.
  last_look_ = look_of_files();
  refresh_maps();
  ReloadReport report;
  std::shared_ptr<const RuleSet> fresh =
      load_tested_rules(options_.paths, options_.compile, report.diagnostics);
  report.accepted = fresh != nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (report.accepted) current_.swap(fresh);
    report.id = current_->id();
  }
  if (options_.on_reload) options_.on_reload(report);
  return report.accepted;
}

void Reloader::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.poll_interval, [this] { return stopping_; })) {
    lock.unlock();
    bool changed = false;
    {
      const std::lock_guard reloading(reloading_);
      refresh_maps();
      changed = options_.compile.maps->refused_file_changed() || look_of_files() != last_look_;
    }
    if (changed) reload_now();
    lock.lock();
  }
}

void Reloader::refresh_maps() {
  std::vector<MapReport> reports;
  options_.compile.maps->refresh(reports);
  if (!options_.on_map) return;
  for (const MapReport& report : reports) options_.on_map(report);
}

std::string Reloader::look_of_files() const {
  std::string out;
  for (const std::string& path : options_.paths) {
    std::error_code failed;
    out += fs::is_directory(path, failed) ? look_of_folder(path) : look_of(path);
  }
  return out;
}

}  // namespace sluice::rules
