#include "tests/cli/run_command.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/wait.h>

#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace sluice::test {
namespace {

constexpr const char* kSecondsMax = "120";

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "." : value;
}

std::string shell_quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// One cache for all commands of this test process: compiling the pack once is enough.
const TempDir& home() {
  static const TempDir kHome;
  return kHome;
}

}  // namespace

std::vector<std::string> Ran::lines() const {
  std::vector<std::string> all;
  std::istringstream in(out);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

Ran run_sluice(const std::vector<std::string>& arguments, const std::string& input) {
  const TempDir scratch;
  const auto path = [&scratch](const char* name) { return (scratch.path() / name).string(); };
  std::ofstream(path("in"), std::ios::binary) << input;

  std::string line = "env XDG_CACHE_HOME=" + shell_quoted(home().path().string()) + " timeout " +
                     kSecondsMax + " setarch -R " +
                     shell_quoted(environment("SLUICE_BINARY_DIR") + "/cli/sluice");
  for (const std::string& argument : arguments) line += " " + shell_quoted(argument);
  line += " < " + path("in") + " > " + path("out") + " 2> " + path("err");

  Ran ran;
  const int ended = std::system(line.c_str());
  if (WIFEXITED(ended)) ran.status = WEXITSTATUS(ended);
  ran.out = read_file(path("out"));
  ran.err = read_file(path("err"));
  return ran;
}

std::string source_path(const std::string& name) {
  return (std::filesystem::path(environment("SLUICE_SOURCE_DIR")) / name).string();
}

}  // namespace sluice::test
