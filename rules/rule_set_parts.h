// The inside of a RuleSet and of a Scratch: what the compiler makes and the scan runs.
//
// A view's patterns stand in its database under their index. Each pattern belongs to one rule, each
// rule to at most one pattern.
//
// Threads:  RuleSetParts is immutable once in a RuleSet.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rules/evals/evals.h"
#include "rules/evals/uri_detail.h"
#include "rules/fact_rules.h"
#include "rules/mail/mail.h"
#include "rules/mail/part_memory.h"
#include "rules/message_needs.h"
#include "rules/needs.h"
#include "rules/patterns/byte_runs.h"
#include "rules/patterns/exact_matcher.h"
#include "rules/patterns/hyperscan.h"
#include "rules/patterns/letter_chains.h"
#include "rules/patterns/regex_tree.h"
#include "rules/patterns/required_literals.h"
#include "rules/patterns/short_strings.h"
#include "rules/rule_set.h"
#include "rules/text_view.h"
#include "rules/unit_memory.h"

namespace sluice::rules {

// Who decides whether a pattern matches.
enum class Engine : uint8_t {
  kBytes,      // the pattern is some strings of one or two bytes: a table decides
  kLiterals,   // literals stand in each match: the exact matcher runs where one is found
  kChains,     // chains of letters stand in each match: likewise
  kRun,        // a rare run of bytes stands in each match: the matcher runs on units with one
  kHyperscan,  // Hyperscan's word is final
  kConfirmed,  // Hyperscan names units; the exact matcher decides on each
  kUnitBegin,  // matches begin where units do: the exact matcher is asked there
  kEveryUnit,  // nothing helps: the exact matcher runs on every unit
};

inline constexpr std::size_t kEngines = static_cast<std::size_t>(Engine::kEveryUnit) + 1;

std::string_view engine_name(Engine engine);

struct ViewPattern {
  RuleIndex rule = 0;
  Engine engine = Engine::kHyperscan;
  uint16_t count_max = 1;                // counting stops here
  bool negated = false;                  // the rule hits if the pattern does not match
  bool nosubject = false;                // kBody: the subject does not count
  bool one_unit = false;                 // kMimeHeader: counts in the first unit with a match only
  bool deferred = false;                 // dear, of a sub-rule: asked last, and if it matters
  uint32_t width_max = kUnboundedWidth;  // bytes of a match
  uint32_t finds = 1;                    // kLiterals: a unit with fewer holds no match
  Lead lead = {};                        // kLiterals, kChains: up to what is found
  // kLiterals: a block that lacks all literals of one of these holds no match.
  std::vector<std::vector<uint32_t>> also = {};
  ShortStrings strings = {};  // kBytes
  ByteRun run = {};           // kRun
  ExactMatcher matcher;
  std::chrono::nanoseconds compile_time = {};  // without that of databases
};

// A pattern that is looked for where a literal stands between these bytes.
struct LiteralUse {
  uint32_t pattern = 0;
  uint32_t neighbours = 0;  // index into View::neighbours
};

// A literal of the database. No uses: it is only something that patterns require besides.
struct Literal {
  std::string text = {};
  std::vector<LiteralUse> uses = {};
};

struct View {
  ViewKey key = {};
  uint32_t number = 0;      // of the views of the set, from 1 on
  bool remembered = false;  // what was found in its units may be recalled (rules/recall.h)
  std::string name = {};
  UnitShape shape = UnitShape::kWhole;
  std::vector<ViewPattern> patterns = {};
  std::vector<uint32_t> negated = {};         // patterns that are
  std::vector<RuleIndex> hit_if_absent = {};  // what is hit if the message has no such text
  std::vector<Literal> literals = {};
  std::vector<Neighbours> neighbours = {};
  Database literal_database = {};  // ids are indices into `literals`
  std::vector<HyperscanPattern> literal_sources = {};
  LetterChains chains = {};                    // ids are indices into `patterns`
  Database database = {};                      // ids are indices into `scanned`
  std::vector<uint32_t> scanned = {};          // patterns that are in the database
  std::vector<uint32_t> runs = {};             // patterns of kRun
  std::vector<uint32_t> unscanned = {};        // patterns of kEveryUnit, kUnitBegin, kBytes
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

struct EvalRule {
  RuleIndex rule = 0;
  const EvalEntry* entry = nullptr;
  std::vector<std::string> arguments = {};
  std::unique_ptr<const EvalPrepared> prepared = {};
  EvalCaller caller = EvalCaller::kBody;
};

struct UriRule {
  RuleIndex rule = 0;
  UriDetailRule conditions;
};

// Where a rule's pattern stands. Rules without one are decided before all views.
struct PatternPlace {
  static constexpr uint32_t kBeforeViews = 0;

