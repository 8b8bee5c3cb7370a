// A child process of a test: started with arguments, ended by pid, never left behind.
//
//   Process engine({binary, "run", "--config", path}, log_path);
//   engine.signal(SIGKILL);
//   engine.wait(10s)  ->  exit status as from a shell (128 + signal), nullopt if it still runs
//
// The child dies with its parent (PR_SET_PDEATHSIG) and with this object (SIGKILL).
//
// Threads:  one at a time. The thread that starts a process must outlive it.

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace sluice::test {

class Process {
 public:
  // Standard output is appended to `output`, standard error to `output`.err: written to one file
  // they would cut each other's lines in two.
  Process(const std::vector<std::string>& arguments, const std::filesystem::path& output);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void signal(int number);

  std::optional<int> wait(std::chrono::milliseconds timeout);

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace sluice::test
