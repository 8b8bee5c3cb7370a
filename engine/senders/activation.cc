#include "engine/senders/activation.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace sluice::senders {
namespace {

using flatbuffers::FlatBufferBuilder;

flatbuffers::Offset<records::JudgeRule> write_rule(FlatBufferBuilder& builder,
                                                   const rules::JudgeRule& rule) {
  std::vector<records::MetaStep> program;
  for (const rules::MetaStep& step : rule.program) {
    program.emplace_back(step.operand, static_cast<uint8_t>(step.op));
  }
  const auto name = builder.CreateString(rule.name);
  const auto steps = builder.CreateVectorOfStructs(program);
  return records::CreateJudgeRule(builder, name, rule.weight, rule.counted, rule.shadow, steps,
                                  static_cast<uint8_t>(rule.action), rule.group);
}

rules::JudgeRule read_rule(const records::JudgeRule& from) {
  rules::JudgeRule rule;
  rule.name = from.name()->str();
  rule.weight = from.weight();
  rule.counted = from.counted();
  rule.shadow = from.shadow();
  rule.action = static_cast<rules::RuleAction>(from.action());
  rule.group = from.group();
  if (from.program() == nullptr) return rule;
  for (const records::MetaStep* step : *from.program()) {
    rule.program.push_back(
        {.op = static_cast<rules::MetaOp>(step->op()), .operand = step->operand()});
  }
  return rule;
}

std::vector<rules::RuleGroup> read_groups(const records::Activation& from) {
  std::vector<rules::RuleGroup> groups;
  if (from.groups() == nullptr) return groups;
  for (const records::RuleGroup* group : *from.groups()) {
    groups.push_back({.name = group->name()->str(), .cap = group->cap()});
  }
  return groups;
}

}  // namespace

std::string make_activation(std::string_view rule_set, const rules::JudgePart& part,
                            const verdict::Limits& limits) {
  FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<records::JudgeRule>> rules;
  for (const rules::JudgeRule& rule : part.rules) {
    rules.push_back(write_rule(builder, rule));
  }
  std::vector<flatbuffers::Offset<records::RuleGroup>> groups;
  for (const rules::RuleGroup& group : part.groups) {
    groups.push_back(
        records::CreateRuleGroup(builder, builder.CreateString(group.name), group.cap));
  }
  const auto rule_vector = builder.CreateVector(rules);
  const auto group_vector = builder.CreateVector(groups);
  const auto metas = builder.CreateVector(part.metas);
  const auto id =
      builder.CreateVector(reinterpret_cast<const uint8_t*>(rule_set.data()), rule_set.size());
  records::ActivationBuilder activation(builder);
  activation.add_fold_version(kFoldVersion);
  activation.add_rule_set(id);
  activation.add_rules(rule_vector);
  activation.add_metas(metas);
  activation.add_groups(group_vector);
  activation.add_hold_at(limits.hold_at);
  activation.add_reject_at(limits.reject_at);
  activation.add_spam_at(limits.spam_at);
  activation.add_unreadable_defer(limits.unreadable_defer);
  activation.add_idle_days(limits.idle_days);
  const auto body = activation.Finish();
  records::FinishEntryBuffer(
      builder, records::CreateEntry(builder, records::Body::Activation, body.Union()));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::shared_ptr<const Rules> make_rules(std::shared_ptr<const rules::RuleSet> set,
                                        const verdict::Limits& limits) {
  auto rules = std::make_shared<Rules>();
  rules->activation = make_activation(set->id(), set->judge_part(), limits);
  rules->digest = digest128(rules->activation);
  rules->set = std::move(set);
  return rules;
}

Result<std::shared_ptr<const Active>> decode_activation(std::string_view entry) {
  const auto* const from = records::GetEntry(entry.data())->body_as_Activation();
  if (from->fold_version() > kFoldVersion) {
    return Error{ErrorCode::kCorrupt,
                 "activation of fold version " + std::to_string(from->fold_version()) +
                     ", this version folds up to " + std::to_string(kFoldVersion)};
  }
  auto active = std::make_shared<Active>();
  active->digest = digest128(entry);
  active->rule_set.assign(from->rule_set()->begin(), from->rule_set()->end());
  for (const records::JudgeRule* rule : *from->rules())
    active->part.rules.push_back(read_rule(*rule));
  active->part.metas.assign(from->metas()->begin(), from->metas()->end());
  active->part.groups = read_groups(*from);
  active->limits = {.hold_at = from->hold_at(),
                    .reject_at = from->reject_at(),
                    .spam_at = from->spam_at(),
                    .unreadable_defer = from->unreadable_defer(),
                    .idle_days = from->idle_days()};
  if (const Status valid = active->part.validate(); !valid.ok()) return valid.error();
  active->part.prepare();
  return std::shared_ptr<const Active>(std::move(active));
}

}  // namespace sluice::senders
