// What the reader of rule files can do, in the names by which files ask for it.
//
//   has_plugin("Mail::SpamAssassin::Plugin::FreeMail")                     true
//   has_feature("Mail::SpamAssassin::Conf::feature_capture_rules")         true
//   has_feature("Mail::SpamAssassin::Plugin::BodyEval::check_body_length") true: a function of it
//
// Source:   SpamAssassin 4.0.1 with Debian's init.pre, v310.pre and so on.
// Tests:    tests/rules/conditions_test.cc

#pragma once

#include <string_view>

namespace sluice::rules {

inline constexpr double kLanguageVersion = 4.000001;
inline constexpr double kPerlVersion = 5.036;

bool has_plugin(std::string_view name);
bool has_feature(std::string_view name);

}  // namespace sluice::rules
