#include "tests/support/shared_data.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include <gtest/gtest.h>

namespace sluice::test {
namespace {

std::filesystem::path source_dir() {
  const char* set = std::getenv("SLUICE_SOURCE_DIR");
  return set != nullptr ? set : std::filesystem::current_path();
}

bool in_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string_view(ci) == "true";
}

}  // namespace

std::optional<std::filesystem::path> shared_data(const std::string& name) {
  const auto folder = source_dir().parent_path() / "shared" / "data" / name;
  if (std::filesystem::exists(folder)) return folder;
  if (in_ci()) ADD_FAILURE() << folder << " is missing under CI=true";
  return std::nullopt;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::string& extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == extension) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) ADD_FAILURE() << "cannot read " << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace sluice::test
