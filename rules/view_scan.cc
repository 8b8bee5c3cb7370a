#include "rules/view_scan.h"

#include <algorithm>
#include <cstddef>

#include "rules/recall.h"
#include "rules/text_scan.h"

namespace sluice::rules {
namespace {

void add_count(ScratchParts& scratch, RuleIndex rule, uint32_t count) {
  if (count == 0) return;
  uint16_t& total = scratch.counts[rule];
  if (total == 0) scratch.touched.push_back(rule);
  total = static_cast<uint16_t>(std::min<uint32_t>(UINT16_MAX, total + count));
}

// There were more links than limits allow: what is not found may be in those left out.
bool links_were_cut(const View& view, const ScanInput& input, ScratchParts& scratch) {
  return view.key.kind == RuleKind::kUri && input.given == nullptr &&
         !scratch.mail->uris_complete();
}

// False: the message has no such text.
bool begin_view(const View& view, const ScanInput& input, ScratchParts& scratch) {
  read_view(view.key, *scratch.mail, input.given, scratch.text);
  const bool cut = links_were_cut(view, input, scratch);
  if (scratch.text.units.empty() && !cut) {
    for (const RuleIndex rule : view.hit_if_absent) add_count(scratch, rule, 1);
    return false;
  }
  scratch.patterns.begin(view.patterns.size());
  if (scratch.needs != nullptr) scratch.needs->begin_view(view);
  if (!cut) return true;
  scratch.findings.limit_met = true;
  for (std::size_t i = 0; i < view.patterns.size(); ++i) scratch.patterns[i].unconfirmed = true;
  return true;
}

void finish_pattern(const ViewPattern& pattern, const PatternState& state, ScratchParts& scratch) {
  // What was counted is there; what was given up on may add to it.
  const bool unknown = state.unconfirmed && state.count < pattern.count_max;
  if (unknown) scratch.unconfirmed.push_back(pattern.rule);
  if (unknown && state.count == 0) return;
  const uint32_t matches = state.count;
  add_count(scratch, pattern.rule, pattern.negated ? (matches == 0 ? 1 : 0) : matches);
}

void finish_message(const View& view, ScratchParts& scratch) {
  const auto known = [](const PatternState& state) { return state.count > 0 || state.unconfirmed; };
  for (const uint32_t i : scratch.patterns.touched()) {
    const PatternState& state = scratch.patterns.peek(i);
    if (known(state)) finish_pattern(view.patterns[i], state, scratch);
  }
  for (const uint32_t i : view.negated) {
    if (!known(scratch.patterns.peek(i))) add_count(scratch, view.patterns[i].rule, 1);
  }
}

}  // namespace

void scan_view(const View& view, std::span<const ScanInput> inputs, BatchScratch& scratch) {
  std::vector<ScratchParts*>& messages = scratch.with_text;
  messages.clear();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ScratchParts& message = *scratch.messages[i];
    if (begin_view(view, inputs[i], message)) messages.push_back(&message);
  }
  if (scratch.unit_memory.has_value() && view.remembered) recall_units(view, messages, scratch);
  scratch.present.assign(messages.begin(), messages.end());
  scan_texts(view, scratch);
  for (ScratchParts* const message : messages) finish_message(view, *message);
}

}  // namespace sluice::rules
