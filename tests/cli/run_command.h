// Runs the built `sluice` as a user does, and keeps what it said.
//
//   const Ran ran = run_sluice({"scan", "--json", path});
//   ran.status, ran.out, ran.lines()
//
// The rule cache and everything else it writes stay in a temporary directory.

#pragma once

#include <string>
#include <vector>

namespace sluice::test {

struct Ran {
  int status = -1;  // as from a shell; -1 if it had to be ended
  std::string out;
  std::string err;

  // Of standard output.
  [[nodiscard]] std::vector<std::string> lines() const;
};

Ran run_sluice(const std::vector<std::string>& arguments, const std::string& input = "");

// The root of the source tree.
std::string source_path(const std::string& name);

}  // namespace sluice::test
