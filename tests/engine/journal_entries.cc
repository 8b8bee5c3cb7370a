#include "tests/engine/journal_entries.h"

#include "base/hash.h"
#include "ingest/schemas/journal_generated.h"

namespace sluice::senders {

std::string test_rule_set() {
  return std::string(16, 'r');
}

rules::JudgePart test_part() {
  using rules::MetaOp;
  rules::JudgePart part;
  part.rules = {{.name = "SPAMMY", .weight = 6'000},
                {.name = "NASTY", .weight = 16'000},
                {.name = "QUIET", .weight = 9'000, .shadow = true},
                {.name = "__SUB", .weight = 0, .counted = false},
                {.name = "BOTH",
                 .weight = 1'500,
                 .program = {{.op = MetaOp::kRule, .operand = 0},
                             {.op = MetaOp::kRule, .operand = 3},
                             {.op = MetaOp::kAnd}}},
                {.name = "MANY",
                 .weight = 200,
                 .program = {{MetaOp::kSender, static_cast<int64_t>(SenderTerm::kRecipients24h)},
                             {MetaOp::kConstant, 60'000},
                             {.op = MetaOp::kGreater}},
                 .action = rules::RuleAction::kThrottle,
                 .group = 1}};
  part.rules[0].group = 1;
  part.metas = {4, 5};
  part.groups = {{.name = "GROUP", .cap = 6'100}};
  return part;
}

std::shared_ptr<const Rules> test_rules(const verdict::Limits& limits) {
  auto rules = std::make_shared<Rules>();
  rules->activation = make_activation(test_rule_set(), test_part(), limits);
  rules->digest = digest128(rules->activation);
  return rules;
}

std::string findings_entry(const TestFindings& from) {
  flatbuffers::FlatBufferBuilder builder;
  const auto bytes = [&builder](const std::string& text) {
    return builder.CreateVector(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  std::vector<records::HitCount> counts;
  for (const rules::Hit& hit : from.hits) counts.emplace_back(hit.rule, hit.count);
  const auto message_id = bytes(from.message_id);
  const auto sender = builder.CreateString(from.sender);
  const auto edge = builder.CreateString(from.edge);
  const auto rule_set = bytes(test_rule_set());
  const auto hits = builder.CreateVectorOfStructs(counts);
  const auto maps_version = bytes(from.maps_version);
  const records::Source source(from.partition, from.offset);
  records::FindingsBuilder findings(builder);
  findings.add_message_id(message_id);
  findings.add_ask(from.ask);
  findings.add_sender(sender);
  findings.add_edge(edge);
  findings.add_source(&source);
  findings.add_time_ms(from.time_ms);
  findings.add_mode(from.mode);
  findings.add_recipients(from.recipients);
  findings.add_rule_set(rule_set);
  findings.add_hits(hits);
  findings.add_incomplete(from.incomplete);
  findings.add_unreadable(from.unreadable);
  if (!from.maps_version.empty()) findings.add_maps_version(maps_version);
  const auto body = findings.Finish();
  records::FinishEntryBuffer(builder,
                             records::CreateEntry(builder, records::Body::Findings, body.Union()));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace sluice::senders
