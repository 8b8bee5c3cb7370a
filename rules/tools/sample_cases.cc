#include "rules/tools/sample_cases.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "rules/lines/diagnostic.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

using Names = std::unordered_map<std::string_view, RuleIndex>;

Names names_of(std::span<const RuleInfo> rules) {
  Names names;
  for (RuleIndex rule = 0; rule < rules.size(); ++rule) names.emplace(rules[rule].name, rule);
  return names;
}

// ": did you mean 'URGENT'?", or nothing.
std::string suggestion(const std::string& name, std::span<const RuleInfo> rules) {
  std::vector<std::string_view> candidates;
  for (const RuleInfo& rule : rules) candidates.push_back(rule.name);
  const std::string hint = did_you_mean(name, candidates);
  return hint.empty() ? "" : "; " + hint;
}

Result<std::vector<fs::path>> folders_in(const std::string& folder) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (!at->is_directory(ignored) || at->path().filename().string().starts_with('.')) continue;
    found.push_back(at->path());
  }
  if (failed) return Error{ErrorCode::kNotFound, folder + ": " + failed.message()};
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<SampleCases> find_sample_cases(const std::string& folder, std::span<const RuleInfo> rules) {
  auto folders = folders_in(folder);
  if (!folders.ok()) return folders.error();
  const Names names = names_of(rules);
  SampleCases found;
  for (const fs::path& path : folders.value()) {
    const std::string ending = path.extension().string();
    const std::string name = path.stem().string();
    if (ending != ".ok" && ending != ".fail") {
      found.faults.push_back(path.string() + ": the name ends neither with .ok nor with .fail");
      continue;
    }
    const auto rule = names.find(name);
    if (rule == names.end()) {
      found.faults.push_back(path.string() + ": there is no rule '" + name + "'" +
                             suggestion(name, rules));
      continue;
    }
    found.cases.push_back(
        {.rule = rule->second, .expected = ending == ".ok", .path = path.string()});
  }
  return found;
}

}  // namespace sluice::rules
