// Whether the face of a <font> is a list of plain names.
//
//   is_good_font_face("'Segoe UI', Arial", true)     true
//   is_good_font_face("Xk#1", true)                  false
//
// Source:   html_tests() of Mail::SpamAssassin::HTML 4.0.1 (font_face_bad).
// Threads:  pure function.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <string_view>

namespace sluice::rules {

bool is_good_font_face(std::string_view face, bool wide);

}  // namespace sluice::rules
