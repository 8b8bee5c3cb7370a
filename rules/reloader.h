// Keeps the rule set of a running process up to date with its files, and never loses the last good
// one.
//
//   auto reloader = Reloader::start({.paths = {"rules/packs"}, .on_reload = log_it});
//   std::shared_ptr<const RuleSet> set = reloader.value()->current();     before each message
//
// A side thread watches the files. When their text has changed it compiles them, runs the known
// answers of Hyperscan and every `test` line, and only then swaps the set. A set that is no longer
// current lives until the last one who holds it lets go. Files of maps are watched as well; one
// that changed is read again without the rules, and without another set.
//
// Failure:  start() needs rules that compile and pass. Later, whatever fails keeps the set there is
//           and is reported.
// Threads:  current() and reload_now() from any; `on_reload` and `on_map` are called on the thread
//           that reloads.
// Tests:    tests/rules/reload_test.cc

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "rules/compiler.h"
#include "rules/lines/diagnostic.h"
#include "rules/rule_set.h"

namespace sluice::rules {

struct ReloadReport {
  bool accepted = false;
  Diagnostics diagnostics = {};  // warnings too; failed tests are errors at their line
  std::string id = {};           // of the set that is current now
};

struct ReloaderOptions {
  std::vector<std::string> paths = {};
  CompileOptions compile = {};
  std::chrono::milliseconds poll_interval{1'000};
  std::function<void(const ReloadReport&)> on_reload = {};
  std::function<void(const MapReport&)> on_map = {};  // a map's file has changed
};

// Loads, compiles and tests the files. nullptr, with an error among the diagnostics, if anything
// is wrong.
std::shared_ptr<const RuleSet> load_tested_rules(const std::vector<std::string>& paths,
                                                 const CompileOptions& options,
                                                 Diagnostics& diagnostics);

class Reloader {
 public:
  // The first load is done when this returns. Its report goes to `on_reload` as well; on failure
  // the Error is the first diagnostic.
  static Result<std::unique_ptr<Reloader>> start(ReloaderOptions options);

  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;
  ~Reloader();

  [[nodiscard]] std::shared_ptr<const RuleSet> current() const;

  // Reloads even if the files look as they did. False: the old set stays.
  bool reload_now();

 private:
  explicit Reloader(ReloaderOptions options);

  void watch();
  [[nodiscard]] std::string look_of_files() const;
  void refresh_maps();  // REQUIRES: reloading_ is held

  const ReloaderOptions options_;
  std::mutex reloading_;   // held for a whole reload
  std::string last_look_;  // guarded by reloading_

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const RuleSet> current_;  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::thread watcher_;
};

}  // namespace sluice::rules
