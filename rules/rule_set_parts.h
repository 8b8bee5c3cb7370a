// The inside of a RuleSet and of a Scratch: what the compiler makes and the scan runs.
//
// A view's patterns stand in its database under their index. Each pattern belongs to one rule, each
// rule to at most one pattern.
//
// Threads:  RuleSetParts is immutable once in a RuleSet.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "rules/exact_matcher.h"
#include "rules/hyperscan.h"
#include "rules/rule_set.h"
#include "rules/text_view.h"

namespace sluice::rules {

// Who decides whether a pattern matches.
enum class Engine : uint8_t {
  kHyperscan,  // Hyperscan's word is final
  kConfirmed,  // Hyperscan names units; the exact matcher decides on each
  kEveryUnit,  // Hyperscan cannot help: the exact matcher runs on every unit
};

struct ViewPattern {
  RuleIndex rule = 0;
  Engine engine = Engine::kHyperscan;
  uint16_t count_max = 1;       // counting stops here
  bool negated = false;         // the rule hits if the pattern does not match
  bool matches_absent = false;  // kHeader: the pattern matches the text of a missing field
  ExactMatcher matcher;
};

struct View {
  ViewKey key = {};
  std::string name = {};
  UnitShape shape = UnitShape::kWhole;
  std::vector<ViewPattern> patterns = {};
  Database database = {};                      // ids are indices into `scanned`
  std::vector<uint32_t> scanned = {};          // patterns that are in the database
  std::vector<uint32_t> unscanned = {};        // patterns of Engine::kEveryUnit
  std::vector<HyperscanPattern> sources = {};  // of `scanned`, for the cache and the bench
};

struct DefectRule {
  RuleIndex rule = 0;
  mime::DefectSet defects = {};
};

struct ExistsRule {
  RuleIndex rule = 0;
  HeaderSelector selector = {};
};

struct RuleSetParts {
  std::string id = {};
  std::vector<RuleInfo> rules = {};
  std::vector<RuleTest> tests = {};    // of all rules
  std::vector<RuleIndex> tested = {};  // whose each is
  JudgePart judge_part = {};
  std::vector<View> views = {};
  std::vector<DefectRule> defect_rules = {};
  std::vector<ExistsRule> exists_rules = {};
};

// What is known of a rule's pattern while a message is scanned.
struct PatternState {
  uint32_t count = 0;
  bool unconfirmed = false;
  bool tried = false;  // `last` is the unit tried last, in this block
  Unit last = {};
};

// A unit in which a counting pattern may match.
struct CountedUnit {
  uint32_t pattern = 0;
  Unit unit = {};
};

struct ScratchParts {
  HyperscanScratch hyperscan = {};
  MatchWork work = {};
  Arena arena = {};
  TextBlocks blocks = {};
  std::vector<PatternState> patterns = {};  // of one view
  std::vector<CountedUnit> counted = {};    // of one block
  std::vector<uint16_t> counts = {};        // of each rule of the set
  std::vector<RuleIndex> touched = {};      // rules whose count is not 0
  std::vector<RuleIndex> unconfirmed = {};
  ScanFindings findings = {};
  int64_t reports_left = 0;  // calls from Hyperscan that this message may cost
};

}  // namespace sluice::rules
