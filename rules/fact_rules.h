// Rules that look texts up in maps or compare facts: what the compiler makes of them, and what a
// scan keeps.
//
// Rules that ask for the same text or field stand in one group: it is read once for a message, and
// only where a rule asks for it.
//
// Threads:  FactRules is immutable once in a RuleSet, but for the tables behind its maps
//           (rules/maps/map_library.h); a FactScratch belongs to one thread.
// Tests:    tests/rules/fact_scan_test.cc

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "rules/facts/fact_condition.h"
#include "rules/facts/lookup_text.h"
#include "rules/language/rule_text.h"
#include "rules/lines/diagnostic.h"
#include "rules/maps/map_library.h"
#include "rules/patterns/exact_matcher.h"

namespace sluice::rules {

struct SetMap {
  std::string name = {};
  std::shared_ptr<const LiveMap> live = {};
};

struct LookupRule {
  RuleIndex rule = 0;
  std::size_t map = 0;     // index into FactRules::maps
  uint16_t count_max = 1;  // counting stops here
  std::string label = {};  // "uri:host in EVIL (domains)"
};

struct LookupGroup {
  LookupText text = {};
  std::vector<LookupRule> rules = {};
};

struct FactRule {
  RuleIndex rule = 0;
  FactTest test = {};
  std::optional<ExactMatcher> matcher = {};  // of =~ and !~
};

struct FactGroup {
  const FactField* field = nullptr;
  std::string argument = {};
  std::string label = {};  // "structure hosts"
  std::vector<FactRule> rules = {};
};

struct FactRules {
  std::vector<SetMap> maps = {};  // in the order of their lines
  std::vector<LookupGroup> lookups = {};
  std::vector<FactGroup> facts = {};

  // Opens the files. REQUIRES: called before add().
  void open_maps(std::span<const MapText> texts, MapLibrary& library, Diagnostics& diagnostics);

  // Whether one of them asks for more than mime::Extent::kStructure.
  [[nodiscard]] bool ask_for_texts() const;

  // A rule of kind kLookup or kFact.
  void add(RuleIndex index, const RuleText& rule, Diagnostics& diagnostics);

 private:
  void add_lookup(RuleIndex index, const RuleText& rule);
  void add_fact(RuleIndex index, const RuleText& rule, Diagnostics& diagnostics);
};

struct FreeDigests {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

struct FactScratch {
  std::vector<MapView> maps = {};  // as FactRules::maps
  std::string maps_version = {};   // 16 bytes, of all of them; empty: there are none
  FactTexts texts = {};
  FactValue value = {};
  std::unique_ptr<EVP_MD_CTX, FreeDigests> digests{EVP_MD_CTX_new()};
};

// The tables that are in force now, for the next message.
void update_maps(const FactRules& rules, FactScratch& scratch);

}  // namespace sluice::rules