  uint32_t view = kBeforeViews;  // its number
  uint32_t pattern = 0;
  uint16_t count_max = 0;
};

struct RuleSetParts {
  std::string id = {};
  std::vector<RuleInfo> rules = {};
  std::vector<RuleTest> tests = {};    // of all rules
  std::vector<RuleIndex> tested = {};  // whose each is
  JudgePart judge_part = {};
  Needs needs = {};
  std::vector<PatternPlace> places = {};  // of each rule
  std::vector<View> views = {};           // in the order in which they are scanned
  std::vector<DefectRule> defect_rules = {};
  std::vector<ExistsRule> exists_rules = {};
  std::vector<EvalRule> eval_rules = {};
  std::vector<UriRule> uri_rules = {};
  FactRules fact_rules = {};
  MailSettings mail_settings = {};
  std::shared_ptr<const EvalSettings> eval_settings = {};
};

// What is known of a rule's pattern while a message is scanned. No text is as long as 4 GiB
// (limits::kMessageBytesMax).
struct PatternState {
  uint32_t count = 0;
  uint32_t tried = UINT32_MAX;     // the unit looked at last
  uint32_t next_start = 0;         // in it, no match begins before here
  uint32_t looked_at = 0;          // bytes of it, some several times
  uint32_t found_in = UINT32_MAX;  // the unit that `found` is about
  uint32_t found = 0;              // literals, so far
  uint32_t starts = UINT32_MAX;    // the last of BatchScratch::starts that is this pattern's
  bool unconfirmed = false;
  bool settled = false;   // of a deferred pattern: it is known whether it was needed
  bool needed = false;    // the answer
  bool asked = false;     // whether all is there that the pattern requires
  bool possible = false;  // the answer
  bool anywhere = false;  // matches may also begin beyond BatchScratch::starts
};

// Of all patterns of a view. There are thousands, and most are never touched: those that are stand
// together.
class PatternStates {
 public:
  // All are as at first.
  void begin(std::size_t patterns) {
    for (const uint32_t index : touched_) places_[index] = 0;
    touched_.clear();
    if (places_.size() >= patterns) return;
    places_.resize(patterns);
    states_.resize(patterns);
  }

  // A reference lasts until begin().
  PatternState& operator[](std::size_t index) {
    uint32_t& place = places_[index];
    if (place == 0) {
      touched_.push_back(static_cast<uint32_t>(index));
      place = static_cast<uint32_t>(touched_.size());
      states_[place - 1] = {};
    }
    return states_[place - 1];
  }

  // Without touching it.
  [[nodiscard]] const PatternState& peek(std::size_t index) const {
    static constexpr PatternState kAtFirst;
    const uint32_t place = places_[index];
    return place == 0 ? kAtFirst : states_[place - 1];
  }

  [[nodiscard]] std::span<const uint32_t> touched() const { return touched_; }

 private:
  std::vector<uint32_t> places_ = {};  // of patterns in `states_`, from 1 on; 0: not touched
  std::vector<PatternState> states_ = {};
  std::vector<uint32_t> touched_ = {};
};

// A literal that was found, before it is known what else is.
struct LiteralFind {
  uint32_t literal = 0;
  std::size_t end = 0;
};

// Where in a unit matches of a pattern may begin.
struct MatchStarts {
  uint32_t pattern = 0;
  uint32_t message = 0;  // index into BatchScratch::present
  uint32_t unit = 0;
  uint32_t first = 0;
  uint32_t last = 0;

  // By pattern, message, unit and begin.
  bool operator<(const MatchStarts& other) const {
    return std::tie(pattern, message, unit, first) <
           std::tie(other.pattern, other.message, other.unit, other.first);
  }
};

// Of one text that the patterns of a view are run on.
struct TextScratch {
  MatchWork work = {};
  ViewText text = {};
  PatternStates patterns = {};
  ScanFindings findings = {};
  int64_t reports_left = 0;       // calls from Hyperscan that this may cost
  MessageNeeds* needs = nullptr;  // nullptr: all patterns are needed

  // A unit alone, with work of its own.
  void begin(std::string_view unit, bool subject, std::size_t pattern_count);
};

// Of one message.
struct ScratchParts : TextScratch {
  std::unique_ptr<Mail> mail = {};  // borrows the settings of the rule set
  EvalScratch evals = {};
  FactScratch facts = {};
  std::vector<uint16_t> counts = {};    // of each rule of the set
  std::vector<RuleIndex> touched = {};  // rules whose count is not 0
  std::vector<RuleIndex> unconfirmed = {};
  TextBytes bytes = {};
  std::optional<MessageNeeds> own_needs = {};  // where only verdicts matter
};

// A unit of a message that is to be remembered.
struct UnitLesson {
  ScratchParts* message = nullptr;
  uint32_t unit = 0;
  UnitKey key = {};
};

// Of messages that are scanned together.
struct BatchScratch {
  std::vector<std::unique_ptr<ScratchParts>> messages = {};
  bool only_verdicts = false;  // sub-rules that no verdict can depend on are left out
  std::optional<UnitMemory> unit_memory = {};
  std::optional<PartMemory> part_memory = {};
  HyperscanScratch hyperscan = {};
  std::vector<LiteralFind> finds = {};        // of one view of one message
  std::vector<bool> seen = {};                // likewise: literals
  std::vector<MatchStarts> starts = {};       // of one view, and so is what follows
  std::vector<MatchStarts> ordered = {};      // by pattern
  std::vector<uint32_t> places = {};          // of each pattern in `ordered`
  std::vector<uint32_t> deferred = {};        // into `ordered`
  std::vector<TextScratch*> present = {};     // the texts: those of `with_text`, or `pupils`
  std::vector<ScratchParts*> with_text = {};  // messages that have such a text
  std::vector<UnitKey> unit_keys = {};        // of the texts of a view, message after message
  std::vector<UnitLesson> lessons = {};
  std::vector<std::unique_ptr<TextScratch>> pupils = {};  // of lessons that are taken together
  std::vector<PatternFind> pattern_finds = {};            // of one of them
};

// Steps of a scan (rule_set.cc), for those that measure them; those of facts: FactScan.
void begin_message(const ScanInput& input, ScratchParts& scratch);
void decide(const DefectRule& rule, const ScanInput& input, ScratchParts& scratch);
void decide(const ExistsRule& rule, ScratchParts& scratch);
void decide(const UriRule& rule, ScratchParts& scratch);
int call_eval(const EvalRule& rule, const RuleSetParts& set, const ScanInput& input,
              ScratchParts& scratch);

}  // namespace sluice::rules
