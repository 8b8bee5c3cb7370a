// Claim:   a file includes only files of its own folder and of folders that docs/ARCHITECTURE.md
// lists
//          above it, so there are no circles; every folder with code is in the list and has a
//          README.
// Oracle:  the table in docs/ARCHITECTURE.md, which is for people.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  const char* const source = std::getenv("SLUICE_SOURCE_DIR");
  return source == nullptr ? fs::current_path() : fs::path(source);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// "base/" for "| `base/` | ...".
std::string folder_of_row(const std::string& line) {
  if (!line.starts_with("| `")) return "";
  const std::size_t end = line.find("/` |");
  return end == std::string::npos ? "" : line.substr(3, end - 2);
}

// The folders of the table under "## Folders", in its order.
std::vector<std::string> listed_folders() {
  std::vector<std::string> folders;
  bool inside = false;
  for (const std::string& line : lines_of(root() / "docs/ARCHITECTURE.md")) {
    if (line.starts_with("## ")) inside = line == "## Folders";
    const std::string folder = inside ? folder_of_row(line) : "";
    if (!folder.empty()) folders.push_back(folder);
  }
  return folders;
}

// Place in the list of the folder that `path` is in.
std::optional<std::size_t> place_of(const std::vector<std::string>& folders,
                                    const std::string& path) {
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (path.starts_with(folders[i])) return i;
  }
  return std::nullopt;
}

std::vector<std::string> sources() {
  std::vector<std::string> found;
  for (const char* top :
       {"base", "ingest", "scanners", "rules", "engine", "cli", "bench", "fuzz", "tests"}) {
    if (!fs::exists(root() / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root() / top)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h" || extension == ".cc") {
        found.push_back(fs::relative(entry.path(), root()).string());
      }
    }
  }
  return found;
}

// `a/b.h` of `#include "a/b.h"`; empty for other lines.
std::string included(const std::string& line) {
  constexpr std::string_view kInclude = "#include \"";
  if (!line.starts_with(kInclude)) return "";
  return line.substr(kInclude.size(), line.rfind('"') - kInclude.size());
}

TEST(House, IsTheOneThatIsDrawn) {
  const auto folders = listed_folders();
  ASSERT_GT(folders.size(), 10U) << "the table in docs/ARCHITECTURE.md was not understood";
  std::size_t edges = 0;
  for (const std::string& source : sources()) {
    const auto own = place_of(folders, source);
    ASSERT_TRUE(own) << source << " is in no folder of docs/ARCHITECTURE.md";
    for (const std::string& line : lines_of(root() / source)) {
      const std::string target = included(line);
      if (target.find('/') == std::string::npos) continue;
      const auto place = place_of(folders, target);
      ASSERT_TRUE(place) << source << ": " << target << " is in no listed folder";
      EXPECT_LE(*place, *own) << source << " includes " << target << ", which stands below it";
      ++edges;
    }
  }
  EXPECT_GT(edges, 100U);
}

TEST(House, EveryFolderIntroducesItself) {
  for (const std::string& folder : listed_folders()) {
    const bool introduced = fs::exists(root() / folder / "README.md");
    EXPECT_TRUE(introduced) << folder << " has no README.md";
  }
}

}  // namespace
}  // namespace sluice
