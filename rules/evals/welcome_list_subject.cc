#include "rules/evals/welcome_list_subject.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "rules/evals/families.h"

namespace sluice::rules {

namespace {

// Whether `part` matches at the front of `text`; "?" in it stands for any byte.
bool matches_at(std::string_view text, std::string_view part) {
  if (text.size() < part.size()) return false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '?' && part[i] != ascii_lower(text[i])) return false;
  }
  return true;
}

std::size_t find_part(std::string_view text, std::string_view part) {
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    if (matches_at(text.substr(at), part)) return at;
  }
  return std::string_view::npos;
}

// Whether the parts of `pattern` between its stars stand in `line` one after the other.
bool matches_line(std::string_view line, std::string_view pattern) {
  while (!pattern.empty()) {
    const std::string_view part = pattern.substr(0, pattern.find('*'));
    const std::size_t at = find_part(line, part);
    if (at == std::string_view::npos) return false;
    line.remove_prefix(at + part.size());
    pattern.remove_prefix(std::min(part.size() + 1, pattern.size()));
  }
  return true;
}

bool matches_any_line(std::string_view text, std::string_view pattern) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (matches_line(line, pattern)) return true;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

int is_subject_in(EvalContext& context, const std::vector<std::string>& list) {
  if (list.empty()) return 0;
  const std::string_view subject = context.mail.get("Subject", "").value_or(std::string_view());
  const bool found = std::any_of(list.begin(), list.end(), [&](const std::string& pattern) {
    return matches_any_line(subject, pattern);
  });
  return found ? 1 : 0;
}

int check_subject_in_welcomelist(EvalContext& context) {
  return is_subject_in(context, context.settings.welcome_list_subject.welcome);
}

int check_subject_in_blocklist(EvalContext& context) {
  return is_subject_in(context, context.settings.welcome_list_subject.block);
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name,
          .plugin = "WelcomeListSubject",
          .meaning = meaning,
          .run = run,
          .arguments_max = 0};
}

constexpr std::array kEntries = {
    entry("check_subject_in_blacklist", "old name of check_subject_in_blocklist",
          check_subject_in_blocklist),
    entry("check_subject_in_blocklist", "a text of blocklist_subject is in the subject",
          check_subject_in_blocklist),
    entry("check_subject_in_welcomelist", "a text of welcomelist_subject is in the subject",
          check_subject_in_welcomelist),
    entry("check_subject_in_whitelist", "old name of check_subject_in_welcomelist",
          check_subject_in_welcomelist),
};

}  // namespace

bool WelcomeListSubjectSettings::take(const Setting& setting, Diagnostics& /*diagnostics*/) {
  const bool welcomes =
      setting.name == "welcomelist_subject" || setting.name == "whitelist_subject";
  const bool blocks = setting.name == "blocklist_subject" || setting.name == "blacklist_subject";
  if (!welcomes && !blocks) return false;
  if (!setting.value.empty()) (welcomes ? welcome : block).push_back(to_lower(setting.value));
  return true;
}

std::span<const EvalEntry> welcome_list_subject_evals() {
  return kEntries;
}

}  // namespace sluice::rules
