#include "rules/rule_set.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/fact_scan.h"
#include "rules/rule_set_parts.h"
#include "rules/view_scan.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kForParts = 2;  // one byte of so many that are to be remembered

void hit_once(ScratchParts& scratch, RuleIndex rule) {
  scratch.counts[rule] = 1;
  scratch.touched.push_back(rule);
}

bool has_any(const mime::DefectSet& found, const mime::DefectSet& wanted) {
  for (std::size_t i = 0; i < mime::kDefectCount; ++i) {
    const auto defect = static_cast<mime::Defect>(i);
    if (wanted.has(defect) && found.has(defect)) return true;
  }
  return false;
}

PartMemory* part_memory(BatchScratch& batch) {
  return batch.part_memory.has_value() ? &*batch.part_memory : nullptr;
}

void scan_plain_rules(const RuleSetParts& set, const ScanInput& input, ScratchParts& scratch) {
  for (const DefectRule& rule : set.defect_rules) decide(rule, input, scratch);
  for (const ExistsRule& rule : set.exists_rules) decide(rule, scratch);
  for (const UriRule& rule : set.uri_rules) decide(rule, scratch);
}

void scan_facts(const RuleSetParts& set, const ScanInput& input, ScratchParts& scratch) {
  if (set.fact_rules.lookups.empty() && set.fact_rules.facts.empty()) return;
  FactScan(set, input, scratch).scan();
}

void take_eval(const RuleSetParts& set, const EvalRule& rule, const ScanInput& input,
               ScratchParts& scratch) {
  const int count = call_eval(rule, set, input, scratch);
  if (count <= 0) return;
  scratch.counts[rule.rule] = static_cast<uint16_t>(std::min<int>(count, UINT16_MAX));
  scratch.touched.push_back(rule.rule);
}

void finish_message(ScratchParts& scratch, std::vector<Hit>& hits) {
  std::sort(scratch.touched.begin(), scratch.touched.end());
  std::sort(scratch.unconfirmed.begin(), scratch.unconfirmed.end());
  scratch.findings.unconfirmed = static_cast<uint32_t>(scratch.unconfirmed.size());
  scratch.findings.hits_cut = scratch.touched.size() > limits::kRuleHitsMax;
  const std::size_t kept = std::min(scratch.touched.size(), limits::kRuleHitsMax);
  hits.clear();
  for (std::size_t i = 0; i < kept; ++i) {
    const RuleIndex rule = scratch.touched[i];
    hits.push_back({.rule = rule, .count = scratch.counts[rule]});
  }
}

}  // namespace

void begin_message(const ScanInput& input, ScratchParts& scratch) {
  const auto bytes = static_cast<int64_t>(input.message.raw.size());
  const int64_t work = limits::kRuleWorkBase + bytes * limits::kRuleWorkPerByte;
  scratch.work.refill(work);
  scratch.reports_left = work;
  scratch.mail->read(input.message.raw, input.mail_from);
  scratch.evals.begin_message();
  if (scratch.needs != nullptr) scratch.needs->begin_message();
  scratch.findings = {};
  scratch.bytes = {};
  scratch.unconfirmed.clear();
  for (const RuleIndex rule : scratch.touched) scratch.counts[rule] = 0;
  scratch.touched.clear();
}

void decide(const DefectRule& rule, const ScanInput& input, ScratchParts& scratch) {
  if (has_any(input.message.defects, rule.defects)) hit_once(scratch, rule.rule);
}

void decide(const ExistsRule& rule, ScratchParts& scratch) {
  if (header_exists(rule.selector, *scratch.mail)) hit_once(scratch, rule.rule);
}

void decide(const UriRule& rule, ScratchParts& scratch) {
  if (rule.conditions.matches(scratch.mail->uris())) {
    hit_once(scratch, rule.rule);
  } else if (!scratch.mail->uris_complete()) {
    scratch.findings.limit_met = true;
    scratch.unconfirmed.push_back(rule.rule);
  }
}

int call_eval(const EvalRule& rule, const RuleSetParts& set, const ScanInput& input,
              ScratchParts& scratch) {
  EvalContext context{.mail = *scratch.mail,
                      .arguments = rule.arguments,
                      .prepared = rule.prepared.get(),
                      .settings = *set.eval_settings,
                      .state = scratch.evals.state(),
                      .now_s = input.received_s,
                      .caller = rule.caller};
  return rule.entry->run(context);
}

void TextScratch::begin(std::string_view unit, bool subject, std::size_t pattern_count) {
  work.refill(limits::kRememberedUnitWorkMax);
  reports_left = limits::kRememberedUnitWorkMax;
  findings = {};
  text.clear();
  text.block = unit;
  text.units.push_back({0, unit.size()});
  text.subject_first = subject;
  patterns.begin(pattern_count);
}

