#include "rules/rule_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

// The .cf files of a folder by name; a path that is no folder stands for itself.
Result<std::vector<std::string>> expand(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return std::vector<std::string>{path};

  std::vector<std::string> files;
  fs::directory_iterator entry(path, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (entry->path().extension() != ".cf") continue;
    files.push_back(entry->path().string());
    if (files.size() > limits::kRuleFilesMax) {
      return Error{ErrorCode::kLimit,
                   fmt::format("{}: more than {} rule files", path, limits::kRuleFilesMax)};
    }
  }
  if (failed) return Error{ErrorCode::kUnavailable, path + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  return files;
}

Result<RuleFile> load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, path + ": cannot be opened"};

  std::string text(limits::kRuleFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) {
    return Error{ErrorCode::kUnavailable, path + ": cannot be read"};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  text.shrink_to_fit();
  if (text.size() > limits::kRuleFileBytesMax) {
    return Error{ErrorCode::kLimit,
                 fmt::format("{}: larger than {} bytes", path, limits::kRuleFileBytesMax)};
  }
  return RuleFile{path, std::move(text)};
}

}  // namespace

Result<std::vector<RuleFile>> load_rule_files(std::span<const std::string> paths) {
  std::vector<RuleFile> files;
  for (const std::string& path : paths) {
    Result<std::vector<std::string>> expanded = expand(path);
    if (!expanded.ok()) return expanded.error();
    for (const std::string& name : expanded.value()) {
      Result<RuleFile> file = load(name);
      if (!file.ok()) return file.error();
      files.push_back(std::move(file).value());
      if (files.size() > limits::kRuleFilesMax) {
        return Error{ErrorCode::kLimit,
                     fmt::format("{}: more than {} rule files", name, limits::kRuleFilesMax)};
      }
    }
  }
  return files;
}

}  // namespace sluice::rules
