// Runs the rules that look texts up or compare facts over one message.
//
//   FactScan(set, input, scratch).scan();      scratch.touched: rules that hit
//
// Borrows:  all of it; the input's message and the scratch's mail are the same.
// Tests:    tests/rules/fact_scan_test.cc

#pragma once

#include <string_view>
#include <vector>

#include "rules/rule_set_parts.h"

namespace sluice::rules {

class FactScan {
 public:
  // REQUIRES: begin_message() and update_maps() were called for `input`.
  FactScan(const RuleSetParts& set, const ScanInput& input, ScratchParts& scratch);
  FactScan(const FactScan&) = delete;
  FactScan& operator=(const FactScan&) = delete;

  void scan();

  // Adds what each rule of `hits` that is one of these looked at.
  void explain(const std::vector<Hit>& hits, std::vector<Match>& out);

  // Steps of scan(), for those that measure them. What is read lasts until the next read().
  const FactTexts& read(const LookupGroup& group);
  const FactValue& read(const FactGroup& group);
  void decide(const LookupGroup& group, const LookupRule& rule, const FactTexts& texts);
  void decide(const FactRule& rule, const FactValue& value);

 private:
  [[nodiscard]] bool has(const LookupGroup& group, const LookupRule& rule,
                         std::string_view text) const;
  [[nodiscard]] uint16_t count(const LookupGroup& group, const LookupRule& rule,
                               const FactTexts& texts) const;
  void add_hits(RuleIndex rule, uint16_t count);
  Match match(const LookupGroup& group, const LookupRule& rule, const FactTexts& texts);
  Match match(const FactGroup& group, const FactRule& rule, const FactValue& value);
  const std::string_view* deciding_text(const FactRule& rule, const FactValue& value);

  const FactRules& set_;
  const GivenTexts* given_;
  ScratchParts& scratch_;
  EnvelopeFacts envelope_;
  FactSource source_;
};

}  // namespace sluice::rules
