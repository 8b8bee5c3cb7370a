// sluice explain: which words of a message made which rule hit, and which parts made a meta hold.

#include <algorithm>
#include <iostream>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/envelope_options.h"
#include "cli/mail_scan.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "rules/tools/meta_parts.h"
#include "rules/tools/sub_rules.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  EnvelopeOptions envelope;
  std::string path;
  bool sub_rules = false;
};

constexpr std::size_t kSpanShown = 120;     // bytes of a match
constexpr std::size_t kMissingShown = 12;   // parts of a meta that did not hold
constexpr std::size_t kMetaDepthShown = 6;  // metas within metas
constexpr std::size_t kIndent = 10;         // the width of the scores

// One message, printed.
class Explanation {
 public:
  Explanation(const rules::RuleSet& set, const rules::JudgePart& judge, const Options& options,
              const rules::EnvelopeFacts& envelope)
      : set_(set), judge_(judge), options_(options), mail_(&envelope), run_(set) {}

  void print(const Mail& mail, const verdict::Limits& limits) {
    read(mail);
    for (const rules::WeightedHit& hit : by_weight()) print_hit(hit);
    if (options_.sub_rules) print_other_sub_rules();
    for (const rules::CappedGroup& capped : run_.evaluation().capped) print_cap(capped);
    const verdict::Decided decided = verdict::decide(run_.evaluation(), limits);
    std::cout << fmt::format("{:>8}  {}: {}{}\n", decimal(run_.evaluation().score),
                             coloured(Colour::kBold, mail.name),
                             records::EnumNameAction(decided.action),
                             decided.reason == records::Reason::rule ? ", by a rule's action" : "");
    print_unfinished();
  }

 private:
  void read(const Mail& mail) {
    mail_.read(mail.bytes);
    run_.run(mail_.input(), judge_);
    matches_.clear();
    shown_.clear();
    for (const rules::Match& match : rules::explain(set_, mail_.input(), run_.scratch())) {
      matches_.emplace(match.rule, match);
    }
  }

  [[nodiscard]] const rules::RuleInfo& info(rules::RuleIndex rule) const {
    return set_.rules()[rule];
  }

  // Without sub-rules; what adds most first.
  [[nodiscard]] std::vector<rules::WeightedHit> by_weight() const {
    std::vector<rules::WeightedHit> hits;
    for (const rules::WeightedHit& hit : run_.evaluation().hits) {
      if (info(hit.rule).counted) hits.push_back(hit);
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [this](const rules::WeightedHit& a, const rules::WeightedHit& b) {
                       return added(a) > added(b);
                     });
    return hits;
  }

  [[nodiscard]] int32_t added(const rules::WeightedHit& hit) const {
    return info(hit.rule).shadow ? 0 : hit.weight;
  }

  void print_hit(const rules::WeightedHit& hit) {
    const rules::RuleInfo& rule = info(hit.rule);
    std::cout << fmt::format("{:>8}  {}{}{}  {}\n", rule.shadow ? "-" : decimal(hit.weight),
                             coloured(Colour::kBold, rule.name), times(hit.rule), shadow_note(rule),
                             coloured(Colour::kDim, rule.description));
    print_reason(hit.rule, kIndent, 1);
  }

  // What a group's hits weigh beyond its cap is taken off.
  void print_cap(const rules::CappedGroup& capped) {
    const rules::RuleGroup& group = judge_.groups[capped.group];
    const auto weight = static_cast<int32_t>(std::min<int64_t>(capped.weight, INT32_MAX));
    std::cout << fmt::format("{:>8}  group {}: {} counts as {}, its cap\n",
                             decimal(group.cap - weight), coloured(Colour::kBold, group.name),
                             decimal(weight), decimal(group.cap));
  }

  [[nodiscard]] static std::string shadow_note(const rules::RuleInfo& rule) {
    return rule.shadow ? fmt::format("  (shadow: would add {})", decimal(rule.weight)) : "";
  }

  // " x3" for a rule that counts.
  [[nodiscard]] std::string times(rules::RuleIndex rule) const {
    const auto& hits = run_.hits();
    const auto at =
        std::lower_bound(hits.begin(), hits.end(), rule,
                         [](const rules::Hit& hit, rules::RuleIndex r) { return hit.rule < r; });
    const bool several = at != hits.end() && at->rule == rule && at->count > 1;
    return several ? fmt::format(" x{}", at->count) : "";
  }

