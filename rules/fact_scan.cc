#include "rules/fact_scan.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "rules/maps/map_entry.h"

namespace sluice::rules {
namespace {

// What is known of the envelope: where the caller says nothing else, the sender.
EnvelopeFacts envelope_of(const ScanInput& input) {
  EnvelopeFacts out = input.envelope == nullptr ? EnvelopeFacts{} : *input.envelope;
  if (!out.has_mail_from && !input.mail_from.empty()) {
    out.mail_from = input.mail_from;
    out.has_mail_from = true;
  }
  if (out.received_ms == 0) out.received_ms = input.received_s * 1'000;
  return out;
}

// The text of a test, as it is looked up: a digest is its bytes.
std::string_view given_lookup(const LookupText& text, std::string_view given, Arena& arena) {
  EntryText digest;
  EntryFault fault;
  if (text.type != LookupType::kDigest) return given;
  return read_digest(given, digest, fault) ? arena.copy(digest.view()) : std::string_view();
}

bool is_hit(const std::vector<Hit>& hits, RuleIndex rule) {
  const auto at = std::lower_bound(hits.begin(), hits.end(), rule,
                                   [](const Hit& hit, RuleIndex r) { return hit.rule < r; });
  return at != hits.end() && at->rule == rule;
}

}  // namespace

FactScan::FactScan(const RuleSetParts& set, const ScanInput& input, ScratchParts& scratch)
    : set_(set.fact_rules),
      given_(input.given),
      scratch_(scratch),
      envelope_(envelope_of(input)),
      source_{.message = input.message,
              .mail = *scratch.mail,
              .envelope = envelope_,
              .digests = scratch.facts.digests.get()} {}

void FactScan::scan() {
  for (const LookupGroup& group : set_.lookups) {
    const FactTexts& texts = read(group);
    for (const LookupRule& rule : group.rules) decide(group, rule, texts);
  }
  for (const FactGroup& group : set_.facts) {
    const FactValue& value = read(group);
    for (const FactRule& rule : group.rules) decide(rule, value);
  }
}

void FactScan::explain(const std::vector<Hit>& hits, std::vector<Match>& out) {
  for (const LookupGroup& group : set_.lookups) {
    const FactTexts& texts = read(group);
    for (const LookupRule& rule : group.rules) {
      if (is_hit(hits, rule.rule)) out.push_back(match(group, rule, texts));
    }
  }
  for (const FactGroup& group : set_.facts) {
    const FactValue& value = read(group);
    for (const FactRule& rule : group.rules) {
      if (is_hit(hits, rule.rule)) out.push_back(match(group, rule, value));
    }
  }
}

const FactTexts& FactScan::read(const LookupGroup& group) {
  FactTexts& texts = scratch_.facts.texts;
  if (given_ == nullptr || !given_->value.has_value()) {
    read_lookup_texts(group.text, source_, texts);
  } else {
    texts.assign(1, given_lookup(group.text, *given_->value, scratch_.mail->arena()));
  }
  return texts;
}

const FactValue& FactScan::read(const FactGroup& group) {
  FactValue& value = scratch_.facts.value;
  if (given_ == nullptr || !given_->value.has_value()) {
    read_fact(*group.field, {.source = source_, .argument = group.argument}, value);
  } else {
    given_fact(*group.field, *given_->value, value);
  }
  return value;
}

bool FactScan::has(const LookupGroup& group, const LookupRule& rule, std::string_view text) const {
  return scratch_.facts.maps[rule.map].table().has(group.text.type, text);
}

uint16_t FactScan::count(const LookupGroup& group, const LookupRule& rule,
                         const FactTexts& texts) const {
  uint16_t count = 0;
  for (const std::string_view text : texts) {
    if (count == rule.count_max) break;
    if (has(group, rule, text)) ++count;
  }
  return count;
}

void FactScan::add_hits(RuleIndex rule, uint16_t count) {
  if (count == 0) return;
  scratch_.counts[rule] = count;
  scratch_.touched.push_back(rule);
}

void FactScan::decide(const LookupGroup& group, const LookupRule& rule, const FactTexts& texts) {
  add_hits(rule.rule, count(group, rule, texts));
}

void FactScan::decide(const FactRule& rule, const FactValue& value) {
  const ExactMatcher* const matcher = rule.matcher.has_value() ? &*rule.matcher : nullptr;
  switch (holds(rule.test, value, matcher, scratch_.work)) {
    case MatchOutcome::kMatch:
      return add_hits(rule.rule, 1);
    case MatchOutcome::kGaveUp:
      scratch_.unconfirmed.push_back(rule.rule);
      if (scratch_.work.left() == 0) {
        scratch_.findings.budget_spent = true;
      } else {
        scratch_.findings.limit_met = true;
      }
      return;
    case MatchOutcome::kNoMatch:
      return;
  }
}

// A digest is shown in hexadecimal digits.
Match FactScan::match(const LookupGroup& group, const LookupRule& rule, const FactTexts& texts) {
  const auto found = std::find_if(texts.begin(), texts.end(),
                                  [&](std::string_view text) { return has(group, rule, text); });
  Match out{.rule = rule.rule, .view_name = rule.label};
  if (found == texts.end()) return out;
  out.text = group.text.type == LookupType::kDigest ? scratch_.mail->arena().copy(to_hex(*found))
                                                    : scratch_.mail->arena().copy(*found);
  out.to = out.text.size();
  return out;
}

Match FactScan::match(const FactGroup& group, const FactRule& rule, const FactValue& value) {
  Match out{.rule = rule.rule, .view_name = group.label};
  if (value.number.has_value()) {
    out.text = scratch_.mail->arena().copy(std::to_string(*value.number));
  } else if (const std::string_view* const text = deciding_text(rule, value)) {
    out.text = scratch_.mail->arena().copy(*text);
  }
  out.to = out.text.size();
  return out;
}

// nullptr: none of them is, by itself.
const std::string_view* FactScan::deciding_text(const FactRule& rule, const FactValue& value) {
  const ExactMatcher* const matcher = rule.matcher.has_value() ? &*rule.matcher : nullptr;
  FactValue one;
  for (const std::string_view& text : value.texts) {
    one.texts.assign(1, text);
    if (holds(rule.test, one, matcher, scratch_.work) == MatchOutcome::kMatch) return &text;
  }
  return nullptr;
}

}  // namespace sluice::rules
