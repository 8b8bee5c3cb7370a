// Functions on what the body says and how long it is: BodyEval.
//
//   body MPART_ALT_DIFF eval:multipart_alternative_difference('99', '100')
//
// Source:   Mail::SpamAssassin::Plugin::BodyEval 4.0.1.
// Bounds:   time linear in the message.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <span>

#include "rules/evals/family.h"

namespace sluice::rules {

struct BodyEvalState {
  // How much of what multipart/alternative's HTML says is not in its plain text.
  struct Alternatives {
    bool read = false;
    double missing_percent = 0;  // the most of all of them
    std::size_t html_words = 0;  // different ones, of the last
    std::size_t text_words = 0;
  };

  struct Lines {
    bool read = false;
    std::size_t all = 0;
    std::size_t blank = 0;
  };

  struct Signature {
    bool read = false;
    bool found = false;  // there is a text/plain part
    std::size_t body_bytes = 0;
    std::size_t signature_bytes = 0;
  };

  Alternatives alternatives = {};
  Lines lines = {};
  Signature signature = {};
  int widest_spacing = -2;  // tvd_vertical_words; -2: not read yet
  int stock_words = -1;     // check_stock_info; -1: not read yet

  void begin_message() { *this = {}; }
};

std::span<const EvalEntry> body_evals();

}  // namespace sluice::rules