  // What matched, or which parts held; then where the rule stands.
  void print_reason(rules::RuleIndex rule, std::size_t indent, std::size_t depth) {
    const std::string place = fmt::format("({}:{})", info(rule).file, info(rule).line);
    const auto match = matches_.find(rule);
    if (match != matches_.end()) {
      std::cout << fmt::format("{:{}}{}{}  {}\n", "", indent,
                               info(rule).kind == rules::RuleKind::kEval ? "eval " : "",
                               what_matched(match->second), coloured(Colour::kDim, place));
      return;
    }
    const bool meta = info(rule).kind == rules::RuleKind::kMeta;
    const bool sender = info(rule).kind == rules::RuleKind::kSender;
    const char* const kind = meta ? "meta  " : sender ? "sender  " : "";
    std::cout << fmt::format("{:{}}{}{}\n", "", indent, kind, coloured(Colour::kDim, place));
    if (meta) print_parts(rule, indent, depth);
  }

  // `body 12..24 "urgent reply"`; without a span where there was no text to match.
  static std::string what_matched(const rules::Match& match) {
    const std::string text = printable(match.text, kSpanShown);
    if (text.empty()) return std::string(match.view_name);
    if (match.to == match.from) return fmt::format("{} {}", match.view_name, text);
    return fmt::format("{} {}..{} \"{}\"", match.view_name, match.from, match.to, text);
  }

  void print_parts(rules::RuleIndex meta, std::size_t indent, std::size_t depth) {
    std::vector<rules::RuleIndex> missing;
    for (const rules::MetaPart& part : rules::meta_parts(judge_, meta, run_.evaluation().hits)) {
      if (part.held) {
        print_part(part.rule, indent, depth);
      } else {
        missing.push_back(part.rule);
      }
    }
    if (missing.empty()) return;
    std::string names;
    for (std::size_t i = 0; i < std::min(missing.size(), kMissingShown); ++i) {
      names += " " + info(missing[i]).name;
    }
    if (missing.size() > kMissingShown) {
      names += fmt::format(" and {} more", missing.size() - kMissingShown);
    }
    std::cout << fmt::format("{:{}}- {}\n", "", indent, coloured(Colour::kDim, "not:" + names));
  }

  // A rule that is listed for itself, or was shown before, is only named.
  void print_part(rules::RuleIndex rule, std::size_t indent, std::size_t depth) {
    std::cout << fmt::format("{:{}}+ {}{}\n", "", indent, info(rule).name, times(rule));
    if (info(rule).counted || depth == kMetaDepthShown || !shown_.insert(rule).second) return;
    print_reason(rule, indent + 4, depth + 1);
  }

  void print_other_sub_rules() {
    for (const rules::WeightedHit& hit : run_.evaluation().hits) {
      if (info(hit.rule).counted || !shown_.insert(hit.rule).second) continue;
      std::cout << fmt::format("{:>8}  {}{}\n", "-", info(hit.rule).name, times(hit.rule));
      print_reason(hit.rule, kIndent, kMetaDepthShown);
    }
  }

  void print_unfinished() {
    const std::string why = why_incomplete(mail_.defects(), run_.findings());
    if (why.empty()) return;
    std::cout << fmt::format("{:>8}  not scanned completely: {}\n", "", why);
    for (const rules::RuleIndex rule : run_.scratch().unconfirmed()) {
      std::cout << fmt::format("{:{}}? {}\n", "", kIndent, info(rule).name);
    }
  }

  const rules::RuleSet& set_;
  const rules::JudgePart& judge_;
  const Options& options_;
  ReadMail mail_;
  RuleRun run_;
  std::unordered_map<rules::RuleIndex, rules::Match> matches_;
  std::unordered_set<rules::RuleIndex> shown_;  // sub-rules
};

int explain(Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;
  const rules::JudgePart judge = rules::with_sub_rules(set->judge_part());
  Explanation explanation(*set, judge, options, options.envelope.facts());
  MailSource source({options.path});
  while (const auto mail = source.next()) explanation.print(*mail, config->judge);
  for (const std::string& error : source.errors()) fail(kFailed, error);
  return source.errors().empty() ? kOk : kFailed;
}

}  // namespace

void define_explain(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("explain", "Every hit in a message: rule, text, matched words, place");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  options->envelope.add_to(*sub);
  sub->add_option("path", options->path, "A message, an mbox, or - for standard input")->required();
  sub->add_flag("--sub-rules", options->sub_rules,
                "Also sub-rules (__NAME) that are part of no meta that held");
  sub->callback([options, &exit] { exit = explain(*options); });
}

}  // namespace sluice::cli
