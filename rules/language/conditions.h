// The conditions that rule files put around lines: if, ifplugin, else, endif.
//
//   if (version >= 4.0) && plugin(Mail::SpamAssassin::Plugin::FreeMail)
//   ...
//   endif
//
// A file may ask what its reader can do. This reader answers as SpamAssassin 4.0.1 does with the
// plugins and the compatibility flag that Debian's package switches on: `version` is 4.000001, and
// plugin(), can() and has() know the names of that release. loadplugin and enable_compat change
// nothing.
//
// Source:   Mail::SpamAssassin::Conf::Parser 4.0.1 (handle_conditional), Mail::SpamAssassin::Conf.
// Failure:  a condition that cannot be read is a diagnostic, and false.
// Bounds:   nesting up to limits::kConditionsMax; no recursion.
// Tests:    tests/rules/conditions_test.cc

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/lines/diagnostic.h"
#include "rules/lines/statement.h"

namespace sluice::rules {

// Whether `expression` holds: "(version >= 3.004000)", "!plugin(X) || can(Y::z)". On a fault the
// result is false and `fault` is not empty.
bool condition_holds(std::string_view expression, std::string& fault);

// The conditions that are open at a line of one file.
class Conditions {
 public:
  // Takes the statement if its keyword is one of conditions. `keyword` is in lower case.
  bool take(std::string_view keyword, Statement& statement, Diagnostics& diagnostics);

  [[nodiscard]] bool skipping() const { return skipping_; }

  // The rest of the file is not for this version.
  void skip_rest() { skipping_ = true; }

  // At the end of a file all conditions must be closed.
  void end_file(std::string_view file, Diagnostics& diagnostics);

 private:
  struct Open {
    std::string keyword = {};
    int line = 0;
    bool skipping_before = false;
  };

  void open(std::string_view keyword, Statement& statement, Diagnostics& diagnostics);
  void turn(const Statement& statement, Diagnostics& diagnostics);
  void close(const Statement& statement, Diagnostics& diagnostics);

  std::vector<Open> open_;
  bool skipping_ = false;
};

}  // namespace sluice::rules
