// Functions on header fields: HeaderEval.
//
//   header DATE_IN_PAST_03_06 eval:check_for_shifted_date('-6', '-3')
//
// Source:   Mail::SpamAssassin::Plugin::HeaderEval 4.0.1.
// Bounds:   time linear in the header; of recipients the first 256 are compared.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/evals/family.h"

namespace sluice::rules {

struct HeaderEvalState {
  std::optional<std::string_view> squeezed_received = {};  // each run of blanks one space
  std::optional<bool> gated = {};
  std::optional<bool> forged_hotmail = {};
  std::optional<bool> no_hotmail = {};

  bool dates_read = false;
  std::optional<int64_t> date_s = {};       // of Date or Resent-Date, since 1970
  std::optional<int64_t> fetchmail_s = {};  // of the Received fields of a local fetchmail
  std::vector<int64_t> received_s = {};     // of the other Received fields
  int64_t date_diff_s = 0;                  // Date less the nearest Received

  bool recipients_read = false;
  bool sorted = false;
  double similar = 0;

  std::vector<std::string_view> words = {};  // memory to work with

  void begin_message();
};

std::span<const EvalEntry> header_evals();         // header_eval.cc
std::span<const EvalEntry> header_date_evals();    // header_dates.cc
std::span<const EvalEntry> header_forged_evals();  // header_forged.cc

}  // namespace sluice::rules
