// A compiled rule set: immutable, shared by all workers, swapped between two messages.
//
//   Diagnostics faults;
//   auto set = compile_rules(load_rule_files(paths), {.cache_directory = dir}, faults);
//   Scratch scratch(*set);                       // one per worker thread
//   set->scan({.message = message, .mail_from = "a@b.example"}, scratch, hits);
//   set->judge_part().evaluate(hits, evaluation);
//
// Failure:  a rule text with faults compiles to nothing and every fault is reported, with file,
//           line and column. A scan never fails.
// Borrows:  scan() borrows the message for the call; hits hold no views.
// Bounds:   at most limits::kRuleHitsMax hits; PCRE2 runs under match, depth and heap limits.
// Threads:  a RuleSet is immutable; a Scratch belongs to one thread and one RuleSet at a time.
// Tests:    tests/rules/rule_set_test.cc

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mime/message.h"
#include "rules/judge_part.h"

namespace sluice::rules {

struct ScanInput {
  const mime::Message& message;
  std::string_view mail_from = {};  // RFC 5321 reverse-path without brackets; may be empty
};

}  // namespace sluice::rules
