// Which charsets the languages of a rule file's ok_locales are written in.
//
//   ok_locales ja en
//   is_charset_ok("iso-2022-jp", locales)     true
//   is_charset_ok("koi8-r", locales)          false
//
// Source:   Mail::SpamAssassin::Locales 4.0.1.
// Tests:    tests/rules/evals/locales_test.cc

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/evals/evals.h"

namespace sluice::rules {

struct LocaleSettings {
  std::vector<std::string> languages = {};  // "ja", "zh"
  bool all = true;                          // every charset is welcome

  bool take(const Setting& setting, Diagnostics& diagnostics);
};

bool is_charset_ok(std::string_view charset, const LocaleSettings& locales);

}  // namespace sluice::rules
