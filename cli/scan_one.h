// One message through reading and rules, without a log: what scan and explain share.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "engine/verdict/policy.h"
#include "rules/rule_set.h"

namespace sluice::cli {

struct Scan {
  std::string name = {};
  records::Action action = records::Action::accept;
  int32_t score = 0;  // thousandths
  std::vector<rules::Hit> scan_hits = {};
  std::vector<rules::WeightedHit> hits = {};  // metas included, sub-rules not
  std::size_t bytes = 0;
};

// Scans message after message, reusing its memory. One thread at a time.
class OneScanner {
 public:
  OneScanner(const rules::RuleSet& set, const verdict::Limits& limits)
      : set_(set), limits_(limits), scratch_(set) {}

  Scan scan(std::string name, std::string_view bytes);

 private:
  const rules::RuleSet& set_;
  const verdict::Limits& limits_;
  rules::Scratch scratch_;
  rules::Evaluation evaluation_;
  Arena arena_;
};

// The address in Return-Path, for MAIL FROM where there is no envelope; empty if there is none.
std::string return_path(const mime::Message& message, Arena& arena);

}  // namespace sluice::cli