RuleSet::RuleSet(std::unique_ptr<const RuleSetParts> parts) : parts_(std::move(parts)) {}

RuleSet::~RuleSet() = default;

std::string_view engine_name(Engine engine) {
  switch (engine) {
    case Engine::kBytes:
      return "bytes";
    case Engine::kLiterals:
      return "literals";
    case Engine::kChains:
      return "chains";
    case Engine::kRun:
      return "run";
    case Engine::kHyperscan:
      return "hyperscan";
    case Engine::kConfirmed:
      return "confirmed";
    case Engine::kUnitBegin:
      return "begin of text";
    case Engine::kEveryUnit:
      return "every text";
  }
  return {};
}

std::span<const RuleInfo> RuleSet::rules() const {
  return parts_->rules;
}

const JudgePart& RuleSet::judge_part() const {
  return parts_->judge_part;
}

std::string_view RuleSet::id() const {
  return parts_->id;
}

// Rules in SpamAssassin's language read texts in its way (rules/mail).
mime::Extent RuleSet::extent() const {
  const bool texts = !parts_->defect_rules.empty() || parts_->fact_rules.ask_for_texts();
  return texts ? mime::Extent::kTexts : mime::Extent::kStructure;
}

void RuleSet::scan(const ScanInput& input, Scratch& scratch, std::vector<Hit>& hits) const {
  scan({&input, 1}, scratch, {&hits, 1});
}

void RuleSet::scan(std::span<const ScanInput> inputs, Scratch& scratch,
                   std::span<std::vector<Hit>> hits) const {
  SLUICE_ASSERT(inputs.size() == hits.size() && inputs.size() <= limits::kScanBatch);
  scratch.grow(*this, inputs.size());
  BatchScratch& batch = scratch.batch();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ScratchParts& work = *batch.messages[i];
    SLUICE_ASSERT(work.counts.size() == parts_->rules.size());
    begin_message(inputs[i], work);
    update_maps(parts_->fact_rules, work.facts);
    scan_plain_rules(*parts_, inputs[i], work);
    scan_facts(*parts_, inputs[i], work);
  }
  for (const EvalRule& rule : parts_->eval_rules) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      take_eval(*parts_, rule, inputs[i], *batch.messages[i]);
    }
  }
  for (const View& view : parts_->views) scan_view(view, inputs, batch);
  for (std::size_t i = 0; i < inputs.size(); ++i) finish_message(*batch.messages[i], hits[i]);
}

Scratch::Scratch(const RuleSet& set, Wanted wanted) : batch_(std::make_unique<BatchScratch>()) {
  batch_->only_verdicts = wanted == Wanted::kVerdicts;
  rebind(set);
}

Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

void Scratch::rebind(const RuleSet& set) {
  batch_->messages.clear();
  if (batch_->unit_memory.has_value()) batch_->unit_memory->clear();
  if (batch_->part_memory.has_value()) batch_->part_memory->clear();
  grow(set, 1);
  for (const View& view : set.parts().views) {
    // Out of memory is the only way this fails.
    for (const Database* database : {&view.database, &view.literal_database}) {
      if (!database->empty()) SLUICE_ASSERT(database->grow(batch_->hyperscan).ok());
    }
  }
}

void Scratch::remember(std::size_t bytes) {
  batch_->unit_memory.reset();
  batch_->part_memory.reset();
  if (bytes > 0) {
    batch_->unit_memory.emplace(bytes - bytes / kForParts);
    batch_->part_memory.emplace(bytes / kForParts);
  }
  for (const auto& message : batch_->messages) message->mail->remember(part_memory(*batch_));
}

void Scratch::grow(const RuleSet& set, std::size_t messages) {
  while (batch_->messages.size() < messages) {
    auto parts = std::make_unique<ScratchParts>();
    parts->mail = std::make_unique<Mail>(set.parts().mail_settings);
    parts->mail->remember(part_memory(*batch_));
    parts->counts.assign(set.rules().size(), 0);
    if (batch_->only_verdicts) {
      parts->needs = &parts->own_needs.emplace(set.parts(), *parts);
    }
    batch_->messages.push_back(std::move(parts));
  }
}

ScratchParts& Scratch::parts() {
  return *batch_->messages.front();
}

const ScanFindings& Scratch::findings(std::size_t message) const {
  return batch_->messages[message]->findings;
}

std::string_view Scratch::maps_version(std::size_t message) const {
  return batch_->messages[message]->facts.maps_version;
}

TextBytes Scratch::text_bytes(std::size_t message) const {
  return batch_->messages[message]->bytes;
}

std::span<const RuleIndex> Scratch::unconfirmed(std::size_t message) const {
  return batch_->messages[message]->unconfirmed;
}

}  // namespace sluice::rules
