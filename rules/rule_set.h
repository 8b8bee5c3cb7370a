// A compiled rule set: immutable, shared by all workers, swapped between two messages.
//
//   Diagnostics faults;
//   auto set = compile_rules(files, {.cache_directory = dir}, faults);       rules/compiler.h
//   Scratch scratch(*set);                       // one per worker thread
//   set->scan({.message = message, .mail_from = "a@b.example"}, scratch, hits);
//   set->judge_part().evaluate(hits, evaluation);
//
// Failure:  a scan never fails. What it could not finish stands in scratch.findings().
// Borrows:  scan() borrows the message for the call; hits hold no views.
// Bounds:   at most limits::kRuleHitsMax hits; confirming matches costs at most
//           limits::kRuleWorkBase steps and kRuleWorkPerByte for each byte of the message.
// Threads:  a RuleSet is immutable; a Scratch belongs to one thread and one RuleSet at a time.
// Tests:    tests/rules/rule_set_test.cc, tests/rules/differential_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mime/message.h"
#include "rules/facts/envelope_facts.h"
#include "rules/judge_part.h"
#include "rules/language/rule_text.h"

namespace sluice::rules {

struct GivenTexts;  // rules/text_view.h

struct ScanInput {
  const mime::Message& message;             // read to RuleSet::extent() at least
  std::string_view mail_from = {};          // RFC 5321 reverse-path without brackets; may be empty
  int64_t received_s = 0;                   // when the message came in, seconds since 1970
  const EnvelopeFacts* envelope = nullptr;  // nullptr: only mail_from is known
  const GivenTexts* given = nullptr;  // in place of the message's own texts: for tests of rules
};

// Why a rule never hits, whatever the message says.
enum class Inactive : uint8_t {
  kNot,       // it may hit
  kNetwork,   // its function asks the network
  kLearning,  // its function needs what was learnt from earlier mail
  kForeign,   // its function is one of a plugin that is not known here
};

struct RuleInfo {
  std::string name = {};
  std::string description = {};
  RuleKind kind = RuleKind::kMeta;
  int32_t weight = 0;  // thousandths, as the files say, also for shadow rules
  bool shadow = false;
  bool counted = true;  // false: a sub-rule
  Inactive inactive = Inactive::kNot;
  std::string file = {};
  int line = 0;
};

// What a scan could not do. A rule that was not confirmed counts as not hit.
struct ScanFindings {
  bool budget_spent = false;   // the message cost more than its share of work
  bool limit_met = false;      // PCRE2 gave up on some text
  bool hits_cut = false;       // more than limits::kRuleHitsMax rules hit
  bool engine_failed = false;  // Hyperscan refused to scan a text
  uint32_t unconfirmed = 0;    // rules of which it is not known whether they hit

  [[nodiscard]] bool complete() const {
    return !budget_spent && !limit_met && !hits_cut && !engine_failed && unconfirmed == 0;
  }

  bool operator==(const ScanFindings&) const = default;
};

// Bytes of texts that patterns were run on, or would have been.
struct TextBytes {
  uint64_t scanned = 0;
  uint64_t recalled = 0;  // what was found in them was remembered

  bool operator==(const TextBytes&) const = default;
};

struct RuleSetParts;
struct BatchScratch;
struct ScratchParts;
class Scratch;

class RuleSet {
 public:
  explicit RuleSet(std::unique_ptr<const RuleSetParts> parts);
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;
  ~RuleSet();

  [[nodiscard]] std::span<const RuleInfo> rules() const;
  [[nodiscard]] const JudgePart& judge_part() const;

  // 16 bytes: a digest of everything that changes an answer.
  [[nodiscard]] std::string_view id() const;

  // How much of a message must be read for a scan.
  [[nodiscard]] mime::Extent extent() const;

  // `hits` is replaced; ascending by rule. Metas are the judge's and not among them.
  // No heap allocation once `scratch` and `hits` have grown.
  void scan(const ScanInput& input, Scratch& scratch, std::vector<Hit>& hits) const;

  // Several messages together, which is quicker where patterns are many: what one is made of comes
  // from memory once for all messages. hits[i] are those of inputs[i], as if it were alone.
  // REQUIRES: inputs.size() == hits.size() <= limits::kScanBatch.
  void scan(std::span<const ScanInput> inputs, Scratch& scratch,
            std::span<std::vector<Hit>> hits) const;

  // For those inside this folder.
  [[nodiscard]] const RuleSetParts& parts() const { return *parts_; }

 private:
  std::unique_ptr<const RuleSetParts> parts_;
};

class Scratch {
 public:
  // What hits are wanted for.
  enum class Wanted : uint8_t {
    kAll,       // each rule is decided
    kVerdicts,  // a sub-rule may be left out where no verdict can depend on it (rules/needs.h)
  };

  explicit Scratch(const RuleSet& set, Wanted wanted = Wanted::kAll);
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

  // Makes this fit for another rule set.
  void rebind(const RuleSet& set);

  // From now on texts that come again are remembered, in so many bytes: how parts were read
  // (rules/mail/part_memory.h) and what patterns found in units (rules/unit_memory.h); 0, as at
  // first: nothing is. Hits are the same. What was remembered costs a message the work
  // that it took to find it; where a message spends its work, other rules may be left undecided.
  void remember(std::size_t bytes);

  // Of the last scan, and of one of its messages.
  [[nodiscard]] const ScanFindings& findings(std::size_t message = 0) const;

  // Of texts that may be remembered: not the whole message, not its whole header. None if nothing
  // is remembered.
  [[nodiscard]] TextBytes text_bytes(std::size_t message = 0) const;

  // Rules the last scan could not confirm, ascending.
  [[nodiscard]] std::span<const RuleIndex> unconfirmed(std::size_t message = 0) const;

  // 16 bytes: which maps the last scan looked things up in, by their contents; empty: in none.
  [[nodiscard]] std::string_view maps_version(std::size_t message = 0) const;

  // For those inside this folder.
  [[nodiscard]] BatchScratch& batch() { return *batch_; }

  [[nodiscard]] ScratchParts& parts();  // of the first message

 private:
  friend class RuleSet;

  // There are parts for so many messages.
  void grow(const RuleSet& set, std::size_t messages);

  std::unique_ptr<BatchScratch> batch_;
};

// Where a rule matched. The views live as long as the message, the rule set and, until it is used
// again, the scratch.
struct Match {
  RuleIndex rule = 0;
  std::string_view view_name = {};  // "body", "header from:addr", "uri", "defect"
  std::size_t from = 0;             // into the text of the view
  std::size_t to = 0;
  std::string_view text = {};  // what matched; a defect's name; empty where there was nothing
};

// Every hit of the scan with its first match, ascending by rule.
std::vector<Match> explain(const RuleSet& set, const ScanInput& input, Scratch& scratch);

}  // namespace sluice::rules
