// Journal entries made by hand, for tests of the judge.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/senders/activation.h"
#include "rules/judge_part.h"

namespace sluice::senders {

struct TestFindings {
  std::string message_id = std::string(16, 'm');
  uint8_t ask = 0;
  std::string sender = "t/u:anna";
  std::string edge = "mx1";
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t time_ms = 1'700'000'000'000;
  records::Mode mode = records::Mode::live;
  uint32_t recipients = 1;
  std::vector<rules::Hit> hits = {};
  uint32_t incomplete = 0;
  bool unreadable = false;
  std::string maps_version = {};
};

// Sixteen bytes that name the rules of test_rules().
std::string test_rule_set();

// Rules 0 SPAMMY (6.0), 1 NASTY (16.0), 2 QUIET (shadow, 9.0), 3 __SUB, 4 BOTH = meta 0 && 3 (1.5),
// 5 MANY = recipients_24h > 60 (0.2, throttle); 0 and 5 together at most 6.1.
rules::JudgePart test_part();

std::shared_ptr<const Rules> test_rules(const verdict::Limits& limits = {});

std::string findings_entry(const TestFindings& findings);

}  // namespace sluice::senders
