// Mail whose class is known, as mass-check has it told.
//
//   ham:mail/good    ham:dir:mail/good    spam:mbox:caught.mbox    mail/unsorted
//
// The format in the middle (dir, file, mbox, detect) may be left out: what a path holds is seen
// from what it is.
//
// Threads:  plain values.
// Tests:    tests/cli/author_tools_test.cc

#pragma once

#include <string>
#include <vector>

#include "rules/tools/mail_class.h"

namespace sluice::cli {

struct Corpus {
  std::vector<std::string> ham = {};
  std::vector<std::string> spam = {};
  std::vector<std::string> unknown = {};

  // One argument of a command line.
  void add(const std::string& argument);

  [[nodiscard]] const std::vector<std::string>& of(rules::MailClass mail_class) const;
};

// "ham", "spam"; empty if unknown.
const char* name_of(rules::MailClass mail_class);

}  // namespace sluice::cli
