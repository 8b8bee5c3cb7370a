#include "rules/language/rule_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFirstReadBytes = 16U << 10U;  // doubled until the file is read

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

// All of a stream, or one byte more than a rule file may have.
std::string read_text(std::istream& in) {
  constexpr std::size_t kBytesMax = limits::kRuleFileBytesMax + 1;
  std::string text;
  while (in && text.size() < kBytesMax) {
    const std::size_t have = text.size();
    const std::size_t more = std::min(std::max(have, kFirstReadBytes), kBytesMax - have);
    text.resize(have + more);
    in.read(text.data() + have, static_cast<std::streamsize>(more));
    text.resize(have + static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

Result<RuleFile> load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, path + ": cannot be opened"};

  std::string text = read_text(in);
  if (in.bad() || (in.fail() && !in.eof())) {
    return Error{ErrorCode::kUnavailable, path + ": cannot be read"};
  }
  text.shrink_to_fit();
  if (text.size() > limits::kRuleFileBytesMax) {
    return Error{ErrorCode::kLimit,
                 fmt::format("{}: larger than {} bytes", path, limits::kRuleFileBytesMax)};
  }
  return RuleFile{path, std::move(text)};
}

// What the include lines of a file name, conditions not looked at.
std::vector<std::string> included_paths(const RuleFile& file) {
  constexpr std::string_view kInclude = "include";
  std::vector<std::string> out;
  std::string_view text = file.text;
  while (!text.empty()) {
    const std::size_t lf = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, lf));
    text.remove_prefix(std::min(lf + 1, text.size()));
    if (line.size() <= kInclude.size() || !iequals(line.substr(0, kInclude.size()), kInclude) ||
        !is_space(line[kInclude.size()])) {
      continue;
    }
    const std::string_view name = line.substr(kInclude.size());
    out.push_back(included_path(file.path, trim(name.substr(0, name.find('#')))));
  }
  return out;
}

bool is_among(const std::vector<RuleFile>& files, const std::string& path) {
  return std::any_of(files.begin(), files.end(),
                     [&path](const RuleFile& file) { return file.path == path; });
}

// Files that are included, and those that they include.
void load_included(std::vector<RuleFile>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const std::string& path : included_paths(files[i])) {
      if (is_among(files, path) || files.size() == limits::kRuleFilesMax) continue;
      Result<RuleFile> file = load(path);
      if (!file.ok()) continue;
      files.push_back(std::move(file).value());
      files.back().included = true;
    }
  }
}

}  // namespace

std::string included_path(const std::string& file, std::string_view name) {
  return (fs::path(file).parent_path() / fs::path(std::string(name))).lexically_normal().string();
}

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
  load_included(files);
  return files;
}

}  // namespace sluice::rules
