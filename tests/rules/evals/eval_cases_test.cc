// Claim:   eval functions answer as SpamAssassin's.
// Oracle:  cases/*.txt, each answer checked with SpamAssassin 4.0.1 itself.
// Adding a case: a piece of a file in cases/, nothing here. A case is a title, settings, calls with
//                their answers, and a message:
//
//   == what it shows
//   set blocklist_from *@spam.example
//   call check_from_in_blocklist() 1
//
//   From: ann@spam.example

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "rules/evals/evals.h"
#include "rules/mail/mail.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string title;
  std::vector<Setting> settings;
  std::vector<std::string> calls;
  std::string message;
};

fs::path cases_dir() {
  const char* set = std::getenv("SLUICE_SOURCE_DIR");
  return (set != nullptr ? fs::path(set) : fs::current_path()) / "tests/rules/evals/cases";
}

// The first line of `text`, taken off.
std::string take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Case read_case(std::string_view text) {
  Case read{.title = take_line(text), .settings = {}, .calls = {}, .message = {}};
  for (std::string line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::string value = line.substr(line.find(' ') + 1);
    if (line.starts_with("call ")) {
      read.calls.push_back(value);
    } else {
      const std::size_t blank = value.find(' ');
      read.settings.push_back({.name = value.substr(0, blank), .value = value.substr(blank + 1)});
    }
  }
  while (text.ends_with("\n\n")) text.remove_suffix(1);
  read.message = text;
  if (read.message.find("\n\n") == std::string::npos) read.message += '\n';
  return read;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(cases_dir())) {
    const std::string text = "\n" + test::read_file(entry.path());
    std::size_t at = text.find("\n== ");
    while (at != std::string::npos) {
      const std::size_t next = text.find("\n== ", at + 1);
      cases.push_back(read_case(std::string_view(text).substr(at + 4, next - at - 3)));
      at = next;
    }
  }
  return cases;
}

std::vector<std::string> arguments_of(std::string_view call) {
  std::vector<std::string> arguments;
  std::size_t at = call.find('\'');
  while (at != std::string_view::npos) {
    const std::size_t end = call.find('\'', at + 1);
    arguments.emplace_back(call.substr(at + 1, end - at - 1));
    at = call.find('\'', end + 1);
  }
  return arguments;
}

MailSettings mail_settings(const Case& read) {
  MailSettings settings;
  for (const Setting& setting : read.settings) {
    if (setting.name == "util_rb_tld") settings.tlds.push_back(setting.value);
    if (setting.name == "trusted_networks") settings.trusted_networks.push_back(setting.value);
  }
  return settings;
}

void run_call(const std::string& call, Mail& mail, const EvalSettings& settings,
              EvalScratch& scratch) {
  const EvalEntry* entry = find_eval(call.substr(0, call.find('(')));
  ASSERT_NE(entry, nullptr);
  ASSERT_NE(entry->run, nullptr);
  const std::vector<std::string> arguments = arguments_of(call);
  std::string fault;
  std::unique_ptr<const EvalPrepared> prepared;
  if (entry->prepare != nullptr) prepared = entry->prepare(arguments, fault);
  ASSERT_EQ(fault, "");
  EvalContext context{.mail = mail,
                      .arguments = arguments,
                      .prepared = prepared.get(),
                      .settings = settings,
                      .state = scratch.state()};
  EXPECT_EQ(entry->run(context), std::stoi(call.substr(call.rfind(' ') + 1)));
}

TEST(EvalCases, AnswerAsSpamAssassin) {
  const std::vector<Case> cases = read_cases();
  ASSERT_FALSE(cases.empty());
  EvalScratch scratch;
  for (const Case& read : cases) {
    Diagnostics diagnostics;
    const auto settings = make_eval_settings(read.settings, diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    const MailSettings reading = mail_settings(read);
    Mail mail(reading);
    mail.read(read.message, "");
    scratch.begin_message();
    for (const std::string& call : read.calls) {
      SCOPED_TRACE(read.title + ": " + call);
      run_call(call, mail, *settings, scratch);
    }
  }
}

TEST(EvalTable, HasEachFunctionOnce) {
  std::set<std::string_view> names;
  for (const std::span<const EvalEntry> family : eval_families()) {
    for (const EvalEntry& entry : family) {
      SCOPED_TRACE(std::string(entry.name));
      EXPECT_TRUE(names.insert(entry.name).second);
      EXPECT_EQ(entry.run != nullptr, entry.nature == EvalNature::kLocal);
      EXPECT_FALSE(entry.plugin.empty());
      EXPECT_FALSE(entry.meaning.empty());
      EXPECT_EQ(find_eval(entry.name), &entry);
    }
  }
  EXPECT_EQ(find_eval("check_for_nothing"), nullptr);
}

TEST(EvalTable, KnowsWhatItNeverRuns) {
  EXPECT_EQ(find_eval("check_rbl")->nature, EvalNature::kNetwork);
  EXPECT_EQ(find_eval("check_for_spf_pass")->nature, EvalNature::kNetwork);
  EXPECT_EQ(find_eval("check_bayes")->nature, EvalNature::kLearning);
  EXPECT_EQ(find_eval("pdf_is_encrypted")->nature, EvalNature::kForeign);
}

}  // namespace
}  // namespace sluice::rules
